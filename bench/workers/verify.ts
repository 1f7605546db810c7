// Verifying an access key against AWS in another process, beside one signed call of AWS alone.
import { createAws } from '../../src/aws/aws.ts';
import { systemClock } from '../../src/clock.ts';
import { Secret } from '../../src/domain/secret.ts';
import { createLog } from '../../src/log.ts';
import { verifyAccessKey } from '../../src/verification/verify-access-key.ts';
import { answering } from './answering.ts';

export interface VerifyQuestion {
  readonly awsUrl: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** How long each took; ms. */
export interface VerifyAnswer {
  readonly verification: number;
  readonly call: number;
}

const log = createLog({ level: 'silent' });
const clock = systemClock;
let aws: ReturnType<typeof createAws> | null = null;

answering(async (question: VerifyQuestion): Promise<VerifyAnswer> => {
  aws ??= createAws({ env: { AWS_ENDPOINT_URL: question.awsUrl }, version: '0', log, clock });
  const { accessKeyId } = question;
  const secret = new Secret(question.secretAccessKey);
  const sts = aws.sts({ kind: 'access_key', accessKeyId, secret }, 'us-east-1');
  const calling = performance.now();
  await sts.getCallerIdentity();
  const began = performance.now();
  const candidate = { accessKeyId, secret, expectedAccountId: null, region: null, pinned: null };
  const found = await verifyAccessKey({ aws, clock, log }, candidate, AbortSignal.timeout(60_000));
  const ended = performance.now();
  if (found.status !== 'verified') throw new Error('The key of the bench was not verified');
  return { verification: ended - began, call: began - calling };
});
