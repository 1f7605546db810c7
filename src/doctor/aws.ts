import type { OpenStores } from '../../db/open.ts';
import { readHostIdentity } from '../aws/host-identity.ts';
import type { Config } from '../config.ts';
import { createSealer } from '../crypto/sealer.ts';
import type { MasterKey } from '../crypto/master-key.ts';
import { quotedName, type Connection } from '../domain/connection.ts';
import { checkConnection } from '../handlers/check-credentials.ts';
import type { Aws, HostIdentity } from '../ports/aws.ts';
import type { Clock, Log } from '../ports/world.ts';
import { failed, failure, ok, warning, type Finding } from './finding.ts';

const CONNECTION_MS = 60_000;

/** Who this host is in AWS. Without an identity only connections by access key work. */
export async function checkHostIdentity(
  aws: Aws,
  config: Config,
  stores: OpenStores | null,
): Promise<{ finding: Finding; host: HostIdentity | null }> {
  const what = 'Host identity';
  try {
    const host = await readHostIdentity(aws, config.passThrough);
    if (host.available) return { host, finding: ok(what, `${host.arn} in account ${host.accountId}.`) };
    const roles = ((await stores?.connections.list()) ?? []).filter(({ method }) => method === 'role').length;
    const finding =
      roles > 0
        ? failed(what, `${host.why} ${roles} connections by role need one.`, host.mend)
        : warning(what, `${host.why} Connections by role are not offered.`, host.mend);
    return { host, finding };
  } catch (error) {
    return { host: null, finding: failure(what, error) };
  }
}

/** The check of /aws-test for every connection: reads only, and keeps nothing. */
export async function* checkConnections(
  stores: OpenStores,
  keys: readonly MasterKey[],
  world: { readonly aws: Aws; readonly clock: Clock; readonly log: Log; readonly host: HostIdentity | null },
): AsyncGenerator<Finding> {
  const { host } = world;
  const connections = await stores.connections.list();
  if (connections.length === 0) yield ok('Connections', 'There are none yet.');
  if (connections.length === 0 || keys.length === 0) return;
  const services = {
    ...world,
    stores,
    sealer: createSealer(keys),
    hostIdentity: (): Promise<HostIdentity> =>
      Promise.resolve(host ?? { available: false, why: 'It could not be found out.', mend: 'See above.' }),
  };
  for (const connection of connections) yield await one(services, connection);
}

async function one(
  services: Parameters<typeof checkConnection>[0],
  connection: Connection,
): Promise<Finding> {
  const what = `Connection ${quotedName(connection.name)}`;
  try {
    const verdict = await checkConnection(services, connection, AbortSignal.timeout(CONNECTION_MS));
    if (verdict.status === 'verified') {
      const { accountId, arn, warnings } = verdict.report;
      const found = `${arn} in account ${accountId}.`;
      return warnings.length === 0
        ? ok(what, found)
        : warning(what, [found, ...warnings.map(({ text }) => text)].join('\n'), 'See what is said above.');
    }
    const { what: happened, why, mend } = verdict.diagnosis;
    return verdict.status === 'rejected'
      ? failed(what, `${happened} ${why}`, mend)
      : warning(what, `It could not be checked: ${happened} ${why}`, mend);
  } catch (error) {
    return failure(what, error);
  }
}
