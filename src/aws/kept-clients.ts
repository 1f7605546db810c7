import type { AwsCredentials } from '../ports/aws.ts';
import type { Clock } from '../ports/world.ts';

/** How long a client nobody asked for is kept, and with it what it signs with; ms. */
const KEPT_MS = 30_000;
const MOST = 32;

interface Kept<Client> {
  readonly credentials: AwsCredentials;
  readonly client: Client;
  readonly askedAt: number;
}

/**
 * Clients of the SDK that sign with the same credentials, made once: to make one takes a millisecond, and its first call
 * another to find its settings. Those that nobody asked for lately are let go.
 */
export class KeptClients<Client> {
  readonly #clock: Pick<Clock, 'now'>;
  /** By what they are for; the one asked for last comes last. */
  readonly #kept = new Map<string, Kept<Client>>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** The one that is kept for this purpose and these credentials, or a new one. `what` names the purpose: service, region, tries. */
  of(what: string, credentials: AwsCredentials, make: () => Client): Client {
    const now = this.#clock.now();
    const key = `${what}/${credentials.kind === 'host' ? 'host' : credentials.accessKeyId}`;
    const known = this.#kept.get(key);
    const isKnown = known !== undefined && isSame(known.credentials, credentials);
    const client = isKnown ? known.client : make();
    this.#kept.delete(key);
    this.#letGo(now);
    this.#kept.set(key, { credentials, client, askedAt: now });
    return client;
  }

  #letGo(now: number): void {
    for (const [key, { askedAt }] of this.#kept) {
      if (this.#kept.size < MOST && Math.abs(now - askedAt) < KEPT_MS) return;
      this.#kept.delete(key);
    }
  }
}

/** The secrets are compared, too: a key id may be given another one. */
function isSame(one: AwsCredentials, other: AwsCredentials): boolean {
  if (one.kind === 'access_key' && other.kind === 'access_key') {
    return one.accessKeyId === other.accessKeyId && one.secret.reveal() === other.secret.reveal();
  }
  if (one.kind === 'session' && other.kind === 'session') {
    return (
      one.accessKeyId === other.accessKeyId &&
      one.secret.reveal() === other.secret.reveal() &&
      one.sessionToken.reveal() === other.sessionToken.reveal()
    );
  }
  return false;
}
