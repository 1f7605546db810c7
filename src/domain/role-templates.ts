import { policiesFor } from './policy.ts';
import type { PolicyDocument, PolicyTarget } from './policy.ts';
import type { Capability } from './verification.ts';

/** What the role for a connection needs. Nothing here is a secret. */
export interface RoleRequest {
  readonly target: Omit<PolicyTarget, 'principal'>;
  /** 1 to 64 characters that IAM allows. */
  readonly roleName: string;
  /** The ARN of Rekey's own identity, which assumes the role. */
  readonly hostArn: string;
  readonly externalId: string;
  readonly capabilities: readonly Capability[];
}

/** Text to copy. Chunks are cut between lines so that each fits one Slack block; joined, they are the whole. */
export interface Template {
  readonly fileName: string;
  readonly text: string;
  readonly chunks: readonly string[];
}

/** A section of a Slack message holds 3,000 characters; the fence around the text needs some of them. */
export const CHUNK_CHARACTERS = 2900;

/**
 * Cuts text between lines into chunks of at most {@link CHUNK_CHARACTERS}; `chunks.join('\n')` is the text again.
 * A single line longer than that is cut inside.
 */
export function chunked(text: string, limit: number = CHUNK_CHARACTERS): string[] {
  const chunks: string[] = [];
  let current: string | null = null;
  for (const line of text.split('\n')) {
    const longer: string = current === null ? line : `${current}\n${line}`;
    if (longer.length <= limit) {
      current = longer;
      continue;
    }
    if (current !== null) chunks.push(current);
    current = line;
    while (current.length > limit) {
      chunks.push(current.slice(0, limit));
      current = current.slice(limit);
    }
  }
  if (current !== null) chunks.push(current);
  return chunks;
}

/** The policies of the role itself. */
export function rolePolicies(request: RoleRequest): PolicyDocument[] {
  const { partition, accountId } = request.target;
  const arn = `arn:${partition}:iam::${accountId}:role/${request.roleName}`;
  return policiesFor(request.capabilities, { ...request.target, principal: { kind: 'role', arn } });
}

/** The trust policy: the host identity, and only with this external ID. */
export function trustPolicy(hostArn: string, externalId: string): Readonly<Record<string, unknown>> {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: hostArn },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': externalId } },
      },
    ],
  };
}

/** The role as a CloudFormation stack. JSON values are valid YAML, so that policies keep the form IAM shows. */
export function cloudFormationTemplate(request: RoleRequest): Template {
  const lines = [
    "AWSTemplateFormatVersion: '2010-09-09'",
    'Description: The role Rekey assumes to look after access keys (deploy with CAPABILITY_NAMED_IAM)',
    'Resources:',
    '  RekeyRole:',
    '    Type: AWS::IAM::Role',
    '    Properties:',
    `      RoleName: ${JSON.stringify(request.roleName)}`,
    '      AssumeRolePolicyDocument:',
    ...yamlOf(trustPolicy(request.hostArn, request.externalId), 8),
  ];
  rolePolicies(request).forEach((document, index) => {
    lines.push(
      `  RekeyPolicy${index + 1}:`,
      '    Type: AWS::IAM::ManagedPolicy',
      '    Properties:',
      '      Roles: [!Ref RekeyRole]',
      '      PolicyDocument:',
      ...yamlOf(document, 8),
    );
  });
  lines.push('Outputs:', '  RoleArn:', '    Value: !GetAtt RekeyRole.Arn', '');
  return template('rekey-role.yaml', lines.join('\n'));
}

/** The role as Terraform. `$${…}` is how HCL writes a literal `${…}`. */
export function terraformTemplate(request: RoleRequest): Template {
  const lines = [
    'resource "aws_iam_role" "rekey" {',
    `  name = ${hclOf(request.roleName, 2)}`,
    `  assume_role_policy = jsonencode(${hclOf(trustPolicy(request.hostArn, request.externalId), 2)})`,
    '}',
    '',
  ];
  rolePolicies(request).forEach((document, index) => {
    const name = `rekey_${index + 1}`;
    lines.push(
      `resource "aws_iam_policy" "${name}" {`,
      `  name   = ${hclOf(`${request.roleName}-${index + 1}`, 2)}`,
      `  policy = jsonencode(${hclOf(document, 2)})`,
      '}',
      '',
      `resource "aws_iam_role_policy_attachment" "${name}" {`,
      '  role       = aws_iam_role.rekey.name',
      `  policy_arn = aws_iam_policy.${name}.arn`,
      '}',
      '',
    );
  });
  lines.push('output "role_arn" {', '  value = aws_iam_role.rekey.arn', '}', '');
  return template('rekey-role.tf', lines.join('\n'));
}

function template(fileName: string, text: string): Template {
  return { fileName, text, chunks: chunked(text) };
}

function isShort(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

/** Block style for maps and lists, JSON strings for scalars: every string is quoted, so none turns into a date. */
function yamlOf(value: unknown, indent: number): string[] {
  const pad = ' '.repeat(indent);
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      if (isShort(item)) return [`${pad}- ${JSON.stringify(item)}`];
      const [first = '', ...rest] = yamlOf(item, indent + 2);
      return [`${pad}- ${first.trimStart()}`, ...rest];
    });
  }
  return Object.entries(value ?? {}).flatMap(([key, inner]) => {
    const name = /^[A-Za-z]+$/.test(key) && key !== 'Null' ? key : JSON.stringify(key);
    if (isShort(inner)) return [`${pad}${name}: ${JSON.stringify(inner)}`];
    return [`${pad}${name}:`, ...yamlOf(inner, indent + 2)];
  });
}

function hclOf(value: unknown, indent: number): string {
  if (typeof value === 'string')
    return JSON.stringify(value).replace(/\$\{/g, '$$$${').replace(/%\{/g, '%%{');
  const pad = ' '.repeat(indent);
  if (Array.isArray(value)) {
    if (value.length === 1) return `[${hclOf(value[0], indent)}]`;
    const items = value.map((item) => `${pad}  ${hclOf(item, indent + 2)},`);
    return `[\n${items.join('\n')}\n${pad}]`;
  }
  const entries = Object.entries(value ?? {}).map(([key, inner]) => {
    const name = /^[A-Za-z]+$/.test(key) ? key : JSON.stringify(key);
    return `${pad}  ${name} = ${hclOf(inner, indent + 2)}`;
  });
  return `{\n${entries.join('\n')}\n${pad}}`;
}
