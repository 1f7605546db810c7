import type { SampleWorld } from '../aws/fixtures.ts';
import type { FaultEffect } from '../aws/faults.ts';
import type { AwsStandIn } from '../aws/stand-in.ts';
import type { Fault as SlackFault } from '../slack/faults.ts';
import type { SlackStandIn } from '../slack/stand-in.ts';
import type { WireTrouble } from './wire.ts';

const MINUTE = 60_000;
/** Slower than people like, quick enough that a window still opens within Slack's three seconds. */
const SLOW_MS = 1_500;

interface Trouble {
  readonly id: string;
  readonly label: string;
  readonly about: string;
  /** How long it lasts by itself; null: until it is mended. */
  readonly lastsMs: number | null;
  /** Breaks it; answers how to mend it. */
  start(): () => void;
}

/** What a visitor can break, and what is broken now. */
export class Troubles {
  readonly #all: readonly Trouble[];
  readonly #broken = new Map<string, { until: number; mend: () => void; timer: NodeJS.Timeout | null }>();
  readonly #changed: () => void;

  constructor(world: { slack: SlackStandIn; aws: AwsStandIn; samples: SampleWorld }, changed: () => void) {
    this.#all = troublesOf(world.slack, world.aws, world.samples);
    this.#changed = changed;
  }

  list(): WireTrouble[] {
    return this.#all.map(({ id, label, about }) => ({
      id,
      label,
      about,
      until: this.#broken.get(id)?.until ?? null,
    }));
  }

  /** Breaks or mends; false when there is no such trouble. */
  set(id: string, on: boolean): boolean {
    const trouble = this.#all.find((each) => each.id === id);
    if (trouble === undefined) return false;
    this.#mend(id);
    if (on) {
      const { lastsMs } = trouble;
      const timer = lastsMs === null ? null : setTimeout(() => this.set(id, false), lastsMs).unref();
      const until = lastsMs === null ? 0 : Date.now() + lastsMs;
      this.#broken.set(id, { until, mend: trouble.start(), timer });
    }
    this.#changed();
    return true;
  }

  /** Mends everything. */
  stop(): void {
    for (const id of this.#broken.keys()) this.#mend(id);
  }

  #mend(id: string): void {
    const broken = this.#broken.get(id);
    if (broken === undefined) return;
    if (broken.timer !== null) clearTimeout(broken.timer);
    this.#broken.delete(id);
    broken.mend();
  }
}

function troublesOf(slack: SlackStandIn, aws: AwsStandIn, samples: SampleWorld): Trouble[] {
  const awsFault = (effect: FaultEffect) => (): (() => void) => {
    const fault = aws.faults.add({ effect });
    return () => fault.remove();
  };
  const slackFault = (target: string, fault: SlackFault) => (): (() => void) => {
    let on = true;
    slack.faults.add(target, fault, { times: Number.POSITIVE_INFINITY, when: () => on });
    return () => {
      on = false;
    };
  };
  return [
    {
      id: 'aws-throttles',
      label: 'AWS throttles for a minute',
      about: 'Every call is answered with Throttling.',
      lastsMs: MINUTE,
      start: awsFault({ kind: 'throttle' }),
    },
    {
      id: 'aws-down',
      label: 'AWS is down for a minute',
      about: 'Connections break before anything happens.',
      lastsMs: MINUTE,
      start: awsFault({ kind: 'drop-before' }),
    },
    {
      id: 'good-key-inactive',
      label: 'Switch the Good key off',
      about: 'Inactive, as by somebody in the IAM console. Then run a test.',
      lastsMs: null,
      start: () => {
        setKeyStatus(aws, samples.keys.good.accessKeyId, 'Inactive');
        return () => setKeyStatus(aws, samples.keys.good.accessKeyId, 'Active');
      },
    },
    {
      id: 'slack-slow',
      label: 'Slack answers slowly for a minute',
      about: 'Each call of the Web API takes a second and a half.',
      lastsMs: MINUTE,
      start: slackFault('*', { kind: 'latency', ms: SLOW_MS }),
    },
    {
      id: 'commands-lost',
      label: 'Commands get lost for a minute',
      about: 'Slack gives up after three seconds: operation_timeout.',
      lastsMs: MINUTE,
      start: slackFault('deliver:command', { kind: 'lost' }),
    },
  ];
}

function setKeyStatus(aws: AwsStandIn, accessKeyId: string, status: 'Active' | 'Inactive'): void {
  const { world } = aws;
  const key = world.findKey(accessKeyId)?.key;
  if (key !== undefined && key.currentStatus !== 'Deleted') key.change(status, world.clock());
}
