import { sealedIdentity } from '../domain/records.ts';
import { looksOther } from '../domain/rotation-card.ts';
import type {
  BlockChoice,
  BlockCode,
  JournalEntry,
  Rotation,
  RotationState,
  SeenKey,
} from '../domain/rotation.ts';
import type { Secret } from '../domain/secret.ts';
import type { JournalNote, RotationWorld } from '../ports/rotation-world.ts';
import type { Stores, Write } from '../ports/stores.ts';
import type { Clock, Ids, Log, Sealer } from '../ports/world.ts';

/** How long an instance is taken for alive between two writes; every call to the outside ends well before. */
export const LEASE_MS = 90_000;

/** What the machine works with. */
export interface RotationGround {
  readonly stores: Pick<Stores, 'rotation' | 'secrets' | 'atomically'>;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly world: RotationWorld;
  /** Names the holders of leases. */
  readonly instanceId: string;
}

/** What a step or a person changes; the bookkeeping is the machine's. */
export type Patch = Partial<
  Pick<
    Rotation,
    | 'newKeyId'
    | 'intents'
    | 'change'
    | 'changedAt'
    | 'orphans'
    | 'verify'
    | 'deliveries'
    | 'cutoverAt'
    | 'deactivatedAt'
  >
>;

export type Note = JournalNote;

/** What a step came to. */
export type Outcome =
  | {
      readonly kind: 'move';
      readonly to: RotationState;
      readonly patch?: Patch;
      readonly writes?: readonly Write[];
      readonly note?: Note;
    }
  /** Looks again at `until`; `trouble` says what kept it, null that nothing did. `stopped`: people did. */
  | {
      readonly kind: 'wait';
      readonly until: number;
      readonly trouble?: string | null;
      readonly stopped?: true;
      readonly patch?: Patch;
      readonly note?: Note;
    }
  | {
      readonly kind: 'block';
      readonly code: BlockCode;
      readonly why: string;
      readonly choices: readonly BlockChoice[];
      readonly keyIds?: readonly string[];
      readonly seen?: readonly SeenKey[];
      readonly destinationId?: string;
      readonly patch?: Patch;
      readonly note?: Note;
    };

/** Takes one rotation one step further; may be run again after a crash at any point. */
export type Step = (run: Run) => Promise<Outcome>;

/** One instance's turn at one rotation: what it read last, and the only way to write. */
export class Run {
  rotation: Rotation;
  readonly ground: RotationGround;
  readonly signal: AbortSignal;
  /** Who holds the lease: this turn, since an instance may take two at one moment. */
  readonly holder: string;
  /** The change that was written down as begun, until what came of it is. */
  begun: Note | null = null;

  constructor(ground: RotationGround, rotation: Rotation, signal: AbortSignal) {
    this.ground = ground;
    this.rotation = rotation;
    this.signal = signal;
    this.holder = `${ground.instanceId}/${ground.ids.next()}`;
  }

  now(): number {
    return this.ground.clock.now();
  }

  /**
   * Writes what is about to be done, or was done, if nobody changed the rotation since it was read; extends the lease.
   * Throws RekeyError `conflict` when somebody did.
   */
  async save(
    patch: Partial<Rotation>,
    noted: Note | readonly Note[] | null,
    writes: readonly Write[] = [],
    leaseMs = LEASE_MS,
  ): Promise<void> {
    const { stores, world } = this.ground;
    const before = this.rotation;
    const after: Rotation = {
      ...before,
      ...patch,
      leaseOwner: leaseMs === 0 ? null : this.holder,
      leaseUntil: leaseMs === 0 ? 0 : this.now() + leaseMs,
      version: before.version + 1,
    };
    const notes: readonly Note[] = noted === null ? [] : 'step' in noted ? [noted] : noted;
    const changed = looksOther(before, after);
    const also = changed || notes.length > 0 ? await world.writesFor(before, after, notes) : [];
    await stores.atomically([
      stores.rotation.rotations.update(after),
      ...notes.map((note) => stores.rotation.journal.add(this.entry(after, note))),
      ...writes,
      ...also,
    ]);
    this.rotation = after;
    for (const note of notes) this.begun = note.phase === 'before' ? note : null;
    if (changed) await world.written(before, after);
  }

  /**
   * Writes down a change of AWS that is about to be made; the id of its row in the audit log, for the call to name
   * (`OwnAct`). Throws as `save` does.
   */
  async intend(step: string, detail: Note['detail'], patch: Partial<Rotation> = {}): Promise<string> {
    const id = this.ground.ids.next();
    await this.save(patch, { ...before(step, detail), id });
    return id;
  }

  entry(rotation: Rotation, { id, ...note }: Note): JournalEntry {
    const { ids } = this.ground;
    return { id: id ?? ids.next(), rotationId: rotation.id, at: this.now(), state: rotation.state, ...note };
  }

  /** The write that keeps the new key's secret, sealed, until it is delivered. */
  keepSecret(secret: Secret, version: number): Write {
    const { ids, sealer, stores } = this.ground;
    const row = { id: ids.next(), holderKind: 'rotation', holderId: this.rotation.id, version } as const;
    const box = sealer.seal(secret, sealedIdentity(row));
    return stores.secrets.insert({ ...row, box, createdAt: this.now() });
  }

  /** The new key's secret, or null when it is no longer kept. */
  async secret(): Promise<Secret | null> {
    const row = await this.ground.stores.secrets.newest('rotation', this.rotation.id);
    return row === null ? null : this.ground.sealer.open(row.box, sealedIdentity(row));
  }

  eraseSecret(): Write {
    return this.ground.stores.secrets.erase('rotation', this.rotation.id);
  }
}

export function before(step: string, detail: Note['detail'] = {}): Note {
  return { phase: 'before', step, outcome: null, detail };
}

export function after(step: string, outcome: Note['outcome'], detail: Note['detail'] = {}): Note {
  return { phase: 'after', step, outcome, detail };
}
