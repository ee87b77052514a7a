import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { DefaultS3ClientFactory } from '../../src/audit-forge/s3/s3-clients.js';

type Command = string;

export interface Gate {
  opened: Promise<void>;
  open: () => void;
}

/** Real S3 clients whose calls a test can hold back, to see what goes on before they are answered. */
export class GatedS3ClientFactory extends DefaultS3ClientFactory {
  /** Called before each call of the service; the call goes on when it resolves. */
  before: (command: Command, key: string, input: Record<string, unknown>) => Promise<void> | void = () =>
    undefined;

  /** So that reads of shards pass the gates too. */
  override get allowsDirectGets(): boolean {
    return false;
  }

  private readonly gates: Gate[] = [];

  /** A gate that is shut until it is opened. */
  gate(): Gate {
    const { promise, resolve } = Promise.withResolvers<void>();
    const gate = { opened: promise, open: resolve };
    this.gates.push(gate);
    return gate;
  }

  /** Holds calls back until all are released; counts those that have come. */
  hold(command: Command, keyStart: string, keyEnd = /$/): { readonly held: number } {
    const gate = this.gate();
    const calls = { held: 0 };
    this.before = (name, key) => {
      if (name !== command || !key.startsWith(keyStart) || !keyEnd.test(key)) return undefined;
      calls.held++;
      return gate.opened;
    };
    return calls;
  }

  /** Lets everything through, so that nothing hangs after a test. */
  release(): void {
    this.before = () => undefined;
    for (const gate of this.gates.splice(0)) gate.open();
  }

  override create(config: S3ClientConfig): S3Client {
    const client = super.create(config);
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const input = args.input as unknown as Record<string, unknown>;
        const command = (context.commandName ?? '').replace(/Command$/, '');
        await this.before(command, typeof input['Key'] === 'string' ? input['Key'] : '', input);
        return next(args);
      },
      { step: 'initialize', name: 'gate' },
    );
    return client;
  }
}
