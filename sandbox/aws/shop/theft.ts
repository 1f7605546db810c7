import type { Call } from './calls.ts';

const FROM = '203.0.113.66';
const AGENT = 'aws-cli/2.15.30 md/awscrt#0.20.5 ua/2.0 os/windows lang/python#3.11.8';
const OWN = { userName: 'shop-backend' };
const ADMIN = { ...OWN, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' };

type Step = Omit<Call, 'at'> & { readonly second: number };

function step(second: number, action: string, more: Partial<Call> = {}): Step {
  return { second, action, from: FROM, agent: AGENT, ...more };
}

/** What somebody does with a key they found: who am I, look around, settle in, hide. Seconds after the first call. */
export const THEFT: readonly Step[] = [
  step(0, 'sts:GetCallerIdentity'),
  step(12, 'iam:ListUsers', { error: 'AccessDenied' }),
  step(20, 'iam:ListAttachedUserPolicies', { asked: OWN }),
  step(26, 'iam:GetAccountSummary'),
  step(33, 'iam:ListRoles'),
  step(41, 's3:ListBuckets'),
  step(50, 'ec2:DescribeInstances', { region: 'us-west-2', error: 'Client.UnauthorizedOperation' }),
  step(70, 'secretsmanager:ListSecrets', { error: 'AccessDenied' }),
  step(95, 'iam:AttachUserPolicy', { asked: ADMIN }),
  step(120, 'iam:CreateUser', { asked: { userName: 'support-tmp' } }),
  step(126, 'iam:CreateLoginProfile', { asked: { userName: 'support-tmp' } }),
  step(150, 'cloudtrail:StopLogging', { asked: { name: 'acme-shop' } }),
];
