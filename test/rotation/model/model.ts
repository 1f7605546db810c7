import type { Rotation } from '../../../src/domain/rotation.ts';
import type { TrailEvent, TrailQuestion } from '../../../src/ports/trail.ts';
import { Chance } from './chance.ts';
import { Check } from './check.ts';
import { ModelPlace } from './places.ts';
import { ModelStores } from './stores.ts';
import { Truth } from './truth.ts';

const START = Date.UTC(2026, 0, 1);
const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

/** One schedule: the world, and how much may still go wrong in it. */
export class Model {
  readonly seed: number;
  readonly chance: Chance;
  readonly stores = new ModelStores();
  readonly truth: Truth;
  readonly check: Check;
  readonly places = new Map<string, ModelPlace>();
  readonly lastUsed = new Map<string, number>();
  readonly trace: string[] = [];
  /** What happens right before a call or write of an instance takes effect. */
  onEach: ((what: string, instance: string) => Promise<void>) | null = null;
  readonly oldKeyId: string;
  /** AWS's time; ours is `offset` ahead of it. */
  trueNow = START;
  offset = 0;
  jumped = false;
  /** Keys that a person was told of when asked. */
  readonly shown = new Set<string>();
  pausedWhy: string | null = null;
  /** Since when a containment keeps the old key off; null when none does. */
  containedAt: number | null = null;
  watched: boolean;
  /** Rekey itself is the consumer, and signs with what it holds. */
  readonly own: boolean;
  /** Whether another connection may act, too. */
  readonly another: boolean;
  /** The SDK makes up for a wrong clock where it may try twice. */
  clockForgiven: boolean;
  /** Faults, strangers and kills that may still come. */
  #left: number;

  /** What happens to the next calls of an action, before chance has a say. */
  readonly scripted = new Map<string, ('answer lost' | 'refused')[]>();

  /** `calm`: nothing goes wrong but what is scripted; one destination, and a role that signs. */
  constructor(seed: number, calm = false) {
    this.seed = seed;
    this.chance = new Chance(seed);
    this.truth = new Truth(this.chance, () => this.trueNow);
    this.check = new Check(this);
    const { chance, truth } = this;
    const old = truth.add('before');
    this.oldKeyId = old.accessKeyId;
    if (chance.hits(0.06) && !calm) truth.add('stranger');
    this.trueNow += HOUR;
    this.watched = chance.hits(0.85) || calm;
    this.own = chance.hits(0.2) && !calm;
    this.another = !this.own || chance.hits(0.5);
    this.clockForgiven = chance.hits(0.5);
    this.#left = calm ? 0 : chance.below(16);
    const names = this.own ? ['own'] : ['a', 'b'].slice(0, 1 + chance.below(2));
    for (const name of names) {
      this.places.set(name, new ModelPlace(this, name, { id: old.accessKeyId, secret: old.secret }));
    }
    const planned = this.#planned(names);
    this.stores.rotations.set('r1', calm ? { ...planned, wait: null } : planned);
  }

  #planned(names: readonly string[]): Rotation {
    const at = this.now();
    const { chance } = this;
    const waits = chance.hits(0.1);
    return {
      id: 'r1',
      accountId: '123456789012',
      partition: 'aws',
      snapshot: {
        userId: 'AIDA1',
        userName: 'deploy',
        arn: 'arn:aws:iam::123456789012:user/deploy',
        keys: this.truth.keys.map(({ accessKeyId, status, createdAt }) => ({
          accessKeyId,
          status,
          createdAt,
        })),
        takenAt: at,
      },
      oldKeyId: this.oldKeyId,
      newKeyId: null,
      ownConnectionId: this.own ? 'c1' : null,
      state: 'planned',
      stateAt: at,
      block: null,
      intents: [],
      change: null,
      changedAt: 0,
      orphans: [],
      verify: { successes: 0, firstAt: null, lastAt: null, lastRefusal: null },
      deliveries: names.map((destinationId) => ({
        destinationId,
        state: 'waiting',
        attempts: 0,
        before: null,
        lastError: null,
        at: null,
        hook: chance.hits(0.3) ? 'waiting' : 'none',
        hookAttempts: 0,
      })),
      cutoverAt: null,
      quietMs: DAY,
      wait: waits ? { by: 'U2', reason: 'a release', at, until: at + 3 * DAY } : null,
      deactivatedAt: null,
      soakMs: 7 * DAY,
      approvals: [],
      trigger: 'person',
      requestedBy: 'U1',
      scheduledBy: [],
      reason: 'age',
      trouble: null,
      noticeId: null,
      nextAt: at,
      createdAt: at,
      endedAt: null,
      correlationId: 'x1',
      leaseOwner: null,
      leaseUntil: 0,
      version: 1,
    };
  }

  now(): number {
    return this.trueNow + this.offset;
  }

  /** True when something goes wrong here, as long as enough has not. */
  fault(probability: number): boolean {
    if (this.#left <= 0 || !this.chance.hits(probability)) return false;
    this.#left -= 1;
    return true;
  }

  get clockIsOff(): boolean {
    return Math.abs(this.offset) > 5 * 60_000 && !this.clockForgiven;
  }

  /** Who may sign, by key id. */
  signers(): string[] {
    // An instance that has not heard of the hand-over still signs with the old key.
    if (this.own && this.chance.hits(0.2)) return [this.oldKeyId, ...(this.another ? ['ASIAOTHER'] : [])];
    const mine = this.own ? [this.places.get('own')?.held.id ?? ''] : ['ASIAROLE'];
    return this.another ? [...mine, 'ASIAOTHER'] : mine;
  }

  history(
    region: string,
    question: TrailQuestion,
    window: { readonly from: number; readonly to: number },
  ): TrailEvent[] {
    if (region !== 'us-east-1' || question === null) return [];
    const used = this.lastUsed.get(question.value);
    if (question.by === 'AccessKeyId') {
      if (used === undefined || used < window.from || used > window.to) return [];
      return [
        { eventId: 'u', eventTime: used, eventName: 'ListBuckets', accessKeyId: question.value, record: {} },
      ];
    }
    return this.truth.events
      .filter(({ visibleAt, event }) => visibleAt <= this.trueNow && event.eventName === question.value)
      .map(({ event }) => event)
      .filter(({ eventTime }) => eventTime >= window.from && eventTime <= window.to)
      .toReversed();
  }
}
