import { createHash } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import type { HistoryEvent } from '../accounts/history.ts';
import { jsonService } from '../json-service.ts';
import type { JsonOperation } from '../json-service.ts';
import type { JsonInput } from '../wire/json-input.ts';

const dayMs = 24 * 60 * 60_000;
const keptMs = 90 * dayMs;
const perSecond = 2;
const mostOnPage = 50;

const attributes: Readonly<Record<string, (event: HistoryEvent, value: string) => boolean>> = {
  AccessKeyId: (event, value) => event.accessKeyId === value,
  EventId: (event, value) => event.eventId === value,
  EventName: (event, value) => event.name === value,
  EventSource: (event, value) => event.source === value,
  ReadOnly: (event, value) => String(event.readOnly) === value,
  ResourceName: (event, value) => event.resources.some(({ ResourceName }) => ResourceName === value),
  ResourceType: (event, value) => event.resources.some(({ ResourceType }) => ResourceType === value),
  Username: (event, value) => event.userName === value,
};

/** Exactly one attribute, or none (CloudTrail API Reference, LookupEvents). */
function questionOf(input: JsonInput): (event: HistoryEvent) => boolean {
  const [first, ...more] = input.structures('LookupAttributes');
  if (first === undefined) return () => true;
  const fits = attributes[first.required('AttributeKey')];
  if (fits === undefined || more.length > 0) {
    throw new AwsError(
      'InvalidLookupAttributesException',
      400,
      'Exactly one valid lookup attribute is allowed.',
    );
  }
  const value = first.required('AttributeValue', 2_000);
  return (event) => fits(event, value);
}

function fingerprint(input: JsonInput): string {
  const asked = [
    input.structures('LookupAttributes').map((one) => [one.text('AttributeKey'), one.text('AttributeValue')]),
    input.number('StartTime'),
    input.number('EndTime'),
    input.number('MaxResults'),
    input.text('EventCategory'),
  ];
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 16);
}

/** Behind which event a page begins; the token holds a fingerprint of the parameters it was made for. */
function positionOf(input: JsonInput): { readonly at: number; readonly eventId: string } | null {
  const token = input.text('NextToken');
  if (token === null) return null;
  const [print, at, eventId] = Buffer.from(token, 'base64').toString().split('|');
  if (print !== fingerprint(input) || at === undefined || eventId === undefined) {
    throw new AwsError('InvalidNextTokenException', 400, 'Invalid token: it belongs to other parameters.');
  }
  return { at: Number(at), eventId };
}

const lookupEvents: JsonOperation = {
  name: 'LookupEvents',
  access: () => ({ resource: '*' }),
  run: ({ world, caller, input }) => {
    const { account } = caller.principal;
    world.rates.count(`cloudtrail ${account.id} ${caller.region}`, perSecond);
    const most = input.number('MaxResults') ?? mostOnPage;
    if (!Number.isInteger(most) || most < 1 || most > mostOnPage) {
      throw new AwsError('InvalidMaxResultsException', 400, 'MaxResults must be between 1 and 50.');
    }
    const now = world.clock();
    const from = Math.max((input.number('StartTime') ?? 0) * 1_000, now - keptMs);
    const to = (input.number('EndTime') ?? Number.POSITIVE_INFINITY) * 1_000;
    if (to < (input.number('StartTime') ?? 0) * 1_000) {
      throw new AwsError('InvalidTimeRangeException', 400, 'Start time must be before end time.');
    }
    const asked = questionOf(input);
    const after = positionOf(input);
    const found = account
      .in(caller.region)
      .history.seen(now, from, Math.min(to, after?.at ?? to))
      .filter(({ at, eventId }) => after === null || at < after.at || eventId > after.eventId)
      .filter(asked);
    const shown = found.slice(0, most);
    const last = shown.at(-1);
    return {
      Events: shown.map(itemOf),
      ...(last === undefined || shown.length === found.length
        ? {}
        : { NextToken: Buffer.from(`${fingerprint(input)}|${last.at}|${last.eventId}`).toString('base64') }),
    };
  },
};

function itemOf(event: HistoryEvent): Record<string, unknown> {
  return {
    EventId: event.eventId,
    EventName: event.name,
    EventTime: event.at / 1_000,
    EventSource: event.source,
    ReadOnly: String(event.readOnly),
    AccessKeyId: event.accessKeyId,
    Username: event.userName ?? undefined,
    Resources: event.resources,
    CloudTrailEvent: JSON.stringify(event.record),
  };
}

/** CloudTrail's event history: management events of 90 days, by account and region. */
export const cloudTrail = jsonService({
  name: 'cloudtrail',
  target: 'CloudTrail_20131101',
  operations: [lookupEvents],
});
