import { kindOfId } from './access-key-id.ts';
import { accepted, refused, unquoted } from './pasted-text.ts';
import type { Field } from './pasted-text.ts';
import { partitionOfArn } from './partition.ts';
import type { Partition } from './partition.ts';

/** The parts of an ARN that name an account, or null when the text is no ARN of a partition we know. */
export interface ArnParts {
  readonly partition: Partition;
  readonly service: string;
  readonly region: string;
  /** Empty in ARNs of global resources such as AWS's own policies. */
  readonly accountId: string;
  readonly resource: string;
}

/** Reads an ARN of any service. */
export function partsOfArn(arn: string): ArnParts | null {
  const match = /^arn:[a-z-]+:([a-z0-9-]+):([a-z0-9-]*):(\d{12}|):(\S(?:.*\S)?)$/.exec(arn);
  const partition = partitionOfArn(arn);
  if (match === null || partition === null) return null;
  const [, service = '', region = '', accountId = '', resource = ''] = match;
  return { partition, service, region, accountId, resource };
}

/** An account number in groups of four, as the console shows it: `1234-5678-9012`. */
export function groupedAccount(accountId: string): string {
  return accountId.replace(/^(\d{4})(\d{4})(\d{4})$/, '$1-$2-$3');
}

/**
 * Reads an account number as people write it: 12 digits, grouped by dashes or spaces, inside an ARN, or in the
 * console's sign-in address. Null for an empty field.
 */
export function parseAccountId(raw: string | null): Field<string | null> {
  const text = unquoted(raw ?? '');
  if (text === '') return accepted(null);

  const arn = partsOfArn(text);
  if (arn !== null) {
    return arn.accountId === ''
      ? refused('This ARN names no account. Type the 12-digit account number.')
      : accepted(arn.accountId);
  }
  const signIn = /^(?:https?:\/\/)?(\d{12})\.signin\.(?:aws\.amazon\.com|amazonaws\.cn)\b/.exec(text)?.[1];
  if (signIn !== undefined) return accepted(signIn);

  const digits = text.replace(/^account(?:\s+id)?\s*:?\s*/i, '').replace(/[\s\p{Pd}.]/gu, '');
  if (/^\d{12}$/.test(digits)) return accepted(digits);
  if (/^\d+$/.test(digits)) {
    const zero = digits.length < 12 ? ' Spreadsheets drop zeros at the front: put them back.' : '';
    return refused(`An account ID has 12 digits; this has ${digits.length}.${zero}`);
  }
  if (kindOfId(text) !== 'other') {
    return refused('This is not an account ID but another kind of AWS ID. An account ID has 12 digits.');
  }
  return refused('An account ID is a number of 12 digits, such as 1234-5678-9012. An alias does not do.');
}
