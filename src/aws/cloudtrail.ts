import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import type { Event, LookupEventsCommandOutput } from '@aws-sdk/client-cloudtrail';
import { iamRegion } from '../domain/partition.ts';
import type { Partition } from '../domain/partition.ts';
import { AwsFailure } from '../ports/aws.ts';
import type { AwsCredentials } from '../ports/aws.ts';
import type { EventHistory, HistoryEvent, Trail, TrailEvent, TrailQuestion } from '../ports/trail.ts';
import type { CallPace, CallPaces, Priority } from './pace.ts';
import { callAws, sent } from './call.ts';
import type { CallGround } from './call.ts';
import { cloudTrailClient, ec2Client } from './clients.ts';
import { aborted } from './sts.ts';

/** AWS allows 2 look-ups a second per account and region, shared with the console and other tools: we take one. */
export const LOOK_UP_GAP_MS = 1_000;

const PAGE = 50;
const ACTION = 'cloudtrail:LookupEvents';
/**
 * How long to stand back when somebody else used the limit up, try by try. A window counts only as a whole: where others
 * take half of the calls for hours, one that gave up a page as soon as people do would never be read to its end.
 */
const AGAIN_AFTER_MS: Readonly<Record<Priority, readonly number[]>> = {
  people: [2_000, 4_000, 8_000],
  watch: [2_000, 4_000, ...Array.from({ length: 9 }, () => 8_000)],
};

/** CloudTrail's event history of one account. */
export function openTrail(
  ground: CallGround,
  credentials: AwsCredentials,
  place: { readonly accountId: string; readonly partition: Partition },
  budgets: CallPaces,
): Trail {
  return {
    lookUp: (region, question, window, priority, signal) => {
      const budget = budgets.of(place.accountId, region);
      const asked = { ground, credentials, region, budget, question, window, priority, signal };
      return pagesOf(asked, eventOf);
    },
    enabledRegions: async (signal) => {
      const action = 'ec2:DescribeRegions';
      const { DescribeRegionsCommand } = await import('@aws-sdk/client-ec2');
      const client = await ec2Client(ground, credentials, iamRegion(place.partition));
      // Without AllRegions the answer holds the enabled ones only (EC2 API reference, DescribeRegions).
      const answer = await callAws(ground, credentials, action, () =>
        client.send(new DescribeRegionsCommand({}), aborted(signal)),
      );
      return sent(answer.Regions, action).map((region) => sent(region.RegionName, action));
    },
  };
}

/** The same history, for whoever reads all of it. */
export function openHistory(
  ground: CallGround,
  credentials: AwsCredentials,
  place: { readonly accountId: string },
  budgets: CallPaces,
): EventHistory {
  return {
    pages: (region, question, window, signal) => {
      const budget = budgets.of(place.accountId, region);
      const asked = { ground, credentials, region, budget, question, window, signal };
      return pagesOf({ ...asked, priority: 'watch' }, (event) => rawOf(event, region));
    },
  };
}

interface LookUp {
  readonly ground: CallGround;
  readonly credentials: AwsCredentials;
  readonly region: string;
  readonly budget: CallPace;
  readonly question: TrailQuestion;
  readonly window: { readonly from: number; readonly to: number };
  readonly priority: Priority;
  readonly signal: AbortSignal;
}

async function* pagesOf<Found>(
  asked: LookUp,
  read: (event: Event) => Found,
): AsyncGenerator<readonly Found[]> {
  const client = cloudTrailClient(asked.ground, asked.credentials, asked.region);
  // The token belongs to its parameters: they stay the same on every page.
  const parameters = {
    MaxResults: PAGE,
    StartTime: new Date(asked.window.from),
    ...(asked.window.to === Number.POSITIVE_INFINITY ? {} : { EndTime: new Date(asked.window.to) }),
    ...(asked.question === null
      ? {}
      : { LookupAttributes: [{ AttributeKey: asked.question.by, AttributeValue: asked.question.value }] }),
  };
  let token: string | undefined;
  do {
    const answer = await page(asked, (options) =>
      client.send(new LookupEventsCommand({ ...parameters, NextToken: token }), options),
    );
    yield sent(answer.Events ?? [], ACTION).map(read);
    token = answer.NextToken;
  } while (token !== undefined);
}

async function page(
  asked: LookUp,
  send: (options: { abortSignal?: AbortSignal }) => Promise<LookupEventsCommandOutput>,
): Promise<LookupEventsCommandOutput> {
  for (let tried = 0; ; tried += 1) {
    await asked.budget.take(asked.priority, asked.signal);
    try {
      return await callAws(asked.ground, asked.credentials, ACTION, () => send(aborted(asked.signal)));
    } catch (error) {
      const wait = AGAIN_AFTER_MS[asked.priority][tried];
      if (!(error instanceof AwsFailure) || error.code !== 'throttled' || wait === undefined) throw error;
      asked.budget.throttled(wait);
    }
  }
}

/** An event whose record cannot be read is no answer: leaving it out would make “unknown” a “no”. */
function eventOf(event: Event): TrailEvent {
  return {
    eventId: sent(event.EventId, ACTION),
    eventTime: sent(event.EventTime, ACTION).getTime(),
    eventName: sent(event.EventName, ACTION),
    accessKeyId: event.AccessKeyId ?? null,
    record: recordOf(sent(event.CloudTrailEvent, ACTION)),
  };
}

function recordOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const record: unknown = JSON.parse(text);
    if (typeof record === 'object' && record !== null && !Array.isArray(record)) {
      return record as Record<string, unknown>;
    }
  } catch {
    // Falls through: said below, without the text.
  }
  throw new AwsFailure({ code: 'not_aws', action: ACTION, said: 'an event that is not JSON' });
}

function rawOf(event: Event, region: string): HistoryEvent {
  const time = event.EventTime?.getTime() ?? Number.NaN;
  const at = Number.isNaN(time) ? null : time;
  const text = event.CloudTrailEvent ?? '';
  return text.endsWith('}') ? { at, text } : { at, text, outer: outerOf(event, at, region) };
}

/** Who did what, and when, is also said beside the record. Of a session, `Username` is a name somebody gave it. */
function outerOf(event: Event, at: number | null, region: string): string {
  const { AccessKeyId: accessKeyId, Username } = event;
  const isOfKey = accessKeyId?.startsWith('AKIA') === true;
  return JSON.stringify({
    eventID: event.EventId,
    eventTime: at === null ? undefined : new Date(at).toISOString(),
    eventSource: event.EventSource,
    eventName: event.EventName,
    awsRegion: region,
    userIdentity: { accessKeyId, userName: isOfKey ? Username : undefined },
  });
}
