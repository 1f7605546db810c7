import { NO_LOG } from './no-log.ts';
import { advance } from '../../../src/rotation/machine.ts';
import { pullBack } from '../../../src/rotation/resume.ts';
import type { RotationGround } from '../../../src/rotation/run.ts';
import { Broken } from './check.ts';
import { Model } from './model.ts';
import { answer, calm, interfere, meddle } from './strangers.ts';
import { modelSealer } from './stores.ts';
import type { Hand } from './world.ts';
import { worldOf } from './world.ts';

class Killed extends Error {}

/** One life of a process: killed before or after any of its calls and writes. */
export class Instance {
  readonly ground: RotationGround;
  #model: Model;
  #callsLeft: number;
  #dead = false;

  constructor(model: Model, name: string) {
    this.#model = model;
    this.#callsLeft = model.fault(0.25) ? 1 + model.chance.below(25) : Infinity;
    const hand: Hand = { asked: false, live: (what, act) => this.#live(what, act) };
    let ids = 0;
    this.ground = {
      stores: model.stores.seenBy((what, act) => this.#live(what, act)),
      sealer: modelSealer,
      log: NO_LOG,
      world: worldOf(model, hand),
      instanceId: name,
      ids: {
        next: () => `${name}-${(ids += 1)}`,
        externalId: () => `nonce-${name}-${(ids += 1)}`,
      },
      clock: {
        now: () => model.now(),
        sleep: async (ms) => {
          await this.#live('sleep', () => undefined);
          model.trueNow += ms;
        },
      },
    };
  }

  async #live<T>(what: string, act: () => T): Promise<T> {
    const model = this.#model;
    const { chance } = model;
    for (let turns = chance.below(3); turns > 0; turns -= 1) await Promise.resolve();
    if (model.check.broken !== null) throw model.check.broken;
    if (model.fault(0.01)) meddle(model);
    model.trueNow += model.fault(0.01) ? 200_000 : 20 + chance.below(400);
    if (this.#dead) throw new Killed();
    this.#callsLeft -= 1;
    const dies = this.#callsLeft <= 0;
    if (dies) this.#dead = true;
    model.trace.push(`${this.ground.instanceId}: ${what}${dies ? ' (killed)' : ''}`);
    if (dies && chance.hits(0.5)) throw new Killed();
    await model.onEach?.(what, this.ground.instanceId);
    const result = act();
    if (dies) throw new Killed();
    return result;
  }

  async turn(): Promise<void> {
    await this.#until(() => advance(this.ground, 'r1', new AbortController().signal));
  }

  /** Looks for what a clock that was set back since has put off. */
  async pulls(): Promise<void> {
    await this.#until(() => pullBack(this.ground));
  }

  async #until(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
}

const MAX_ROUNDS = 700;

/** Plays one schedule to its end; throws what is broken, with the seed and what happened. */
export async function play(seed: number): Promise<Model> {
  const model = new Model(seed);
  try {
    await rounds(model);
    model.check.end();
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}\n${told(model)}`, {
      cause: error,
    });
  }
  return model;
}

async function rounds(model: Model): Promise<void> {
  const { stores, chance } = model;
  let answers = 6;
  for (let round = 0; !stores.ended; round += 1) {
    if (round >= MAX_ROUNDS) throw new Broken(`it does not come to an end: ${stores.only.state}`);
    if (round === 150) calm(model);
    if (model.fault(0.1)) meddle(model);
    if (model.fault(0.03)) await interfere(model);
    const { state, nextAt, leaseUntil } = stores.only;
    if (state === 'blocked') {
      model.trueNow += 30_000 + chance.below(3_600_000);
      if (answers <= 0 || !(await answer(model))) return;
      answers -= 1;
      continue;
    }
    const at = Math.max(nextAt ?? 0, leaseUntil);
    if (at > model.now()) model.trueNow += Math.min(at - model.now(), 40 * 86_400_000);
    model.trace.push(`-- ${state} at ${model.now()}`);
    const one = new Instance(model, `a${round}`);
    if (chance.hits(0.1)) await one.pulls();
    const both = chance.hits(0.15) ? [one, new Instance(model, `b${round}`)] : [one];
    await Promise.all(both.map((each) => each.turn()));
    if (model.check.broken !== null) throw model.check.broken;
  }
}

function told({ trace, stores }: Model): string {
  const { state, block, orphans, newKeyId, trouble, change } = stores.only;
  return [...trace.slice(-60), JSON.stringify({ state, block, orphans, newKeyId, trouble, change })].join(
    '\n',
  );
}
