import type { AccessKeyMetadata } from '../../../src/ports/aws.ts';
import type { TrailEvent } from '../../../src/ports/trail.ts';
import type { UserLook } from '../../../src/ports/rotation-world.ts';
import type { Chance } from './chance.ts';

export interface TrueKey {
  readonly accessKeyId: string;
  readonly secret: string;
  readonly by: 'before' | 'rekey' | 'stranger';
  readonly createdAt: number;
  status: 'Active' | 'Inactive';
  /** When Rekey made it Inactive; null when it is Active, or a stranger's hand was in it. */
  inactiveSince: number | null;
}

/** How far a replica may be behind; ms. */
const REPLICA_LAG_MS = 20_000;

/** What IAM and CloudTrail really hold, and every view of it that a caller may get. */
export class Truth {
  readonly chance: Chance;
  readonly #now: () => number;
  userId = 'AIDA1';
  /** Since when it is so; null when it is not. */
  quarantinedAt: number | null = null;
  remadeAt: number | null = null;
  keys: TrueKey[] = [];
  readonly events: { readonly visibleAt: number; readonly event: TrailEvent }[] = [];
  /** What lists showed since when; the newest last. */
  #views: { readonly at: number; readonly look: UserLook }[] = [];
  #count = 0;
  createdByRekey = 0;
  strangersMade = 0;
  /** Keys a stranger had a hand in: what follows from that is not Rekey's doing. */
  readonly meddledWith = new Map<string, number>();

  /** Whether a stranger had a hand in it so lately that nobody may know. */
  meddledLately(accessKeyId: string): boolean {
    const at = this.meddledWith.get(accessKeyId);
    return at !== undefined && this.#now() - at < 15 * 60_000;
  }

  constructor(chance: Chance, now: () => number) {
    this.chance = chance;
    this.#now = now;
  }

  add(by: TrueKey['by']): TrueKey {
    this.#count += 1;
    const id = `AKIA${by.toUpperCase()}${this.#count}`;
    const key: TrueKey = {
      accessKeyId: id,
      secret: `secret-of-${id}`,
      by,
      createdAt: this.#now(),
      status: 'Active',
      inactiveSince: null,
    };
    this.keys.push(key);
    this.changed();
    return key;
  }

  find(accessKeyId: string | null): TrueKey | undefined {
    return this.keys.find((key) => key.accessKeyId === accessKeyId);
  }

  remove(key: TrueKey): void {
    this.keys = this.keys.filter((each) => each !== key);
    this.changed();
  }

  /** Notes what lists show from now on. */
  changed(): void {
    const keys = this.keys.map(({ accessKeyId, status, createdAt }): AccessKeyMetadata => ({
      accessKeyId,
      status,
      createdAt,
    }));
    const at = this.#now();
    const quarantine = this.quarantinedAt !== null ? ['AWSCompromisedKeyQuarantineV3'] : [];
    const look: UserLook = {
      userId: this.userId,
      keys,
      quarantine: { known: true, value: quarantine, asOf: at },
    };
    this.#views = this.#views.filter(
      (view) => view.at > at - 10 * REPLICA_LAG_MS || view === this.#views.at(-1),
    );
    this.#views.push({ at, look });
  }

  /** One replica's answer: up to some seconds old. */
  look(): UserLook {
    const asOf = this.#now() - (this.chance.hits(0.4) ? this.chance.below(REPLICA_LAG_MS) : 0);
    const seen = this.#views.findLast(({ at }) => at <= asOf) ?? this.#views[0];
    if (seen === undefined) throw new Error('There is no view.');
    return seen.look;
  }

  /** With an error code: a call that AWS refused. */
  record(event: Omit<TrailEvent, 'eventId'>): void {
    const visibleAt = this.#now() + this.chance.below(15 * 60_000);
    this.events.push({ visibleAt, event: { eventId: `e${this.events.length}`, ...event } });
  }
}
