/** Lines kept of one run. */
const MAX_LINES = 20;

/** An error as the service's log describes it. */
interface Described {
  name: string;
  code?: string;
  message: string;
  context?: object;
  cause?: Described;
}

interface LogLine {
  request_id?: string;
  msg?: string;
  cause?: Described;
}

/** The service's own log of the runs that are under way: why something failed is only told there. */
export class RunLog {
  private readonly linesOf = new Map<string, string[]>();

  /** Takes a JSON line. Those of no run that is under way are dropped. */
  readonly write = (line: string): void => {
    const { request_id: id, msg, cause } = JSON.parse(line) as LogLine;
    const lines = this.linesOf.get(id ?? '');
    if (lines === undefined || lines.length >= MAX_LINES) return;
    lines.push(`${msg}: ${causes(cause).join(' < ')}`);
  };

  begin(requestId: string): void {
    this.linesOf.set(requestId, []);
  }

  end(requestId: string): string[] {
    const lines = this.linesOf.get(requestId) ?? [];
    this.linesOf.delete(requestId);
    return lines;
  }
}

function causes(error: Described | undefined): string[] {
  if (error === undefined) return [];
  const { code, name, message, context, cause } = error;
  const what = context === undefined ? `${name} ${message}` : JSON.stringify(context);
  return [`${code === undefined ? '' : `${code} `}${what}`, ...causes(cause)];
}
