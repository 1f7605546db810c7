import type { Snippet } from '../ports/destination.ts';
import type { PairFields } from './pair.ts';
import type { ParameterTarget } from './ssm-parameter.ts';

/**
 * Ready text that reads a place when it runs; it holds names, never a value. Names are of a form that needs no quoting
 * beyond that of the text (see the targets' schemas).
 */
export function secretSnippets(place: {
  readonly region: string;
  readonly name: string;
  readonly fields: PairFields;
}): Snippet[] {
  const { region, name, fields } = place;
  return [
    {
      tool: 'AWS CLI',
      text: [
        `pair=$(aws secretsmanager get-secret-value --region ${region} --secret-id '${name}' --query SecretString --output text)`,
        ...shellPair(fields),
      ].join('\n'),
    },
    {
      tool: 'boto3',
      text: [
        'import boto3, json',
        `answer = boto3.client("secretsmanager", region_name="${region}").get_secret_value(SecretId="${name}")`,
        'pair = json.loads(answer["SecretString"])',
        pythonSession(fields),
      ].join('\n'),
    },
    {
      tool: 'JavaScript',
      text: [
        "import { SecretsManagerClient, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';",
        `const client = new SecretsManagerClient({ region: '${region}' });`,
        `const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: '${name}' }));`,
        'const pair = JSON.parse(SecretString);',
        scriptCredentials(fields),
      ].join('\n'),
    },
    {
      tool: 'Terraform',
      text: [
        'ephemeral "aws_secretsmanager_secret_version" "rotated" {',
        `  secret_id = "${name}"`,
        '}',
        'locals {',
        '  pair = jsondecode(ephemeral.aws_secretsmanager_secret_version.rotated.secret_string)',
        '}',
        terraformProvider(fields),
      ].join('\n'),
    },
    {
      tool: 'PowerShell',
      text: [
        `$pair = (Get-SECSecretValue -Region ${region} -SecretId '${name}').SecretString | ConvertFrom-Json`,
        powerShellPair(fields),
      ].join('\n'),
    },
  ];
}

export function parameterSnippets(target: ParameterTarget): Snippet[] {
  return target.shape === 'pair' ? pairSnippets(target) : twoSnippets(target);
}

function pairSnippets(target: Extract<ParameterTarget, { shape: 'pair' }>): Snippet[] {
  const { region, name, fields } = target;
  return [
    { tool: 'AWS CLI', text: [`pair=$(${cliRead(region, name)})`, ...shellPair(fields)].join('\n') },
    {
      tool: 'boto3',
      text: [
        'import boto3, json',
        `ssm = boto3.client("ssm", region_name="${region}")`,
        `pair = json.loads(${pythonRead(name)})`,
        pythonSession(fields),
      ].join('\n'),
    },
    {
      tool: 'JavaScript',
      text: [
        ...scriptReader(region),
        `const pair = JSON.parse(await read('${name}'));`,
        scriptCredentials(fields),
      ].join('\n'),
    },
    {
      tool: 'Terraform',
      text: [
        ...TERRAFORM_PLACE,
        terraformParameter('rotated', region, name),
        'locals {',
        '  pair = jsondecode(ephemeral.aws_ssm_parameter.rotated.value)',
        '}',
        terraformProvider(fields),
      ].join('\n'),
    },
    {
      tool: 'PowerShell',
      text: [`$pair = ${powerShellRead(region, name)} | ConvertFrom-Json`, powerShellPair(fields)].join('\n'),
    },
  ];
}

function twoSnippets(target: Extract<ParameterTarget, { shape: 'two' }>): Snippet[] {
  const { region, accessKeyIdName: id, secretAccessKeyName: secret } = target;
  return [
    {
      tool: 'AWS CLI',
      text: [
        `export AWS_ACCESS_KEY_ID=$(${cliRead(region, id)})`,
        `export AWS_SECRET_ACCESS_KEY=$(${cliRead(region, secret)})`,
      ].join('\n'),
    },
    {
      tool: 'boto3',
      text: [
        'import boto3',
        `ssm = boto3.client("ssm", region_name="${region}")`,
        'session = boto3.Session(',
        `    aws_access_key_id=${pythonRead(id)},`,
        `    aws_secret_access_key=${pythonRead(secret)},`,
        ')',
      ].join('\n'),
    },
    {
      tool: 'JavaScript',
      text: [
        ...scriptReader(region),
        `const credentials = { accessKeyId: await read('${id}'), secretAccessKey: await read('${secret}') };`,
      ].join('\n'),
    },
    {
      tool: 'Terraform',
      text: [
        ...TERRAFORM_PLACE,
        terraformParameter('id', region, id),
        terraformParameter('secret', region, secret),
        'provider "aws" {',
        '  alias      = "rotated"',
        '  access_key = ephemeral.aws_ssm_parameter.id.value',
        '  secret_key = ephemeral.aws_ssm_parameter.secret.value',
        '}',
      ].join('\n'),
    },
    {
      tool: 'PowerShell',
      text: [
        `$env:AWS_ACCESS_KEY_ID = ${powerShellRead(region, id)}`,
        `$env:AWS_SECRET_ACCESS_KEY = ${powerShellRead(region, secret)}`,
      ].join('\n'),
    },
  ];
}

function shellPair({ accessKeyId, secretAccessKey }: PairFields): string[] {
  return [
    `export AWS_ACCESS_KEY_ID=$(jq -r '.["${accessKeyId}"]' <<<"$pair")`,
    `export AWS_SECRET_ACCESS_KEY=$(jq -r '.["${secretAccessKey}"]' <<<"$pair")`,
  ];
}

function pythonSession({ accessKeyId, secretAccessKey }: PairFields): string {
  return `session = boto3.Session(aws_access_key_id=pair["${accessKeyId}"], aws_secret_access_key=pair["${secretAccessKey}"])`;
}

function scriptCredentials({ accessKeyId, secretAccessKey }: PairFields): string {
  return `const credentials = { accessKeyId: pair['${accessKeyId}'], secretAccessKey: pair['${secretAccessKey}'] };`;
}

function terraformProvider({ accessKeyId, secretAccessKey }: PairFields): string {
  return [
    'provider "aws" {',
    '  alias      = "rotated"',
    `  access_key = local.pair["${accessKeyId}"]`,
    `  secret_key = local.pair["${secretAccessKey}"]`,
    '}',
  ].join('\n');
}

function powerShellPair({ accessKeyId, secretAccessKey }: PairFields): string {
  return [
    `$env:AWS_ACCESS_KEY_ID = $pair.'${accessKeyId}'`,
    `$env:AWS_SECRET_ACCESS_KEY = $pair.'${secretAccessKey}'`,
  ].join('\n');
}

const cliRead = (region: string, name: string) =>
  `aws ssm get-parameter --region ${region} --name '${name}' --with-decryption --query Parameter.Value --output text`;

const pythonRead = (name: string) =>
  `ssm.get_parameter(Name="${name}", WithDecryption=True)["Parameter"]["Value"]`;

const scriptReader = (region: string) => [
  "import { SSMClient, GetParameterCommand } from '@aws-sdk/client-ssm';",
  `const ssm = new SSMClient({ region: '${region}' });`,
  'const read = async (Name) => (await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }))).Parameter.Value;',
];

const TERRAFORM_PLACE = ['data "aws_partition" "here" {}', 'data "aws_caller_identity" "here" {}'];

function terraformParameter(label: string, region: string, name: string): string {
  const account = '${data.aws_caller_identity.here.account_id}';
  const arn = `arn:\${data.aws_partition.here.partition}:ssm:${region}:${account}:parameter${name}`;
  return [`ephemeral "aws_ssm_parameter" "${label}" {`, `  arn = "${arn}"`, '}'].join('\n');
}

const powerShellRead = (region: string, name: string) =>
  `(Get-SSMParameter -Region ${region} -Name '${name}' -WithDecryption $true).Value`;
