import { isRecord, recordsIn } from '../../src/detections/record.ts';
import { Splitter, type Pieces } from '../../src/replay/split.ts';
import type { Account, World } from './world.ts';

/** What was replayed. */
export interface Replayed {
  readonly calls: number;
  /** The long-term keys that made them, the busiest first. */
  readonly keys: readonly string[];
}

type Raw = Readonly<Record<string, unknown>>;

/**
 * Writes what a log of CloudTrail tells into the event history of an account, as if its last call was made at this time
 * (ms), and in this account: CloudTrail's files, JSON lines or the output of LookupEvents. Throws when there is no record.
 */
export function replayLog(world: World, account: Account, log: string, at: number): Replayed {
  const records = recordsOf(log).filter((record) => Number.isFinite(timeOf(record)));
  if (records.length === 0) throw new Error('There are no CloudTrail records in that.');
  const shift = at - Math.max(...records.map(timeOf));
  const uses = new Map<string, number>();
  for (const record of records) {
    const own = inAccount(record, account.id);
    write(world, account, own, timeOf(record) + shift);
    const key = textIn(own['userIdentity'], 'accessKeyId');
    if (key.startsWith('AKIA')) uses.set(key, (uses.get(key) ?? 0) + 1);
  }
  const keys = [...uses].toSorted(([, one], [, other]) => other - one).map(([key]) => key);
  return { calls: records.length, keys };
}

function recordsOf(log: string): Raw[] {
  const splitter = new Splitter();
  const pieces: Pieces = { values: [], broken: [] };
  splitter.push(log, pieces);
  splitter.end(pieces);
  return pieces.values.flatMap((value) => (isRecord(value) ? [value] : [...recordsIn(value)])) as Raw[];
}

function timeOf(record: Raw): number {
  return Date.parse(String(record['eventTime']));
}

/** The same record, of this account, in a region that there is: data sets put invented ones in the place of the real ones. */
function inAccount(record: Raw, accountId: string): Raw {
  const other = textIn(record, 'recipientAccountId') || textIn(record['userIdentity'], 'accountId');
  const text = JSON.stringify(record);
  const own = JSON.parse(other === '' ? text : text.replaceAll(other, accountId)) as Raw;
  const region = textIn(own, 'awsRegion');
  return { ...own, awsRegion: /^[a-z]{2}-[a-z]+-\d$/.test(region) ? region : 'us-east-1' };
}

function write(world: World, account: Account, raw: Raw, time: number): void {
  const at = Math.floor(time / 1_000) * 1_000;
  const eventId = textIn(raw, 'eventID') || world.ids.requestId();
  const identity = raw['userIdentity'];
  const arn = textIn(identity, 'arn');
  const eventTime = new Date(at).toISOString().replace('.000Z', 'Z');
  account.in(textIn(raw, 'awsRegion')).history.add({
    eventId,
    at,
    visibleAt: at,
    name: textIn(raw, 'eventName'),
    source: textIn(raw, 'eventSource'),
    userName: textIn(identity, 'userName') || arn.slice(arn.lastIndexOf('/') + 1),
    accessKeyId: textIn(identity, 'accessKeyId'),
    readOnly: raw['readOnly'] === true,
    resources: [],
    record: { ...raw, eventID: eventId, eventTime },
  });
}

function textIn(value: unknown, name: string): string {
  const found: unknown = Object(value)[name];
  return typeof found === 'string' ? found : '';
}
