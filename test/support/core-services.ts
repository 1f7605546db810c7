import type { OpenStores } from '../../db/open.ts';
import { RoleSessions } from '../../src/aws/role-sessions.ts';
import { createAuditSigner } from '../../src/crypto/audit-signer.ts';
import { createIds } from '../../src/crypto/ids.ts';
import { createSealer } from '../../src/crypto/sealer.ts';
import { signingKeys } from '../../src/handlers/instances.ts';
import { LEASES } from '../../src/handlers/leases.ts';
import type { Services } from '../../src/handlers/services.ts';
import { aloneInstance } from '../../src/instances/open.ts';
import type { OpenInstances } from '../../src/instances/open.ts';
import { createOutward } from '../../src/outward/outward.ts';
import type { Jobs } from '../../src/ports/jobs.ts';
import { NO_METRICS } from '../../src/ports/metrics.ts';
import type { Clock, Log } from '../../src/ports/world.ts';
import { presenter } from '../../src/slack/blocks/outcome.ts';

/** What the handlers work with, over real adapters and a real database; nothing of Slack answers. */
export function servicesOf(parts: {
  readonly stores: OpenStores;
  readonly clock: Clock;
  readonly log: Log;
  readonly aws: Services['aws'];
  readonly keys: Parameters<typeof createSealer>[0];
  readonly privateHosts: readonly string[];
  /** This process among the instances; one by itself when left out. */
  readonly instance?: { readonly id: string; readonly instances: OpenInstances };
}): Services {
  const { stores, clock, log, aws, keys, privateHosts } = parts;
  const nobody = (): never => {
    throw new Error('Slack is not asked here.');
  };
  const ids = createIds(clock);
  const instanceId = parts.instance?.id ?? ids.next();
  const jobs: Partial<Jobs> = { enqueue: () => Promise.resolve() };
  const unused = new Proxy({}, { get: nobody });
  const instances = parts.instance?.instances ?? aloneInstance(instanceId);
  const services: Services = {
    stores,
    sealer: createSealer(keys),
    auditSigner: createAuditSigner(keys),
    clock,
    ids,
    log,
    metrics: NO_METRICS,
    aws,
    sessions: new RoleSessions(aws, clock),
    people: unused as Services['people'],
    poster: unused as Services['poster'],
    files: unused as Services['files'],
    pager: unused as Services['pager'],
    outward: createOutward({ privateHosts }),
    presenter,
    jobs: jobs as Jobs,
    judges: unused as Services['judges'],
    hostIdentity: nobody,
    instanceId,
    instances,
    onlyInstance: stores.engine === 'sqlite',
    leases: LEASES,
    teamId: 'T1',
    workspace: { url: null, scopes: null },
    admins: ['U1', 'U2'],
    defaultAlertChannel: 'C1',
  };
  instances.signWith(() => signingKeys(services));
  return services;
}
