import type { Block, Rotation } from '../../../domain/rotation.ts';
import { isFinal } from '../../../domain/rotation.ts';
import type { AwsCredentials } from '../../../ports/aws.ts';
import type { Clock } from '../../../ports/world.ts';
import { decide, hurried } from '../../../rotation/decide.ts';
import { advance } from '../../../rotation/machine.ts';
import type { PlannedCall } from '../plan.ts';
import { createRotationWorld } from '../world.ts';
import type { Services } from '../../services.ts';
import { webhookSigner } from '../../webhook-keys.ts';
import { dryAws } from './aws.ts';
import { PlannedCalls } from './calls.ts';
import { dryOutward } from './outward.ts';
import { drySessions } from './sessions.ts';
import { DryStores } from './stores.ts';

/** More turns than any rotation takes in which nothing comes in between. */
const MOST_TURNS = 100;
/** What a place asks to wait for passes; what fails each time it is asked does not. */
const MOST_TROUBLES = 4;
/** In the place of the second person, who is nobody yet. */
const SECOND_PERSON = 'second person';

/** How a rotation would go. */
export interface DryRun {
  /** For a quiet window of so many ms. */
  readonly calls: (quietMs: number) => readonly PlannedCall[];
  /** What would stop it, or null. */
  readonly block: Block | null;
  /** True when it cannot be seen whether the old key is still used, and a person has to say that it may go. */
  readonly needsWord: boolean;
  /** Why it would keep trying something for now, or null. */
  readonly trouble: string | null;
  /** What it would tell of its destinations while nothing is wrong. */
  readonly warnings: readonly string[];
}

/**
 * Lets the machine itself take a rotation to its end: AWS and places are read, and changed in imagination only. So the
 * list of calls is what would be done, and what would stop it is known before anything is.
 */
export async function dryRun(
  services: Services,
  rotation: Rotation,
  realCredentials: AwsCredentials,
  signal: AbortSignal,
): Promise<DryRun> {
  // Receivers are asked for real, and know our real key only.
  await webhookSigner(services);
  const clock = new DryClock(services.clock.now());
  const kept = new DryStores(services.stores, rotation);
  const calls = new PlannedCalls(() => kept.rotation);
  const stores = kept.stores();
  const aws = dryAws({ aws: services.aws, clock, calls, realCredentials });
  const outward = dryOutward(services.outward, calls);
  const sessions = drySessions(services.sessions, calls, clock);
  // Nobody has to confirm what is not so.
  const instances = { living: () => Promise.resolve([]), signers: () => Promise.resolve([]) };
  const imagined: Services = { ...services, stores, clock, aws, outward, sessions, instances };
  const warnings = new Set<string>();
  const real = createRotationWorld(imagined);
  const ground = {
    stores,
    clock,
    sealer: services.sealer,
    ids: services.ids,
    log: services.log,
    instanceId: services.instanceId,
    world: {
      ...real,
      place: async (...asked: Parameters<typeof real.place>) => {
        const found = await real.place(...asked);
        if ('refused' in found) return found;
        const { preflight } = found.place;
        return {
          ...found,
          place: {
            ...found.place,
            preflight: async (...about: Parameters<typeof preflight>) => {
              const answer = await preflight(...about);
              for (const each of answer.answer === 'yes' ? answer.warnings : []) {
                warnings.add(`${found.name}: ${each}`);
              }
              return answer;
            },
          },
        };
      },
      // A pause is a problem of its own: what would be done when it ends is shown all the same.
      paused: () => Promise.resolve(null),
      writesFor: () => Promise.resolve([]),
      written: () => Promise.resolve(),
    },
  };
  let needsWord = false;
  for (let turns = 0; turns < MOST_TURNS; turns += 1) {
    signal.throwIfAborted();
    await advance(ground, rotation.id, signal);
    const now = kept.rotation;
    if (isFinal(now.state)) break;
    if (now.block?.code === 'needs_approval') {
      kept.rotation = decide(now, 'approve', { by: SECOND_PERSON, at: clock.now() });
    } else if (now.block !== null) {
      break;
    } else if (now.state === 'quiet' && now.trouble !== null) {
      needsWord = true;
      kept.rotation = hurried(now, { by: SECOND_PERSON, at: clock.now() });
    } else if ((now.trouble?.times ?? 0) > MOST_TROUBLES) {
      break;
    } else {
      clock.forwardTo(now.nextAt ?? clock.now());
    }
  }
  const { block, trouble, state } = kept.rotation;
  return {
    calls: (quietMs) => calls.made(quietMs),
    block,
    needsWord,
    trouble: isFinal(state) ? null : (trouble?.why ?? null),
    warnings: [...warnings],
  };
}

/** Time that passes only where somebody waits. */
class DryClock implements Clock {
  #now: number;

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number): Promise<void> {
    this.#now += Math.max(0, ms);
    return Promise.resolve();
  }

  forwardTo(at: number): void {
    this.#now = Math.max(this.#now, at);
  }
}
