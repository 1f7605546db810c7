// AWS in a process of its own: it answers with a new user's key for each one asked for, or counts its requests.
import type { HistoryEvent } from '../../sandbox/aws/accounts/history.ts';
import { AwsStandIn } from '../../sandbox/aws/stand-in.ts';
import { call } from '../../src/detections/example.ts';
import { policiesFor } from '../../src/domain/policy.ts';
import { answering } from './answering.ts';

export interface AwsQuestion {
  readonly keys: number;
  /** So many accounts more that are to be watched, each with so many events of the last day in every region. */
  readonly busy?: { readonly accounts: number; readonly events: number };
  /** Requests so far are not told again. */
  readonly forget?: boolean;
}

export interface AwsAnswer {
  readonly url: string;
  readonly keys: readonly { readonly accessKeyId: string; readonly secretAccessKey: string }[];
  /** Of the busy accounts, one each. */
  readonly watchers: readonly { readonly accessKeyId: string; readonly secretAccessKey: string }[];
  /** Requests of AWS so far. */
  readonly requests: number;
  /** Of those, look-ups of events. */
  readonly lookUps: number;
}

const DAY_MS = 86_400_000;
/** As many as are read side by side. */
const REGIONS = ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'sa-east-1'];
const standIn = await AwsStandIn.start();
const account = standIn.world.addAccount({ alias: 'bench', createdAt: Date.now() - 100 * DAY_MS });
const documents = policiesFor(['verify', 'inventory'], {
  partition: account.partition,
  accountId: account.id,
  principal: { kind: 'user', arn: null },
});
const attached = documents.map((document, at) => account.addPolicy(`bench-${at}`, document).arn);
let users = 0;

answering(({ keys, busy, forget }: AwsQuestion): Promise<AwsAnswer> => {
  const made = Array.from({ length: keys }, () => {
    users += 1;
    const key = account.addUser(`bench-${users}`, { attached }).addKey({ createdAt: Date.now() - DAY_MS });
    return { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey };
  });
  const watchers = Array.from({ length: busy?.accounts ?? 0 }, () => busyAccount(busy?.events ?? 0));
  const requests = standIn.requests.length;
  const lookUps = standIn.requests.of('LookupEvents').length;
  if (forget === true) standIn.requests.clear();
  return Promise.resolve({ url: standIn.url, keys: made, watchers, requests, lookUps });
});

/** An account in which much happened; the key that may watch it. */
function busyAccount(events: number): AwsAnswer['watchers'][number] {
  const busy = standIn.world.addAccount({ createdAt: Date.now() - 100 * DAY_MS });
  const rights = policiesFor(['verify', 'inventory', 'watch'], {
    partition: busy.partition,
    accountId: busy.id,
    principal: { kind: 'user', arn: null },
  });
  const may = rights.map((document, at) => busy.addPolicy(`watch-${at}`, document).arn);
  const key = busy.addUser('watcher', { attached: may }).addKey({ createdAt: Date.now() - DAY_MS });
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  for (const region of REGIONS) {
    for (let number = 0; number < events; number += 1) {
      const at = now - Math.floor((number * 23 * 3_600) / events) * 1_000;
      busy.in(region).history.add(eventOf(busy.id, region, number, at));
    }
  }
  return { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey };
}

function eventOf(accountId: string, region: string, number: number, at: number): HistoryEvent {
  const eventId = `${region}-${number}`;
  const accessKeyId = `AKIABENCH${String(number % 20).padStart(11, '0')}`;
  return {
    eventId,
    at,
    visibleAt: at,
    name: 'GetQueueUrl',
    source: 'sqs.amazonaws.com',
    userName: 'program',
    accessKeyId,
    readOnly: true,
    resources: [],
    get record() {
      const by = { type: 'IAMUser', accessKeyId, accountId, arn: `arn:aws:iam::${accountId}:user/program` };
      const eventTime = new Date(at).toISOString().replace('.000Z', 'Z');
      return {
        ...call('sqs:GetQueueUrl', { by, region, from: '198.51.100.20' }),
        eventTime,
        eventID: eventId,
      };
    },
  };
}
