import type { SealedSecret } from '../../../src/domain/records.ts';
import { isFinal } from '../../../src/domain/rotation.ts';
import type { JournalEntry, Rotation } from '../../../src/domain/rotation.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { RekeyError } from '../../../src/errors.ts';
import type { Stores, Write } from '../../../src/ports/stores.ts';
import type { Sealer } from '../../../src/ports/world.ts';
import { writesOf } from '../../../src/rotation/decide.ts';
import type { RotationGround } from '../../../src/rotation/run.ts';

/** Throws when it may not be done; changes nothing before `apply`. */
interface ModelWrite {
  check(): void;
  apply(): void;
}

/** The database of the model: shared by all instances, and never half written. */
export class ModelStores {
  readonly rotations = new Map<string, Rotation>();
  /** Every version that was stored, in order. */
  readonly history: Rotation[] = [];
  readonly journal: JournalEntry[] = [];
  readonly secrets = new Map<string, SealedSecret>();

  /** The stores as one instance sees them; `around` may fail, wait, or kill before and after each access. */
  seenBy(around: <T>(what: string, act: () => T) => Promise<T>): RotationGround['stores'] {
    const missing = (): never => {
      throw new Error('not modelled');
    };
    const write = (made: ModelWrite): Write => made as unknown as Write;
    const rotations: Stores['rotation']['rotations'] = {
      byId: (id) => around('read', () => this.rotations.get(id) ?? null),
      due: (now, limit) =>
        around('due', () =>
          [...this.rotations.values()]
            .filter(({ nextAt, leaseUntil }) => nextAt !== null && nextAt <= now && leaseUntil <= now)
            .slice(0, limit),
        ),
      dueAfter: (states, soon, late) =>
        around('strayed', () =>
          [...this.rotations.values()].filter(
            ({ state, nextAt }) => (nextAt ?? 0) > (states.includes(state) ? soon : late),
          ),
        ),
      openOfKey: missing,
      openOfUser: missing,
      openOfConnection: missing,
      openOwn: missing,
      openOfAccount: missing,
      page: missing,
      countOpen: missing,
      countByState: missing,
      longestDue: missing,
      insert: missing,
      removeEnded: missing,
      update: (rotation) =>
        write({
          check: () => {
            if (this.rotations.get(rotation.id)?.version !== rotation.version - 1) throw lost();
          },
          apply: () => {
            this.rotations.set(rotation.id, rotation);
            this.history.push(rotation);
          },
        }),
    };
    const secrets: Partial<Stores['secrets']> = {
      newest: (_, holderId) =>
        around(
          'secret',
          () =>
            [...this.secrets.values()]
              .filter((row) => row.holderId === holderId)
              .toSorted((one, other) => other.version - one.version)[0] ?? null,
        ),
      insert: (row) => write({ check: () => undefined, apply: () => void this.secrets.set(row.id, row) }),
      erase: (_, holderId) =>
        write({
          check: () => undefined,
          apply: () => {
            for (const [id, row] of this.secrets) if (row.holderId === holderId) this.secrets.delete(id);
          },
        }),
    };
    return {
      rotation: {
        rotations,
        journal: {
          ofRotation: (_, limit) => around('journal', () => this.journal.slice(-limit)),
          add: (entry) => write({ check: () => undefined, apply: () => void this.journal.push(entry) }),
        },
        destinations: {} as Stores['rotation']['destinations'],
        bindings: {} as Stores['rotation']['bindings'],
        uses: {} as Stores['rotation']['uses'],
      },
      secrets: secrets as Stores['secrets'],
      atomically: (writes) =>
        around('write', () => {
          const all = writes as unknown as ModelWrite[];
          for (const each of all) each.check();
          for (const each of all) each.apply();
        }),
    };
  }

  /** A person's decision, if nobody was faster. */
  async put(next: Rotation): Promise<void> {
    const stores = this.seenBy(async (_, act) => act());
    await stores.atomically(writesOf(stores, next));
  }

  get only(): Rotation {
    const [rotation] = this.rotations.values();
    if (rotation === undefined) throw new Error('There is no rotation.');
    return rotation;
  }

  get ended(): boolean {
    return isFinal(this.only.state);
  }
}

function lost(): RekeyError {
  return new RekeyError('conflict', 'Something else changed this first; nothing was done.');
}

function reversed(text: string): string {
  return text.split('').toReversed().join('');
}

/** Seals by writing backwards: what matters here is only which row opens. */
export const modelSealer: Sealer = {
  masterKeyId: 'm1',
  seal: (secret, identity) => ({
    masterKeyId: 'm1',
    wrappedKey: identity,
    ciphertext: reversed(secret.reveal()),
  }),
  open: (box, identity) => {
    if (box.wrappedKey !== identity) throw new RekeyError('internal', 'The box is of another row.');
    return new Secret(reversed(box.ciphertext));
  },
  rewrap: (box) => box,
};
