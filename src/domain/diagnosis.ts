import { shortKeyId } from './access-key-id.ts';
import { groupedAccount } from './account.ts';
import type { Diagnosis, DiagnosisCode } from './verification.ts';

/** What is known about the failure, for the words. Nothing in it is a secret. */
export interface DiagnosisContext {
  readonly accessKeyId?: string | null;
  /** The account that answered, or the role's. */
  readonly accountId?: string | null;
  /** The account the person typed, or the connection's. */
  readonly expectedAccountId?: string | null;
  /** True when the account expected is the connection's own, which nobody typed and nobody can change. */
  readonly ofConnection?: boolean;
  /** Who told the account of the credentials. */
  readonly toldBy?: 'aws' | 'key_id' | 'role_arn';
  readonly region?: string | null;
  /** The partitions that were tried when no region was given, in order. */
  readonly triedPartitions?: readonly string[];
  /** `iam:ListAccessKeys` and the like: the call that failed. */
  readonly action?: string | null;
  /** Who was told no, or who answered. */
  readonly arn?: string | null;
  /** Who the connection was until now. */
  readonly formerArn?: string | null;
  readonly roleArn?: string | null;
  readonly externalId?: string | null;
  readonly hostArn?: string | null;
  /** The name of the policy AWS put on the user. */
  readonly policyName?: string | null;
  /** Positive when our clock is ahead; ms. */
  readonly clockOffsetMs?: number | null;
  /** Who keeps the canary account. */
  readonly canaryOwner?: string | null;
  /** Why there is no host identity, and how to give one. */
  readonly hostWhy?: string;
  readonly hostMend?: string;
  readonly awsName?: string | null;
  readonly requestId?: string | null;
  /** How the network failed: one of Node's or the proxy's short codes, such as `ENOTFOUND`. */
  readonly networkCode?: string | null;
}

type Words = Omit<Diagnosis, 'code' | 'reference'>;

/** Says in words what a code means here. Deterministic: the same code and context give the same words. */
export function diagnose(code: DiagnosisCode, context: DiagnosisContext = {}): Diagnosis {
  const reference = [context.awsName, context.requestId && `request ${context.requestId}`].filter(Boolean);
  return {
    code,
    ...WORDS[code](context),
    reference: reference.length === 0 ? null : reference.join(', '),
  };
}

/** `4 minutes 10 seconds`; a clock is never told to the millisecond. */
export function wordsForDuration(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const parts: [number, string][] = [
    [Math.floor(seconds / 3600), 'hour'],
    [Math.floor((seconds % 3600) / 60), 'minute'],
    [seconds % 60, 'second'],
  ];
  const said = parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`);
  return said.length === 0 ? 'less than a second' : said.slice(0, 2).join(' ');
}

const keyOf = ({ accessKeyId }: DiagnosisContext) =>
  accessKeyId ? `access key ${shortKeyId(accessKeyId)}` : 'access key';

const accountOf = ({ accountId }: DiagnosisContext) =>
  accountId ? `account ${groupedAccount(accountId)}` : 'another account';

const regionOf = ({ region }: DiagnosisContext) => region ?? 'this region';

const actionOf = ({ action }: DiagnosisContext) => action ?? 'the call';

const WHO_TOLD = {
  aws: 'AWS named the account itself.',
  key_id: 'The account is in the key’s ID. Rekey made no call with it.',
  role_arn: 'The account is in the role’s ARN. Rekey made no call with it.',
} as const;

const WORDS: Record<DiagnosisCode, (context: DiagnosisContext) => Words> = {
  wrong_secret: (context) => ({
    what: `AWS knows the ${keyOf(context)}, but the secret does not belong to it.`,
    why: 'The signature did not match, also when tried again after a pause, and the clocks agree.',
    mend: 'Copy the secret again. AWS shows it once only: if it is lost, make a new access key.',
  }),
  key_not_active: (context) => ({
    what: `AWS does not accept the ${keyOf(context)}.`,
    why: `It is Inactive, was deleted, never existed, or belongs to another partition; AWS answers all four alike.${triedWords(context)}`,
    mend: 'Look in IAM under the user’s Security credentials: activate the key, or make a new one. If it was made a moment ago, wait a minute. If the account is in another partition, such as the European Sovereign Cloud, give its Default region.',
  }),
  expired_session: () => ({
    what: 'The temporary credentials have ended.',
    why: 'AWS refused the session because its time is over.',
    mend: 'Test again: Rekey takes new ones. If this stays, check the host’s own credentials.',
  }),
  clock_off: (context) => clockWords(context.clockOffsetMs ?? null),
  region_not_enabled: (context) => ({
    what: `The region ${regionOf(context)} is not enabled for ${context.accountId ? accountOf(context) : 'this account'}.`,
    why: 'AWS refuses calls in an opt-in region until the account has enabled it.',
    mend: `Enable ${regionOf(context)} in the account settings, or choose another Default region.`,
  }),
  region_wrong: (context) => ({
    what: `AWS did not accept ${regionOf(context)} as the region of this call.`,
    why: 'The region does not exist, or an endpoint set on the host belongs to another one.',
    mend: 'Check the Default region of the connection, and AWS_ENDPOINT_URL on the host if it is set.',
  }),
  denied_by_policy: (context) => ({
    what: `${context.arn ?? 'This identity'} may not call ${actionOf(context)}.`,
    why: 'The credentials are good, but a policy denies this call or none allows it.',
    mend: `Allow ${actionOf(context)} with the policy Rekey prints; check a permissions boundary too, if the identity has one.`,
  }),
  denied_by_source_ip: (context) => ({
    what: `A policy denies this identity ${actionOf(context)} from where Rekey runs.`,
    why: 'AWS tells of a denial but not of its condition. Most often it is a limit on the source (an IP address, a VPC); it can be a denial of everything, such as AWSDenyAll on the user.',
    mend: 'Allow the address Rekey’s host goes out by in that policy, run Rekey inside that network, or take the denial off.',
  }),
  denied_by_organization: (context) => ({
    what: `The organization of the account denies ${actionOf(context)}.`,
    why: 'A service control policy or a resource control policy forbids it; no policy in the account can allow it.',
    mend: 'Ask whoever runs the AWS organization for an exception for this identity.',
  }),
  no_route: (context) => ({
    what: 'Rekey’s host could not reach AWS.',
    why: `The name did not resolve or nothing answered${viaNetwork(context)}. This says nothing about the credentials.`,
    mend: 'Check network, DNS and firewall of the host: HTTPS to sts and iam of AWS must be open. Behind a proxy set HTTPS_PROXY. If a Default region was given, check that it exists.',
  }),
  proxy_trouble: (context) => ({
    what: 'The proxy did not let the call through to AWS.',
    why: `The proxy refused the connection, or answered in place of AWS${viaNetwork(context)}. This says nothing about the credentials.`,
    mend: 'Check HTTPS_PROXY and NO_PROXY on the host, and that the proxy allows amazonaws.com.',
  }),
  tls_trouble: (context) => ({
    what: 'Rekey’s host did not trust the certificate it was shown.',
    why: `A proxy that opens TLS, or a wrong endpoint${viaNetwork(context)}. Nothing was sent.`,
    mend: 'If the company’s proxy opens TLS, give its CA certificate with NODE_EXTRA_CA_CERTS on the host.',
  }),
  throttled: (context) => ({
    what: `AWS slowed ${actionOf(context)} down, and it stayed so.`,
    why: 'The account shares its call rate with everyone who uses it. This says nothing about the credentials.',
    mend: 'Try again in a minute.',
  }),
  aws_down: (context) => ({
    what: `AWS did not answer ${actionOf(context)} as it should.`,
    why: 'The service failed or was too slow. This says nothing about the credentials.',
    mend: 'Try again in a minute; look at the AWS Health Dashboard if it stays.',
  }),
  root_key: (context) => ({
    what: `The ${keyOf(context)} belongs to the root user of ${accountOf(context)}.`,
    why: 'No policy can limit a root key, so Rekey does not keep one.',
    mend: 'Make an IAM user or a role for Rekey, connect that, and delete the root key.',
  }),
  wrong_account: (context) => ({
    what: `These credentials belong to ${accountOf(context)}, not to the account ${context.ofConnection ? 'of this connection' : 'given'}${context.expectedAccountId ? `, ${groupedAccount(context.expectedAccountId)}` : ''}.`,
    why: WHO_TOLD[context.toldBy ?? 'aws'],
    mend: context.ofConnection
      ? 'Give credentials of the connection’s own account; to connect another account, use Connect.'
      : 'Give the credentials of the right account, or correct Account ID.',
  }),
  quarantined: (context) => ({
    what: `AWS has quarantined the user of this ${keyOf(context)}.`,
    why: `The policy ${context.policyName ?? 'AWSCompromisedKeyQuarantine'} is on the user: AWS found a key of this user in public.`,
    mend: 'Treat it as stolen: make another way in, deactivate the key, look in CloudTrail for what it did, and follow AWS’s support case. AWS asks you not to remove that policy first.',
  }),
  canary_key: (context) => ({
    what: `The ${keyOf(context)} is a trap: its account belongs to ${context.canaryOwner ?? 'a canary service'}.`,
    why: 'The account is in the key’s ID. Rekey made no call with it, for any call raises the alarm.',
    mend: 'If somebody gave it to you as a real key, tell your security team.',
  }),
  not_a_user: (context) => ({
    what: `These credentials are not those of an IAM user${context.arn ? ` but of ${context.arn}` : ''}.`,
    why: 'A connection by access key needs a long-term key of an IAM user.',
    mend: 'Give a key of an IAM user, or choose the method IAM role.',
  }),
  changed_identity: (context) => ({
    what: `These credentials belong to another identity than the connection${context.arn ? `: ${context.arn}` : ''}.`,
    why: `The connection is ${context.formerArn ?? 'pinned to the identity it was made with'}, told by IAM’s unique ID. A namesake made later is another identity.`,
    mend: 'Give credentials of the same user or role, or make a new connection for this one.',
  }),
  host_identity_missing: (context) => ({
    what: 'Rekey has no AWS identity of its own to assume the role with.',
    why: context.hostWhy ?? 'The host’s credential chain found nothing.',
    mend: context.hostMend ?? 'Give the host an instance role or credentials, or use the method Access key.',
  }),
  role_not_assumable: (context) => ({
    what: `Rekey could not assume ${context.roleArn ?? 'the role'}.`,
    why: 'AWS denied it and does not say which: the role or its trust policy, the external ID, or Rekey’s own rights.',
    mend: `Check in this order. 1: the role exists and its trust policy names ${context.hostArn ?? 'Rekey’s identity'}. 2: its condition sts:ExternalId is exactly ${context.externalId ?? 'the one Rekey showed'}. 3: Rekey’s identity is itself allowed sts:AssumeRole on this role. A change takes some seconds to work.`,
  }),
  role_open: (context) => ({
    what: `${context.roleArn ?? 'The role'} can be assumed without this connection’s external ID.`,
    why: 'Its trust policy does not require it, so anybody who gets Rekey to use this ARN would get into the account.',
    mend: `Add to the trust policy: "Condition": {"StringEquals": {"sts:ExternalId": "${context.externalId ?? '…'}"}}. Then try again.`,
  }),
  unexpected: (context) => ({
    what: `${context.action ?? 'A call to AWS'} failed in a way Rekey does not know.`,
    why: 'Rekey does not guess from an answer it cannot read.',
    mend: 'Try again; if it stays, report it with the reference.',
  }),
};

function triedWords({ triedPartitions = [] }: DiagnosisContext): string {
  return triedPartitions.length > 1 ? ` Rekey tried the partitions ${triedPartitions.join(', ')}.` : '';
}

function viaNetwork({ networkCode }: DiagnosisContext): string {
  return networkCode ? ` (${networkCode})` : '';
}

function clockWords(offsetMs: number | null): Words {
  const off =
    offsetMs === null
      ? 'more than AWS allows'
      : `${wordsForDuration(offsetMs)} ${offsetMs > 0 ? 'ahead' : 'behind'}`;
  return {
    what:
      offsetMs === null
        ? 'The clock of Rekey’s host differs from AWS’s by more than AWS allows.'
        : `The clock of Rekey’s host is ${off}.`,
    why: 'AWS refuses a signed call whose time stamp is about five minutes off. The credentials may be good.',
    mend: 'Set the host’s clock (NTP), then try again.',
  };
}
