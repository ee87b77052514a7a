/** What goes to the store and comes back, counted where it happens. Read by the metrics. */
export class S3Traffic {
  /** By operation, and then by status; `none` where no answer came. */
  readonly requests = new Map<string, Map<number | 'none', number>>();
  readonly retries = new Map<string, number>();
  /** Reads that were taken up again in the middle of a shard. */
  resumes = 0;

  answered(operation: string, status: number | 'none'): void {
    const byStatus = this.requests.get(operation) ?? new Map<number | 'none', number>();
    this.requests.set(operation, byStatus.set(status, (byStatus.get(status) ?? 0) + 1));
  }

  /** Of an error in the shape of the SDK's, or of a connection. */
  failed(operation: string, error: unknown): void {
    const { $metadata } = (error ?? {}) as { $metadata?: { httpStatusCode?: number } };
    this.answered(operation, $metadata?.httpStatusCode ?? 'none');
  }

  retried(operation: string): void {
    this.retries.set(operation, (this.retries.get(operation) ?? 0) + 1);
  }
}
