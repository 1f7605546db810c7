import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CAPABILITY_CALLS, neededGrants } from '../../src/domain/capability.ts';
import {
  MANAGED_POLICY_CHARACTERS,
  countedCharacters,
  missingPolicies,
  policiesFor,
  resourcesOf,
} from '../../src/domain/policy.ts';
import type { PolicyTarget } from '../../src/domain/policy.ts';
import {
  CHUNK_CHARACTERS,
  chunked,
  cloudFormationTemplate,
  rolePolicies,
  terraformTemplate,
  trustPolicy,
} from '../../src/domain/role-templates.ts';
import { CAPABILITIES } from '../../src/domain/verification.ts';

const USER: PolicyTarget = {
  partition: 'aws',
  accountId: '123456789012',
  principal: { kind: 'user', arn: null },
};
const PLACES = {
  eventQueueArn: 'arn:aws:sqs:us-east-1:123456789012:events',
  eventBucket: 'trail',
  eventFilesKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/1',
  deliveryKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/2',
};

describe('the table', () => {
  it('names each statement once, in letters and digits', () => {
    const sids = Object.values(CAPABILITY_CALLS).flatMap((grants) => grants.map((grant) => grant.sid));
    expect(new Set(sids).size).toBe(sids.length);
    expect(sids.filter((sid) => !/^[A-Za-z0-9]+$/.test(sid))).toEqual([]);
  });

  it('grants no wildcard action, and no allow on * for calls that take a resource', () => {
    const grants = Object.values(CAPABILITY_CALLS).flat();
    expect(grants.flatMap((grant) => grant.actions).filter((action) => action.includes('*'))).toEqual([]);
    const onAny = grants.filter((grant) => grant.on === 'any').flatMap((grant) => grant.actions);
    expect(onAny.filter((action) => /Create|Put|Attach|Update|Delete|Tag/.test(action))).toEqual([]);
  });

  it('knows that a role has no key of its own to rotate', () => {
    expect(neededGrants('rotate_self', 'role')).toEqual([]);
    expect(neededGrants('rotate_self', 'user').length).toBeGreaterThan(0);
  });
});

describe('policiesFor', () => {
  it('stays inside the limit of a managed policy, whatever is asked', () => {
    for (const principal of [
      USER.principal,
      { kind: 'role', arn: 'arn:aws:iam::123456789012:role/Rekey' } as const,
    ]) {
      const documents = policiesFor(CAPABILITIES, { ...USER, principal, places: PLACES });
      expect(documents.length).toBeGreaterThan(0);
      for (const document of documents) {
        expect(countedCharacters(document)).toBeLessThanOrEqual(MANAGED_POLICY_CHARACTERS);
      }
      const sids = documents.flatMap((document) => document.Statement.map((statement) => statement.Sid));
      expect(new Set(sids).size).toBe(sids.length);
    }
  });

  it('writes a user it does not know by variable, with and without a path', () => {
    expect(resourcesOf('self', USER)).toEqual([
      'arn:aws:iam::123456789012:user/${aws:username}',
      'arn:aws:iam::123456789012:user/*/${aws:username}',
    ]);
  });

  it('fills in the partition', () => {
    const text = JSON.stringify(policiesFor(CAPABILITIES, { ...USER, partition: 'aws-cn' }));
    expect(text).toContain('arn:aws-cn:iam::aws:policy/AWSDenyAll');
    expect(text).not.toContain('arn:aws:');
    expect(text).not.toContain('PARTITION');
  });

  it('leaves out places nobody named, and puts in those somebody did', () => {
    expect(JSON.stringify(policiesFor(['watch', 'deliver'], USER))).not.toMatch(/sqs:|s3:|kms:/);
    expect(JSON.stringify(policiesFor(['watch', 'deliver'], { ...USER, places: PLACES }))).toMatch(
      /sqs:ReceiveMessage.*s3:GetObject.*kms:Decrypt/,
    );
  });

  it('does not grant the same call on the same resource twice', () => {
    const [document] = policiesFor(['inventory', 'contain'], USER);
    const granted = (document?.Statement ?? [])
      .filter(
        (statement) =>
          statement.Effect === 'Allow' && statement.Resource === 'arn:aws:iam::123456789012:user/*',
      )
      .flatMap((statement) => statement.Action);
    expect(granted.filter((action) => action === 'iam:ListAccessKeys')).toHaveLength(1);
  });

  it('gives only what is missing, and the denial that guards it', () => {
    const [document, more] = missingPolicies(new Map([['contain', ['iam:PutUserPolicy']]]), USER);
    expect(more).toBeUndefined();
    expect(document?.Statement.map((statement) => [statement.Sid, statement.Action])).toEqual([
      ['DenyUserSessions', ['iam:PutUserPolicy']],
      [
        'NeverItself',
        ['iam:PutUserPolicy', 'iam:DeleteUserPolicy', 'iam:AttachUserPolicy', 'iam:DetachUserPolicy'],
      ],
    ]);
    expect(missingPolicies(new Map([['verify', []]]), USER)).toEqual([]);
  });
});

describe('templates of the role', () => {
  const request = {
    target: { partition: 'aws', accountId: '123456789012', places: PLACES },
    roleName: 'Rekey',
    hostArn: 'arn:aws:iam::999988887777:role/rekey-host',
    externalId: 'x:1=${weird}"quote',
    capabilities: CAPABILITIES,
  } as const;

  it('CloudFormation says what the policies say', () => {
    const { text, chunks } = cloudFormationTemplate(request);
    const stack: unknown = parse(text, {
      customTags: [
        { tag: '!Ref', resolve: (value: string) => ({ Ref: value }) },
        { tag: '!GetAtt', resolve: (value: string) => ({ GetAtt: value }) },
      ],
    });
    const documents = rolePolicies(request);
    expect(stack).toMatchObject({
      AWSTemplateFormatVersion: '2010-09-09',
      Resources: {
        RekeyRole: {
          Type: 'AWS::IAM::Role',
          Properties: {
            RoleName: 'Rekey',
            AssumeRolePolicyDocument: trustPolicy(request.hostArn, request.externalId),
          },
        },
        RekeyPolicy1: { Properties: { Roles: [{ Ref: 'RekeyRole' }], PolicyDocument: documents[0] } },
      },
      Outputs: { RoleArn: { Value: { GetAtt: 'RekeyRole.Arn' } } },
    });
    expect(chunks.join('\n')).toBe(text);
    expect(chunks.every((chunk) => chunk.length <= CHUNK_CHARACTERS)).toBe(true);
  });

  it('Terraform has the same policies, its braces in balance, and no interpolation of ours', () => {
    const { text, chunks } = terraformTemplate(request);
    const bodies = [...text.matchAll(/jsonencode\((\{[\s\S]*?\n {2}\})\)/g)].map((match) =>
      readHcl(match[1] ?? ''),
    );
    expect(bodies).toEqual([trustPolicy(request.hostArn, request.externalId), ...rolePolicies(request)]);
    const outsideStrings = text.replace(/"(?:\\.|[^"\\])*"/g, '""');
    for (const [open, close] of ['{}', '[]', '()']) {
      expect(outsideStrings.split(open ?? '').length).toBe(outsideStrings.split(close ?? '').length);
    }
    expect(outsideStrings).not.toContain('"""');
    expect(text).not.toMatch(/(?<!\$)\$\{/);
    expect(chunks.join('\n')).toBe(text);
    expect(chunks.every((chunk) => chunk.length <= CHUNK_CHARACTERS)).toBe(true);
  });

  it('cuts a line that is too long, and nothing else', () => {
    expect(chunked('aa\nbb\ncccccccc\nd', 5)).toEqual(['aa\nbb', 'ccccc', 'ccc\nd']);
  });
});

/** Reads the small part of HCL that our template writes: objects, lists and strings. */
function readHcl(text: string): unknown {
  const json = text.replace(
    /("(?:\\.|[^"\\])*")|([A-Za-z]+)(?= = )|( = )|(\n)(?=\s*("|[A-Za-z]+ = ))/g,
    (whole, quoted?: string, name?: string, equals?: string, line?: string) => {
      if (quoted !== undefined) return quoted.replaceAll('$${', '${');
      if (name !== undefined) return `"${name}"`;
      if (equals !== undefined) return ':';
      return line === undefined ? whole : ',\n';
    },
  );
  return JSON.parse(
    json
      .replace(/([{[])\s*,/g, '$1')
      .replace(/,\s*,/g, ',')
      .replace(/,(\s*[}\]])/g, '$1'),
  );
}
