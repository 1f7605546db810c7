import type { OpenStores } from '../../db/open.ts';
import { createAws } from '../../src/aws/aws.ts';
import { RoleSessions } from '../../src/aws/role-sessions.ts';
import { createAuditSigner } from '../../src/crypto/audit-signer.ts';
import { createIds } from '../../src/crypto/ids.ts';
import { parseMasterKeys } from '../../src/crypto/master-key.ts';
import { createSealer } from '../../src/crypto/sealer.ts';
import { RekeyError } from '../../src/errors.ts';
import { aloneInstance } from '../../src/instances/open.ts';
import { signingKeys } from '../../src/handlers/instances.ts';
import { LEASES } from '../../src/handlers/leases.ts';
import type { Services } from '../../src/handlers/services.ts';
import { NOWHERE } from '../../src/detections/place.ts';
import type { Jobs } from '../../src/ports/jobs.ts';
import type { Judges } from '../../src/ports/judges.ts';
import { NO_METRICS } from '../../src/ports/metrics.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import type { People } from '../../src/ports/slack.ts';
import type { Clock, Log } from '../../src/ports/world.ts';
import { presenter } from '../../src/slack/blocks/outcome.ts';
import { FileParts } from '../../src/replay/file-parts.ts';
import { AccountJudge } from '../../src/watch/account-judge.ts';

/** What was enqueued, in order; nothing is run. */
export class NotedJobs implements Pick<Jobs, 'enqueue'> {
  readonly enqueued: { readonly name: string; readonly key: string; readonly due: boolean }[] = [];

  enqueue(name: string, key: string, payload: Record<string, unknown> = {}): Promise<void> {
    this.enqueued.push({ name, key, due: payload['due'] === true });
    return Promise.resolve();
  }
}

/** A workspace in which nobody is known. */
const NOBODY: People = {
  named: () => Promise.resolve([]),
  withEmail: () => Promise.resolve(null),
  groupsNamed: () => Promise.resolve([]),
  groups: () => Promise.resolve([]),
  groupMembers: () => Promise.resolve([]),
  person: () => Promise.reject(new RekeyError('unreachable', 'Nobody is known here.')),
};

/** Judges on this thread. */
export function judgesHere(): Judges {
  const judges = new Map<string, AccountJudge>();
  const files = new Map<number, FileParts>();
  return {
    judge(batch, knowledge) {
      const judge = judges.get(batch.accountId) ?? new AccountJudge(() => NOWHERE);
      judges.set(batch.accountId, judge);
      const { events } = batch;
      const held = 'file' in events ? (files.get(events.file)?.eventsOf(events.region) ?? []) : events;
      return judge.judge({ ...batch, events: held }, knowledge);
    },
    open(bytes, subject) {
      const id = files.size;
      const parts = new FileParts(bytes, subject);
      files.set(id, parts);
      return { id, next: () => parts.next(), close: () => parts.close() };
    },
    close: () => Promise.resolve(),
  };
}

/** What the poller works with; of Slack there is nobody. */
export function inventoryServices(from: {
  readonly stores: OpenStores;
  readonly awsUrl: string;
  readonly masterKey: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly jobs: NotedJobs;
  readonly instanceId?: string;
  readonly metrics?: Metrics;
  readonly requestMs?: number;
  /** The host identity's key, where roles are assumed. */
  readonly host?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}): Services & { close(): void } {
  const { stores, awsUrl, clock, log, metrics = NO_METRICS, requestMs, host } = from;
  const aws = createAws({
    env: {
      AWS_ENDPOINT_URL: awsUrl,
      AWS_ACCESS_KEY_ID: host?.accessKeyId,
      AWS_SECRET_ACCESS_KEY: host?.secretAccessKey,
    },
    version: '0.0.0',
    log,
    clock,
    metrics,
    ...(requestMs === undefined ? {} : { limits: { requestMs } }),
  });
  const keys = parseMasterKeys(from.masterKey);
  const instances = aloneInstance(from.instanceId ?? 'this');
  const services: Partial<Services> = {
    stores,
    sealer: createSealer(keys),
    auditSigner: createAuditSigner(keys),
    clock,
    ids: createIds(clock),
    log,
    metrics,
    aws,
    sessions: new RoleSessions(aws, clock),
    jobs: from.jobs as Partial<Jobs> as Jobs,
    judges: judgesHere(),
    presenter,
    people: NOBODY,
    instances,
    instanceId: from.instanceId ?? 'this',
    onlyInstance: stores.engine === 'sqlite',
    leases: LEASES,
    teamId: 'T0',
    admins: [],
    defaultAlertChannel: null,
  };
  instances.signWith(() => signingKeys(services as Services));
  return { ...(services as Services), close: () => aws.close() };
}
