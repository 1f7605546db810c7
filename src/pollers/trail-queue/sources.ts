import type { Connection } from '../../domain/connection.ts';
import type { TrailFile, TrailQueue } from '../../domain/trail-queue.ts';
import { RekeyError } from '../../errors.ts';
import { credentialsOf } from '../../handlers/connection-credentials.ts';
import type { Services } from '../../handlers/services.ts';
import { AwsFailure, type AwsCredentials } from '../../ports/aws.ts';
import type { EventFiles, EventQueue } from '../../ports/trail-queue.ts';
import { endsSession } from '../inventory/trouble.ts';

/** Opens queues and their files by the connections that read them. */
export class Sources {
  readonly #services: Services;
  readonly #files = new Map<string, { readonly files: EventFiles; readonly credentials: AwsCredentials }>();

  constructor(services: Services) {
    this.#services = services;
  }

  /** @throws RekeyError when no connection reads it any more; AwsFailure */
  async queue(queue: TrailQueue): Promise<EventQueue> {
    const { aws } = this.#services;
    return aws.eventQueue(await credentialsOf(this.#services, await this.connection(queue)), queue);
  }

  /** @throws RekeyError when no connection reads it any more; AwsFailure; UnreadableFile */
  async read(queue: TrailQueue, file: TrailFile, signal: AbortSignal): Promise<Uint8Array> {
    const { bucket, key, bucketRegion } = file;
    const connection = await this.connection(queue);
    const credentials = await credentialsOf(this.#services, connection);
    const kept = this.#files.get(queue.id);
    const isSame = kept !== undefined && signerOf(kept.credentials) === signerOf(credentials);
    const files = isSame ? kept.files : this.#services.aws.eventFiles(credentials);
    this.#files.set(queue.id, { files, credentials });
    try {
      return await files.read({ bucket, key, region: bucketRegion ?? queue.region }, signal);
    } catch (error) {
      this.forget(connection, error);
      throw error;
    }
  }

  /** A session that AWS refuses is made anew the next time. */
  forget({ roleArn }: Connection, error: unknown): void {
    const isOver = error instanceof AwsFailure && endsSession(error);
    if (isOver && roleArn !== null) this.#services.sessions.forget(roleArn);
  }

  async connection({ connectionId, accountId }: TrailQueue): Promise<Connection> {
    const connection = await this.#services.stores.connections.byId(connectionId);
    if (connection?.state === 'connected' && connection.accountId === accountId) return connection;
    throw new RekeyError('not_found', 'The connection that read this queue is gone.', {
      next: 'Choose another under *Trail queues* in `/aws-settings`.',
    });
  }
}

function signerOf(credentials: AwsCredentials): string {
  return credentials.kind === 'host' ? 'host' : credentials.accessKeyId;
}
