/** Work of one name is done one piece after another; that of others goes on beside it. */
export class InTurn {
  private readonly last = new Map<string, Promise<unknown>>();

  async do<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(name) ?? Promise.resolve();
    // Also after one that has failed.
    const mine = before.then(work, work);
    this.last.set(name, mine);
    try {
      return await mine;
    } finally {
      if (this.last.get(name) === mine) this.last.delete(name);
    }
  }
}
