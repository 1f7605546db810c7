import { openStores, type OpenStores } from '../../db/open.ts';
import { createAws } from '../../src/aws/aws.ts';
import type { AwsOptions } from '../../src/aws/aws.ts';
import { createIds } from '../../src/crypto/ids.ts';
import type { Services } from '../../src/handlers/services.ts';
import { aloneInstance, openInstances } from '../../src/instances/open.ts';
import type { Clock, Log } from '../../src/ports/world.ts';
import { servicesOf } from './core-services.ts';

/** One process of Rekey's core. */
export interface CoreInstance {
  readonly services: Services;
  readonly stores: OpenStores;
  close(): Promise<void>;
}

/** Opens one on a database. `shared`: the instances on it tell each other, by this clock, how they divide calls. */
export async function openCoreInstance(parts: {
  readonly url: string;
  readonly awsUrl: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly keys: Parameters<typeof servicesOf>[0]['keys'];
  readonly privateHosts: readonly string[];
  readonly calls: Pick<AwsOptions, 'giveWay' | 'metrics'>;
  readonly shared: boolean;
}): Promise<CoreInstance> {
  const { url, awsUrl, clock, log, keys, privateHosts, calls, shared } = parts;
  const stores = await openStores({ url, exclusive: true, clock, log });
  const id = createIds(clock).next();
  const instances = shared
    ? openInstances({ stores, clock, log, instanceId: id }, stores.engine === 'sqlite')
    : aloneInstance(id);
  await instances.start();
  const env = { AWS_ENDPOINT_URL: awsUrl };
  const aws = createAws({ env, version: '0.0.0', log, clock, share: instances, ...calls });
  const services = servicesOf({ stores, clock, log, aws, keys, privateHosts, instance: { id, instances } });
  const close = async (): Promise<void> => {
    await instances.stop();
    await stores.close();
    aws.close();
  };
  return { services, stores, close };
}
