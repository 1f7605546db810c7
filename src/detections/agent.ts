/** What kind of program a user agent says it is. It is what the caller wrote: shown and compared, never trusted. */
export type AgentKind = 'infrastructure' | 'cli' | 'sdk' | 'console' | 'aws' | 'other' | 'unknown';

export interface Agent {
  /** As it was written, at most 256 characters; null when it says nothing. */
  readonly text: string | null;
  /** The family, without versions, such as `aws-cli`, `Terraform` or `SDK for Go`. */
  readonly family: string;
  readonly kind: AgentKind;
  /** A tool made for attacking or for hunting secrets that the user agent names, or null. */
  readonly attackTool: string | null;
}

export const UNKNOWN_AGENT: Agent = {
  text: null,
  family: 'unknown',
  kind: 'unknown',
  attackTool: null,
};

type Family = readonly [pattern: RegExp, family: string, kind: AgentKind];

/** The first that matches says what it is: tools built on an SDK name it too, behind their own name. */
const FAMILIES: readonly Family[] = [
  [/\bterraform\b|hashicorp|opentofu/, 'Terraform', 'infrastructure'],
  [/pulumi/, 'Pulumi', 'infrastructure'],
  [/cloudformation\.amazonaws\.com/, 'CloudFormation', 'infrastructure'],
  [/\baws-cdk\b|\bcdk\//, 'CDK', 'infrastructure'],
  [/ansible/, 'Ansible', 'infrastructure'],
  [/crossplane/, 'Crossplane', 'infrastructure'],
  [/\beksctl\b/, 'eksctl', 'infrastructure'],
  [/\bkops\//, 'kOps', 'infrastructure'],
  [/aws-sam-cli/, 'SAM', 'infrastructure'],
  [/^aws-cli\/|\baws-cli\//, 'aws-cli', 'cli'],
  [/awspowershell|aws-tools-for-powershell|^aws\.tools/, 'PowerShell', 'cli'],
  [/^amazon-ssm-agent|amazon-ssm-agent\/|^ssm-agent/, 'SSM agent', 'aws'],
  [/console|^signin\.amazonaws\.com|^mozilla\/|aws-internal\/|^coral|^jersey\//, 'console', 'console'],
  [/^aws internal$|\.amazonaws\.com(?:\.cn)?$|^aws-internal$/, 'AWS', 'aws'],
  [/cloudcustodian|c7n/, 'Cloud Custodian', 'other'],
  [/rclone/, 'rclone', 'other'],
  [/cyberduck/, 'Cyberduck', 'other'],
  [/s3 ?browser/, 'S3 Browser', 'other'],
  [/winscp/, 'WinSCP', 'other'],
  [/s3cmd|s5cmd/, 's3cmd', 'other'],
  [/minio/, 'MinIO', 'other'],
  [/boto3\/|^boto3\b|python-boto3|botocore\//, 'SDK for Python', 'sdk'],
  [/aws-sdk-go/, 'SDK for Go', 'sdk'],
  [/aws-sdk-nodejs|aws-sdk-js/, 'SDK for JavaScript', 'sdk'],
  [/aws-sdk-java|aws-sdk-kotlin|aws-sdk-android/, 'SDK for Java', 'sdk'],
  [/aws-sdk-php|aws-sdk-php2/, 'SDK for PHP', 'sdk'],
  [/aws-sdk-ruby/, 'SDK for Ruby', 'sdk'],
  [/aws-sdk-dotnet|aws-sdk-net/, 'SDK for .NET', 'sdk'],
  [/aws-sdk-rust/, 'SDK for Rust', 'sdk'],
  [/aws-sdk-cpp/, 'SDK for C++', 'sdk'],
  [/aws-sdk-ios|aws-sdk-swift/, 'SDK for Swift', 'sdk'],
  [/^\[?aws-sdk/, 'another SDK', 'sdk'],
];

/** Names public attack tools, secret hunters and penetration-testing systems put into the user agent by default. */
const ATTACK_TOOLS: readonly (readonly [RegExp, string])[] = [
  [/trufflehog/, 'TruffleHog'],
  [/\bkali(?![a-z])/, 'Kali Linux'],
  [/\bparrot(?![a-z])/, 'Parrot Linux'],
  [/pentoo/, 'Pentoo Linux'],
  [/blackarch/, 'BlackArch Linux'],
  [/\bpacu\b/, 'Pacu'],
  [/scoutsuite|scout2/, 'ScoutSuite'],
  [/\bprowler\b/, 'Prowler'],
  [/cloudsploit/, 'CloudSploit'],
  [/cloudfox/, 'CloudFox'],
  [/aws_consoler|aws-consoler/, 'aws_consoler'],
  [/enumerate-iam/, 'enumerate-iam'],
  [/weirdaal/, 'WeirdAAL'],
  [/nuclei/, 'Nuclei'],
  [/gitleaks/, 'Gitleaks'],
  [/noseyparker|kingfisher\//, 'a secret scanner'],
  [/cloudmapper|\bpmapper\b|principalmapper|s3scanner|cloudbrute/, 'a tool that maps accounts'],
  [/sqlmap|metasploit|cobalt ?strike/, 'an attack framework'],
];

/** A user agent has at most 1 KB; what a hostile record holds beyond is not looked at. */
const LONGEST = 1_024;
const LONGEST_SHOWN = 256;

/** Reads a user agent. Outer brackets, which S3 adds, do not matter. */
export function parseAgent(raw: string): Agent {
  const shown = raw.slice(0, LONGEST_SHOWN);
  let text = raw.length > LONGEST ? raw.slice(0, LONGEST) : raw;
  if (text.startsWith('[') && text.endsWith(']')) text = text.slice(1, -1);
  text = text.trim().toLowerCase();
  if (text === '' || text === '...') return UNKNOWN_AGENT;
  const attackTool = ATTACK_TOOLS.find(([pattern]) => pattern.test(text))?.[1] ?? null;
  for (const [pattern, family, kind] of FAMILIES) {
    if (pattern.test(text)) return { text: shown, family, kind, attackTool };
  }
  return { text: shown, family: ownName(text), kind: 'other', attackTool };
}

/** A program's own name: its first word, without what looks like a version or an id of one run. */
function ownName(text: string): string {
  const word = /^[^\s/;(,]+/.exec(text)?.[0] ?? text;
  const name = word
    .replace(/[_-]?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}.*$/, '')
    .replace(/[-_.]?v?\d[\d.]*$/, '')
    .replace(/[^\p{L}\p{N}._-]/gu, '');
  return name === '' ? 'another program' : name.slice(0, 32);
}
