import { z } from 'zod';
import type { Rotation } from '../../../src/domain/rotation.ts';
import type { DestinationPlace, Written } from '../../../src/ports/destination.ts';
import type { RotationPlace } from '../../../src/ports/rotation-world.ts';
import type { Hand } from './world.ts';
import type { Model } from './model.ts';

const NOTHING = z.record(z.string(), z.unknown());
const FLAPS_MS = 10_000;

/** A place the consumer reads its key from: it fails, answers late, and may be changed behind Rekey's back. */
export class ModelPlace {
  readonly id: string;
  readonly #model: Model;
  readonly canRestore: boolean;
  held: { id: string; secret: string };
  #earlier: { id: string; secret: string } | null = null;
  #writtenAt = 0;
  #refusals = 0;

  constructor(model: Model, id: string, held: { id: string; secret: string }) {
    this.id = id;
    this.#model = model;
    this.canRestore = model.chance.hits(0.7);
    this.held = held;
  }

  /** The next writes fail, for now. */
  refuse(times: number): void {
    this.#refusals = times;
  }

  /** Somebody else puts the earlier value back. */
  forget(): void {
    if (this.#earlier === null) return;
    this.held = this.#earlier;
    this.#model.check.forgottenAt = this.#model.trueNow;
  }

  /** A person puts the old key there by hand. */
  repair(key: { id: string; secret: string }): void {
    this.held = key;
  }

  seenBy(rotation: Rotation, hand: Hand): RotationPlace {
    const life = <T>(what: string, act: () => T): Promise<T> => hand.live(what, act);
    const model = this.#model;
    const { chance, check } = model;
    const put = (key: { id: string; secret: string }): void => {
      if (this.held.id !== key.id) this.#earlier = this.held;
      this.held = key;
      this.#writtenAt = model.trueNow;
    };
    const attempt = (change: () => Written): Written => {
      check.mutation(hand);
      if (this.#refusals > 0) {
        this.#refusals -= 1;
        return failed(false);
      }
      if (model.fault(0.05)) return failed(false);
      if (model.fault(0.05)) {
        change();
        return failed(false);
      }
      return model.fault(0.02) ? failed(true) : change();
    };
    const place: DestinationPlace<Readonly<Record<string, unknown>>> = {
      kind: 'secrets-manager',
      label: 'Model',
      schema: NOTHING,
      needsConnection: false,
      needsSecondPerson: false,
      describe: () => this.id,
      preflight: () =>
        life('preflight', () =>
          model.fault(0.05) ? { answer: 'unknown', why: 'no answer' } : { answer: 'yes', warnings: [] },
        ),
      write: (_, key) =>
        life('write place', () =>
          attempt(() => {
            check.mayDeliver(key.accessKeyId, key.secretAccessKey.reveal());
            const before = this.held.id === key.accessKeyId ? this.#earlier : this.held;
            put({ id: key.accessKeyId, secret: key.secretAccessKey.reveal() });
            return { ok: true, before: before === null ? null : JSON.stringify(before) };
          }),
        ),
      holds: (_, accessKeyId) =>
        life('holds', () => {
          if (model.fault(0.08)) return { answer: 'unknown', why: 'no answer' };
          if (model.trueNow - this.#writtenAt < FLAPS_MS && chance.hits(0.4))
            return { answer: 'no', why: 'not yet' };
          if (this.held.id !== accessKeyId) return { answer: 'no', why: 'another key' };
          return { answer: 'yes', why: null };
        }),
      restore: this.canRestore
        ? (_, before) =>
            life('restore', () =>
              attempt(() => {
                const key = JSON.parse(before) as { id: string; secret: string };
                check.mayRestore(key.id);
                put(key);
                return { ok: true, before: null };
              }),
            )
        : null,
      snippets: () => [],
    };
    return { place, target: {}, name: `${this.id} of ${rotation.id}` };
  }
}

function failed(final: boolean): Written {
  return { ok: false, why: 'no answer', mend: 'Try again.', final, retryAt: null };
}
