import type { Connection } from '../../../domain/connection.ts';
import type { SealedSecret } from '../../../domain/records.ts';
import type { Rotation } from '../../../domain/rotation.ts';
import { RekeyError } from '../../../errors.ts';
import type { Stores, Write } from '../../../ports/stores.ts';

/** A change that is only imagined: as the stores make them, so that the machine needs not know. */
type DryWrite = () => void;

/** The real stores to read, with what a rotation writes kept beside them. */
export class DryStores {
  rotation: Rotation;
  readonly #real: Stores;
  readonly #connections = new Map<string, Connection>();
  readonly #secrets: SealedSecret[] = [];

  constructor(real: Stores, rotation: Rotation) {
    this.#real = real;
    this.rotation = rotation;
  }

  stores(): Stores {
    const real = this.#real;
    const nothing = (): Write => write(() => undefined);
    return {
      ...real,
      connections: {
        ...real.connections,
        byId: async (id) => this.#connections.get(id) ?? real.connections.byId(id),
        list: async () =>
          (await real.connections.list()).map((each) => this.#connections.get(each.id) ?? each),
        update: (connection) => write(() => void this.#connections.set(connection.id, connection)),
      },
      secrets: {
        ...real.secrets,
        newest: async (kind, id) => this.#newest(kind, id) ?? real.secrets.newest(kind, id),
        ofHolder: async (kind, id) => [
          ...this.#secrets.filter((row) => row.holderKind === kind && row.holderId === id).toReversed(),
          ...(await real.secrets.ofHolder(kind, id)),
        ],
        insert: (row) => write(() => void this.#secrets.push(row)),
        erase: nothing,
        eraseOne: nothing,
      },
      rotation: {
        ...real.rotation,
        rotations: {
          ...real.rotation.rotations,
          byId: () => Promise.resolve(this.rotation),
          update: (rotation) => write(() => this.#update(rotation)),
        },
        journal: { ...real.rotation.journal, add: nothing },
      },
      atomically: (writes) => {
        for (const each of writes as unknown as readonly DryWrite[]) each();
        return Promise.resolve();
      },
    };
  }

  #newest(kind: SealedSecret['holderKind'], id: string): SealedSecret | null {
    return this.#secrets.findLast((row) => row.holderKind === kind && row.holderId === id) ?? null;
  }

  #update(rotation: Rotation): void {
    if (rotation.version !== this.rotation.version + 1) {
      throw new RekeyError('internal', 'A dry run overtook itself.');
    }
    this.rotation = rotation;
  }
}

function write(change: DryWrite): Write {
  return change as unknown as Write;
}
