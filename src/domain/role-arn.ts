import { partsOfArn } from './account.ts';
import { accepted, refused, unquoted } from './pasted-text.ts';
import type { Field } from './pasted-text.ts';
import type { Partition } from './partition.ts';

/** A role, as its ARN names it. */
export interface RoleArn {
  readonly arn: string;
  readonly partition: Partition;
  readonly accountId: string;
  /** `/` or `/team/tools/`. */
  readonly path: string;
  readonly name: string;
}

const EXAMPLE = 'arn:aws:iam::123456789012:role/Rekey';

/** What is wrong with an ARN that is well formed but names no role; null when it may be a role. */
function otherThanRole(
  service: string,
  resource: string,
  accountId: string,
  partition: string,
): string | null {
  if (service === 'sts' && resource.startsWith('assumed-role/')) {
    const name = resource.split('/')[1] ?? '';
    const role = /^[\w+=,.@-]{1,64}$/.test(name)
      ? `arn:${partition}:iam::${accountId}:role/${name}`
      : EXAMPLE;
    return `This is the ARN of a session, which ends. Give the role's own ARN, such as ${role} (with its path, if it has one).`;
  }
  if (service !== 'iam') return `This ARN belongs to another service. A role ARN looks like ${EXAMPLE}.`;
  if (resource.startsWith('instance-profile/')) {
    return `This is an instance profile. Give the ARN of the role inside it, such as ${EXAMPLE}.`;
  }
  if (resource.startsWith('user/')) {
    return 'This is a user. Give the ARN of a role, or choose the method Access key for a user.';
  }
  if (resource === 'root') return 'This is the account itself. Give the ARN of a role in it.';
  if (!resource.startsWith('role/')) return `This ARN names no role. A role ARN looks like ${EXAMPLE}.`;
  if (resource.startsWith('role/aws-service-role/')) {
    return 'A service-linked role can be assumed only by its AWS service. Make a role for Rekey.';
  }
  if (resource.startsWith('role/aws-reserved/')) {
    return 'This role belongs to IAM Identity Center and its trust cannot be edited. Make a role for Rekey.';
  }
  return null;
}

/** Reads the ARN of a role that can be assumed; roles with a path are understood. */
export function parseRoleArn(raw: string | null): Field<RoleArn> {
  const text = unquoted(raw ?? '').replace(/[,;.]+$/, '');
  if (text === '') return refused(`Give the ARN of the role, such as ${EXAMPLE}.`);
  if (!text.toLowerCase().startsWith('arn:')) {
    return refused(`Give the whole ARN, which begins with arn:, such as ${EXAMPLE}.`);
  }
  if (/\s/.test(text)) return refused('There is white space inside this ARN. Copy it again in one piece.');

  const arn = partsOfArn(text);
  if (arn === null) {
    const [, partition = '', , , account = ''] = text.split(':');
    if (!/^aws[a-z-]*$/.test(partition))
      return refused(`An ARN begins with arn:aws: (or arn:aws-cn:, arn:aws-us-gov:).`);
    if (!/^\d{12}$/.test(account)) {
      return refused('The account in this ARN is not a number of 12 digits.');
    }
    return refused(`This is not an ARN Rekey can read. A role ARN looks like ${EXAMPLE}.`);
  }
  const other = otherThanRole(arn.service, arn.resource, arn.accountId, arn.partition);
  if (other !== null) return refused(other);
  if (arn.accountId === '')
    return refused('There is no account in this ARN. A role ARN has 12 digits there.');
  if (arn.region !== '') return refused(`A role ARN has no region in it: it looks like ${EXAMPLE}.`);

  const match = /^role(\/|\/[\x21-\x7e]+\/)([\w+=,.@-]{1,64})$/.exec(arn.resource);
  if (match === null) {
    return refused('The role name in this ARN is not one IAM allows: 1 to 64 letters, digits and _+=,.@-.');
  }
  const [, path = '/', name = ''] = match;
  if (path.length > 512) return refused('The path in this ARN is longer than IAM allows (512 characters).');
  return accepted({ arn: text, partition: arn.partition, accountId: arn.accountId, path, name });
}
