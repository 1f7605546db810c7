import type { SampleKey } from '../fixtures.ts';
import type { AwsStandIn } from '../stand-in.ts';
import type { Account, NewKey, World } from '../world.ts';
import { policiesFor, type PolicyTarget } from '../../../src/domain/policy.ts';
import { write, type Call, type Worker } from './calls.ts';
import { CAST } from '../../cast.ts';
import { replayLog } from '../replay.ts';
import { THEFT } from './theft.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** How long the shop was open before the sandbox began. */
const OPEN_FOR = 30 * DAY;
const TRAIL_REGION = 'eu-west-1';

/** What a program of the shop does, again and again, from the same place. */
interface Routine {
  readonly name: string;
  readonly everyMs: number;
  readonly from: string;
  readonly agent: string;
  readonly region: string;
  readonly actions: readonly string[];
}

const ROUTINES: readonly Routine[] = [
  {
    name: 'shop-backend',
    everyMs: 3 * HOUR,
    from: '198.51.100.20',
    agent: 'Boto3/1.40.0 md/Botocore#1.40.0 ua/2.1 os/linux lang/python#3.13.2',
    region: 'eu-west-1',
    actions: ['s3:ListBuckets', 'sqs:ListQueues', 'logs:DescribeLogGroups'],
  },
  {
    name: 'nightly-backup',
    everyMs: DAY,
    from: '198.51.100.31',
    agent: 'aws-cli/2.27.0 md/awscrt#0.26.1 ua/2.1 os/linux lang/python#3.13.2',
    region: 'eu-west-1',
    actions: ['ec2:DescribeVolumes', 'ec2:CreateSnapshot', 'ec2:DescribeSnapshots'],
  },
];

/**
 * A small account whose programs leave events behind as they work, so that the watcher has something to learn; and the
 * theft of one of its keys, for whoever wants to see an incident.
 */
export class Shop {
  /** A key that may watch it, and read the queue of its trail. */
  readonly key: SampleKey;
  /** Its trail, as people name it to Rekey. */
  readonly trail: { readonly queueUrl: string; readonly bucket: string };
  readonly #world: World;
  readonly #account: Account;
  readonly #workers: ReadonlyMap<string, Worker>;
  #livedTo: number;

  constructor({ world }: AwsStandIn) {
    this.#world = world;
    const now = world.clock();
    const createdAt = now - 600 * DAY;
    this.#account = world.addAccount({ alias: 'acme-shop', createdAt });
    this.#workers = new Map(
      ROUTINES.map(({ name }) => {
        const user = this.#account.addUser(name, { createdAt, tags: { owner: CAST.bo.name } });
        const { accessKeyId } = user.addKey({ createdAt: now - 40 * DAY });
        return [name, { user, accessKeyId }] as const;
      }),
    );
    const bucket = world.addBucket(this.#account, `acme-shop-trail-${this.#account.id}`, {
      region: TRAIL_REGION,
    });
    const queue = world.addQueue(this.#account, TRAIL_REGION, 'trail-events');
    this.trail = {
      queueUrl: `https://sqs.${TRAIL_REGION}.amazonaws.com/${this.#account.id}/${queue.name}`,
      bucket: bucket.name,
    };
    this.key = this.#watcher(now, { eventQueueArn: queue.arn, eventBucket: bucket.name });
    this.#livedTo = now - OPEN_FOR;
    this.advance(now);
    // Its files begin now; what was before is in the event history.
    world.addTrail({ bucket, queue, accounts: [this.#account] });
  }

  /** Lets the programs work up to this time (ms). */
  advance(at: number): void {
    for (const routine of ROUTINES) {
      const first = Math.ceil((this.#livedTo + 1) / routine.everyMs) * routine.everyMs;
      for (let then = first; then <= at; then += routine.everyMs) this.#work(routine, then);
    }
    this.#livedTo = Math.max(this.#livedTo, at);
  }

  /** Plays the theft of the backend's key, the last of it at this time (ms); what it is, for the page. */
  theft(at: number): string {
    const worker = this.#workers.get('shop-backend');
    if (worker === undefined) throw new Error('The shop has a backend');
    const last = THEFT.at(-1)?.second ?? 0;
    for (const { second, ...call } of THEFT) {
      this.#write(worker, { ...call, at: at - (last - second) * 1_000 });
    }
    return 'Somebody found the key of shop-backend and used it. Rekey looks every five minutes: wait, or move the clock by an hour.';
  }

  /** Plays what a log of CloudTrail tells, the last of it at this time (ms); what it is, for the page. */
  replay(log: string, at: number): string {
    const { calls, keys } = replayLog(this.#world, this.#account, log, at);
    const by = keys.length === 0 ? 'no long-term key' : keys.slice(0, 3).join(', ');
    return `A log was replayed in the shop’s account: ${calls} calls, by ${by}. Rekey looks every five minutes: wait, or move the clock by an hour.`;
  }

  #work({ name, from, agent, region, actions }: Routine, at: number): void {
    const worker = this.#workers.get(name);
    if (worker === undefined) return;
    for (const [place, action] of actions.entries()) {
      this.#write(worker, { action, at: at + place * 2_000, from, agent, region });
    }
  }

  #write(worker: Worker, call: Call): void {
    const key = worker.user.keys.existing().find(({ accessKeyId }) => accessKeyId === worker.accessKeyId);
    // A key that somebody switched off is good for nothing, to thieves neither.
    if (key?.currentStatus !== 'Active') return;
    write(this.#world, this.#account, worker, call);
    key.recordUse({
      at: call.at,
      service: call.action.slice(0, call.action.indexOf(':')),
      region: call.region ?? 'us-east-1',
    });
  }

  #watcher(now: number, places: PolicyTarget['places'] & object): SampleKey {
    const account = this.#account;
    const target = { partition: account.partition, accountId: account.id } as const;
    const documents = policiesFor(['verify', 'inventory', 'watch', 'contain'], {
      ...target,
      principal: { kind: 'user', arn: null },
      places,
    });
    const attached = documents.map((document, at) => account.addPolicy(`rekey-${at + 1}`, document).arn);
    const key: NewKey = account
      .addUser('rekey-watcher', { attached, createdAt: now - 40 * DAY, tags: { team: 'platform' } })
      .addKey({ createdAt: now - 30 * DAY });
    return {
      label: 'Shop',
      about:
        'May watch and shut off: Rekey learns what its keys do, and says when one behaves unlike itself.',
      accountId: account.id,
      ...key,
    };
  }
}
