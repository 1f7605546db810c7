import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../sandbox/slack/faults.ts';
import type { FaultRule } from '../../sandbox/aws/faults.ts';
import type { Instance } from './instances.ts';
import type { Scene } from './rekey.ts';

const AWS_TROUBLES: readonly FaultRule[] = [
  { probability: 0.02, effect: { kind: 'throttle' } },
  { probability: 0.02, effect: { kind: 'service-failure' } },
  { probability: 0.1, effect: { kind: 'latency', ms: 250 } },
  { probability: 0.01, effect: { kind: 'drop-before' } },
  { probability: 0.01, effect: { kind: 'drop-after' } },
  { probability: 0.002, effect: { kind: 'hang' } },
];

/** Calls of ours that fail. Answers by response_url do not: words that Slack itself loses are nobody's fault. */
const METHODS = ['views.open', 'views.update', 'views.publish', 'chat.postMessage', 'users.info'] as const;

const SLACK_TROUBLES: readonly Fault[] = [
  { kind: 'http', status: 500 },
  { kind: 'http', status: 429, retryAfter: 1 },
  { kind: 'error', error: 'internal_error' },
  { kind: 'latency', ms: 400 },
  { kind: 'answer_lost', how: 'reset' },
];

/** What no call met by then is over: where calls are few, troubles would pile up, and every call would fail. */
const SLACK_TROUBLE_MS = 2_000;

/** Lets Slack and AWS fail at random until the time is over. */
export async function makeTrouble(scene: Scene, chance: () => number, until: number): Promise<void> {
  for (const rule of AWS_TROUBLES) scene.aws.faults.add(rule);
  while (Date.now() < until) {
    const method = METHODS[Math.floor(chance() * METHODS.length)];
    const fault = SLACK_TROUBLES[Math.floor(chance() * SLACK_TROUBLES.length)];
    if (method !== undefined && fault !== undefined) {
      setTimeout(scene.slack.faults.add(method, fault), SLACK_TROUBLE_MS);
    }
    await sleep(200 + 600 * chance());
  }
  scene.aws.faults.clear();
  scene.slack.faults.clear();
}

/** When instances died. */
export class Deaths {
  readonly at: number[] = [];
  /** All that the dead wrote. */
  output = '';

  /** True when one died after this moment, or just before: its connections may not have been seen to break. */
  since(moment: number): boolean {
    return this.at.some((death) => death >= moment - 500);
  }

  /** Kills an instance and starts it again until the time is over; the one that lives then. */
  async keepKilling(
    first: Instance,
    again: () => Promise<Instance>,
    chance: () => number,
    until: number,
  ): Promise<Instance> {
    let victim = first;
    while (Date.now() < until) {
      await sleep(2_000 + 5_000 * chance());
      this.at.push(Date.now());
      await victim.kill();
      this.at.push(Date.now());
      this.output += victim.output;
      await sleep(1_500 * chance());
      victim = await again();
    }
    return victim;
  }
}

/** Numbers between 0 and 1 that a seed decides. */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  // Mulberry32, by Tommy Ettinger, in the public domain.
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
