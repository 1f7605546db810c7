import { createAws } from '../../../src/aws/aws.ts';
import type { Aws } from '../../../src/ports/aws.ts';
import { recordingLog, systemClock } from '../../support/system-world.ts';

/** Rekey's own adapters against an AWS at this address. */
export function adapters(endpoint: string): Aws & Disposable {
  const log = recordingLog();
  const aws = createAws({ env: { AWS_ENDPOINT_URL: endpoint }, version: '0.0.0', log, clock: systemClock });
  return { ...aws, [Symbol.dispose]: () => aws.close() };
}
