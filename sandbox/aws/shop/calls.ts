import type { HistoryEvent } from '../accounts/history.ts';
import type { Account, User, World } from '../world.ts';

/** Somebody with a key, as CloudTrail would write them down. */
export interface Worker {
  readonly user: User;
  readonly accessKeyId: string;
}

export interface Call {
  /** `service:Name`. */
  readonly action: string;
  /** ms */
  readonly at: number;
  readonly from: string;
  readonly agent: string;
  readonly region?: string;
  readonly asked?: Readonly<Record<string, unknown>>;
  readonly answered?: Readonly<Record<string, unknown>>;
  readonly error?: string;
}

/** Writes a call that nobody made over the wire into the event history, where it can be looked up at once. */
export function write(world: World, account: Account, { user, accessKeyId }: Worker, call: Call): void {
  const [service = '', name = ''] = call.action.split(':');
  const at = Math.floor(call.at / 1_000) * 1_000;
  const eventId = world.ids.requestId();
  const region = call.region ?? 'us-east-1';
  const readOnly = /^(Get|List|Describe|Head)/.test(name);
  const record = {
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      principalId: user.userId,
      arn: user.arn,
      accountId: account.id,
      accessKeyId,
      userName: user.name,
    },
    eventTime: `${new Date(at).toISOString().slice(0, 19)}Z`,
    eventSource: `${service}.amazonaws.com`,
    eventName: name,
    awsRegion: region,
    sourceIPAddress: call.from,
    userAgent: call.agent,
    ...(call.error === undefined ? {} : { errorCode: call.error, errorMessage: 'Not allowed.' }),
    requestParameters: call.asked ?? null,
    responseElements: call.answered ?? null,
    requestID: world.ids.requestId(),
    eventID: eventId,
    readOnly,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account.id,
    eventCategory: 'Management',
  };
  const event: HistoryEvent = {
    eventId,
    at,
    visibleAt: at,
    name,
    source: record.eventSource,
    userName: user.name,
    accessKeyId,
    readOnly,
    resources: [],
    record,
  };
  account.in(region).history.add(event);
}
