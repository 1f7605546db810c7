import type { User } from '../../sandbox/aws/world.ts';
import type { Rotating } from './rotating.ts';

export const REGION = 'eu-central-1';
export const FIELDS = { accessKeyId: 'AWS_ACCESS_KEY_ID', secretAccessKey: 'AWS_SECRET_ACCESS_KEY' } as const;

/** A secret that Rekey makes. */
export function secretTarget(name: string, region = REGION) {
  return { region, name: `rekey/${name}`, mode: 'replace', fields: FIELDS, kmsKeyId: null };
}

export function parameterTarget(name: string, region = REGION) {
  return { region, shape: 'pair', name: `/rekey/${name}`, fields: FIELDS, kmsKeyId: null };
}

/** The keys of a user with their status. */
export function statuses(user: User): [string, string][] {
  return user.keys.existing().map(({ accessKeyId, currentStatus }) => [accessKeyId, currentStatus]);
}

/** What a consumer reads from its secret. */
export function heldBy(rekey: Rotating, name: string, region = REGION): Record<string, string> {
  const secret = rekey.account.in(region).secret(`rekey/${name}`);
  return JSON.parse(secret?.at('AWSCURRENT')?.value ?? '{}') as Record<string, string>;
}
