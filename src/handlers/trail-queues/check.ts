import { quotedName, type Connection } from '../../domain/connection.ts';
import { CAPABILITY_CALLS } from '../../domain/capability.ts';
import { iamRegion } from '../../domain/partition.ts';
import { policiesFor, type PolicyDocument } from '../../domain/policy.ts';
import { counted } from '../../domain/time-words.ts';
import { queueArn } from '../../domain/trail-queue.ts';
import { RekeyError } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { QueueFacts } from '../../ports/trail-queue.ts';
import { reasonOf } from '../../verification/reasons.ts';
import { credentialsOf } from '../connection-credentials.ts';
import type { Services } from '../services.ts';
import type { QueuePlace } from './read-input.ts';

/** All of a check, so that nobody waits for ever. */
const CHECK_MS = 45_000;
const DAY_MS = 86_400_000;

/** Whoever is interrupted with messages in hand leaves them to be received again. */
const LEAST_RECEIVES = 3;
const GOOD_RECEIVES = 5;
const GIVE_RECEIVES = `Set its maximum receives to ${GOOD_RECEIVES} or more, and check again.`;

/** What a check found. It changes nothing: no message is taken, no file is read. */
export interface QueueCheck {
  /** Why it cannot be used, and what to do; empty: it can. */
  readonly problems: readonly { readonly what: string; readonly mend: string }[];
  /** What is worth knowing, and what could not be found out. */
  readonly notes: readonly string[];
  /** What the connection must be allowed, to copy; empty when it is. */
  readonly policies: readonly PolicyDocument[];
}

/** What a check works with. */
export type CheckWorld = Pick<Services, 'stores' | 'sealer' | 'sessions' | 'aws'>;

/** Asks AWS for the queue, and IAM whether the connection may do all that is done with it. */
export async function checkQueue(services: CheckWorld, place: QueuePlace): Promise<QueueCheck> {
  const signal = AbortSignal.timeout(CHECK_MS);
  try {
    const credentials = await credentialsOf(services, place.connection);
    const facts = await services.aws.eventQueue(credentials, place.address).facts(signal);
    const missing = await missingCalls(services, place, signal);
    const notes = notesOf(facts, missing);
    if (missing.known && missing.calls.length > 0) {
      const what = `The connection ${quotedName(place.connection.name)} may not call ${missing.calls.join(', ')} there.`;
      return { problems: [{ what, mend: GIVE_POLICY }], notes, policies: policyFor(place) };
    }
    if (facts.redriveAfter !== null && facts.redriveAfter < LEAST_RECEIVES) {
      const what = `Its redrive policy moves messages elsewhere after ${counted(facts.redriveAfter, 'receive')}: one interruption, and files are missed.`;
      return { problems: [{ what, mend: GIVE_RECEIVES }], notes: [], policies: [] };
    }
    return { problems: [], notes, policies: [] };
  } catch (error) {
    return { ...problemOf(error, place), notes: [] };
  }
}

const GIVE_POLICY = 'Give it the policy below, and check again.';

function problemOf(error: unknown, place: QueuePlace): Pick<QueueCheck, 'problems' | 'policies'> {
  const { connection, address } = place;
  const one = (what: string, mend: string) => ({ problems: [{ what, mend }], policies: [] });
  if (error instanceof RekeyError && error.code !== 'unreachable')
    return one(error.message, error.next ?? '');
  if (!(error instanceof AwsFailure)) throw error;
  if (error.code === 'no_such_entity') {
    return one(
      `There is no queue “${address.name}” in ${address.region} of account ${address.accountId}.`,
      'Copy its URL from the SQS console once more; the region is part of it.',
    );
  }
  if (error.code.startsWith('denied_') && error.code !== 'denied_by_source_ip') {
    return { problems: [{ what: reasonOf(error), mend: GIVE_POLICY }], policies: policyFor(place) };
  }
  return one(
    reasonOf(error),
    `Type /aws-test to see whether the connection ${quotedName(connection.name)} works, and check again.`,
  );
}

/** The policy of `watch` with this queue and bucket in it. */
export function policyFor({ connection, address, bucket }: QueuePlace): PolicyDocument[] {
  const { partition, accountId } = connection;
  const principal =
    connection.roleArn === null
      ? ({ kind: 'user', arn: connection.arn } as const)
      : ({ kind: 'role', arn: connection.roleArn } as const);
  const places = { eventQueueArn: queueArn(address), eventBucket: bucket };
  return policiesFor(['watch'], { partition, accountId, principal, places });
}

type Missing =
  | { readonly known: true; readonly calls: readonly string[] }
  | { readonly known: false; readonly why: string };

/** By simulation alone: nothing is tried. Policies of the queue and of the bucket are beyond what it tells. */
async function missingCalls(
  services: CheckWorld,
  { connection, address, bucket }: QueuePlace,
  signal: AbortSignal,
): Promise<Missing> {
  const { partition, accountId } = connection;
  const principalArn = principalOf(connection);
  const resources: Readonly<Record<string, string>> = {
    event_queue: queueArn(address),
    event_files: `arn:${partition}:s3:::${bucket}/AWSLogs/${accountId}/CloudTrail/${iamRegion(partition)}/rekey.json.gz`,
  };
  try {
    const credentials = await credentialsOf(services, connection);
    const iam = services.aws.iam(credentials, partition, { accountId, urgency: 'person' });
    const calls: string[] = [];
    for (const { on, actions } of CAPABILITY_CALLS.watch) {
      const resource = resources[on];
      if (resource === undefined) continue;
      const decisions = await iam.simulate({ principalArn, actions, resource }, signal);
      calls.push(...actions.filter((action) => decisions.get(action) !== 'allowed'));
    }
    return { known: true, calls };
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    return { known: false, why: reasonOf(error) };
  }
}

function principalOf({ roleArn, arn }: Connection): string {
  return roleArn ?? arn;
}

function notesOf(facts: QueueFacts, missing: Missing): string[] {
  const { retentionMs, kmsKeyId, redriveAfter, visible } = facts;
  return [
    ...(missing.known ? [] : [`Could not check whether the connection may read it: ${missing.why}`]),
    ...(visible === 0
      ? []
      : [`About ${counted(visible, 'message')} wait in it already: they are read first.`]),
    ...(retentionMs < DAY_MS
      ? ['It keeps messages for less than a day: after a longer downtime events are looked up instead.']
      : []),
    ...(kmsKeyId === null || kmsKeyId === 'alias/aws/sqs'
      ? []
      : ['It is encrypted with a key of your own: the connection needs kms:Decrypt for that key, too.']),
    redriveAfter === null
      ? 'It has no redrive policy: Rekey sets aside what it cannot understand, and says so.'
      : `Its redrive policy moves what cannot be understood elsewhere after ${counted(redriveAfter, 'receive')}.${redriveAfter < GOOD_RECEIVES ? ` That is little: ${GOOD_RECEIVES} or more leave room for interruptions.` : ''}`,
  ];
}
