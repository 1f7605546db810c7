import type { FindingCode } from './finding.ts';
import type { KeyStatus } from './inventory.ts';
import { isAccessKeyId } from './access-key-id.ts';
import { nameKey, quotedName } from './connection.ts';
import { nearest } from './nearest.ts';
import type { OwnerRef } from './owner.ts';
import { holdsSecret, unescaped, unquoted } from './pasted-text.ts';

/** What somebody wants to see of the keys: a filter in the words people type; null and empty mean any. */
export interface KeyQuery {
  readonly accountId: string | null;
  /** A part of the user's name; `*` is any text. */
  readonly userName: string | null;
  readonly owner: OwnerRef | null;
  readonly status: KeyStatus | null;
  readonly olderDays: number | null;
  /** All of these must have been found. */
  readonly findings: readonly FindingCode[];
  readonly snoozed: boolean;
  /** A part of an access key id. */
  readonly accessKeyId: string | null;
}

export const EVERY_KEY: KeyQuery = {
  accountId: null,
  userName: null,
  owner: null,
  status: null,
  olderDays: null,
  findings: [],
  snoozed: false,
  accessKeyId: null,
};

/** What a query is read against. */
export interface QueryGround {
  /** Who asks: `mine` and `owner:me`. */
  readonly userId: string;
  readonly accounts: readonly { readonly name: string; readonly accountId: string }[];
}

export type ReadQuery =
  | { readonly ok: true; readonly query: KeyQuery }
  /** For people: what is wrong, and what there is instead. */
  | { readonly ok: false; readonly error: string; readonly next: string };

const STATUS_WORDS: Readonly<Record<string, KeyStatus>> = {
  active: 'Active',
  inactive: 'Inactive',
  expired: 'Expired',
};

/** The words for findings, as they are typed. */
export const FINDING_WORDS: Readonly<Record<string, FindingCode>> = {
  'over-age': 'over_age',
  'due-soon': 'due_soon',
  unused: 'unused',
  'never-used': 'never_used',
  'inactive-long': 'inactive_long',
  'two-active': 'two_active_keys',
  'console-user': 'console_user',
  quarantined: 'quarantined',
  'no-owner': 'owner_missing',
  'no-tag': 'tag_missing',
  'age-unknown': 'age_unknown',
  'use-unknown': 'use_unknown',
  'unexpected-use': 'unexpected_use',
};

const NAMES = ['account', 'user', 'owner', 'status', 'older', 'key'] as const;
type Name = (typeof NAMES)[number];
const SINGLE_WORDS = [...Object.keys(STATUS_WORDS), ...Object.keys(FINDING_WORDS), 'snoozed', 'mine'];

/** Every filter there is, for an error and the help. */
export const QUERY_HELP =
  '`account:123456789012` or `account:"a connection’s name"`, `user:deploy*`, `owner:@person`, `owner:none`, `mine`, ' +
  '`status:inactive`, `older:90d`, `snoozed`, `unused`, `never-used`, `over-age`, `due-soon`, `inactive-long`, ' +
  '`two-active`, `console-user`, `quarantined`, `no-owner`, `no-tag`, `age-unknown`, `use-unknown`, ' +
  '`unexpected-use`, ' +
  'or an access key ID (or `key:` and a part of one).';

/** IAM's longest user name, with room for stars. */
const LONGEST_PATTERN = 80;

/** The access key id that stands alone in the text, or null. */
export function onlyKeyId(text: string): string | null {
  const id = unquoted(unescaped(text)).toUpperCase();
  return isAccessKeyId(id) ? id : null;
}

/** Reads the words behind `/aws-keys`, as Slack sends them: `&`, `<` and `>` escaped, people as `<@U…>`. */
export function readQuery(text: string, ground: QueryGround): ReadQuery {
  if (holdsSecret(unescaped(text))) {
    return refusal(
      'That looks like a secret access key. Rekey neither kept nor tried it.',
      'Slack may have kept what you typed: deactivate that key if it is real.',
    );
  }
  let query = EVERY_KEY;
  for (const term of termsOf(text)) {
    const read = readTerm(term, query, ground);
    if (!read.ok) return read;
    query = read.query;
  }
  return { ok: true, query };
}

/** `owner: @ada` means the same as `owner:@ada`; what stands in quotes is one. */
function termsOf(text: string): string[] {
  const found = text.match(/(?:<[^>]*>|"[^"]*"|“[^”]*”|\S)+/g) ?? [];
  const terms: string[] = [];
  for (const word of found) {
    const last = terms.at(-1);
    if (last !== undefined && NAMES.some((name) => last.toLowerCase() === `${name}:`)) {
      terms[terms.length - 1] = last + word;
    } else {
      terms.push(word);
    }
  }
  return terms;
}

function readTerm(term: string, query: KeyQuery, ground: QueryGround): ReadQuery {
  const person = ownerOf(term);
  if (person !== null) return merged(query, { owner: person });
  const [, typedName = '', typedValue = ''] = /^([a-z]+):(.*)$/is.exec(term) ?? [];
  const name = NAMES.find((each) => each === typedName.toLowerCase());
  if (name !== undefined) return readNamed(name, typedValue, query, ground);
  const word = unquoted(unescaped(term)).toLowerCase();
  const finding = Object.hasOwn(FINDING_WORDS, word) ? FINDING_WORDS[word] : undefined;
  if (finding !== undefined) return merged(query, { findings: withOne(query.findings, finding) });
  const status = Object.hasOwn(STATUS_WORDS, word) ? STATUS_WORDS[word] : undefined;
  if (status !== undefined) return merged(query, { status });
  if (word === 'snoozed') return merged(query, { snoozed: true });
  if (word === 'mine') return merged(query, { owner: { kind: 'user', userId: ground.userId } });
  if (/^\d{12}$/.test(word)) return readNamed('account', word, query, ground);
  if (/^a[ks]ia[a-z0-9]*$/.test(word)) return readNamed('key', word, query, ground);
  return unknownWord(typedName === '' ? word : `${typedName.toLowerCase()}:`);
}

function readNamed(name: Name, typed: string, query: KeyQuery, ground: QueryGround): ReadQuery {
  const value = unquoted(unescaped(typed));
  if (value === '') return refusal(`\`${name}:\` needs something behind it.`, `There are: ${QUERY_HELP}`);
  switch (name) {
    case 'account':
      return readAccount(value, query, ground);
    case 'user':
      return value.length > LONGEST_PATTERN
        ? refusal('That is longer than any name of an IAM user.', 'Type a part of it, with `*` for any text.')
        : merged(query, { userName: value });
    case 'owner':
      return readOwner(typed, value, query, ground);
    case 'status': {
      const word = value.toLowerCase();
      const status = Object.hasOwn(STATUS_WORDS, word) ? STATUS_WORDS[word] : undefined;
      return status === undefined
        ? refusal(
            'There is no such status.',
            'There are: `status:active`, `status:inactive`, `status:expired`.',
          )
        : merged(query, { status });
    }
    case 'older':
      return readAge(value, query);
    case 'key': {
      const id = value.toUpperCase();
      return /^[A-Z0-9]{1,128}$/.test(id)
        ? merged(query, { accessKeyId: id })
        : refusal(
            'An access key ID has letters and digits only.',
            'Type it, or a part of it, behind `key:`.',
          );
    }
  }
}

function readAccount(value: string, query: KeyQuery, { accounts }: QueryGround): ReadQuery {
  const id = value.replaceAll('-', '');
  if (/^\d{12}$/.test(id)) return merged(query, { accountId: id });
  const found = accounts.find((account) => nameKey(account.name) === nameKey(value));
  if (found !== undefined) return merged(query, { accountId: found.accountId });
  const names = accounts.map((account) => account.name);
  const near = nearest(value, names);
  const there = names.slice(0, 20).map(quotedName).join(', ');
  return refusal(
    'There is no connection of that name.',
    names.length === 0
      ? 'No AWS account is connected yet; an admin connects one with `/aws-connect`.'
      : `${near === null ? '' : `Did you mean ${quotedName(near)}? `}There are: ${there}${names.length > 20 ? ' and more' : ''}.`,
  );
}

function readOwner(typed: string, value: string, query: KeyQuery, { userId }: QueryGround): ReadQuery {
  const word = value.toLowerCase();
  if (word === 'none' || word === 'unknown' || word === 'nobody') {
    return merged(query, { findings: withOne(query.findings, 'owner_missing') });
  }
  if (word === 'me') return merged(query, { owner: { kind: 'user', userId } });
  const owner = ownerOf(typed);
  if (owner !== null) return merged(query, { owner });
  return refusal(
    'Slack did not say who that is.',
    'Type `owner:` and a space, then `@` and choose the person or group from Slack’s list; or `owner:none`.',
  );
}

function readAge(value: string, query: KeyQuery): ReadQuery {
  const [, count = '', unit = 'd'] = /^(\d{1,5})\s*(d|days?|w|weeks?|y|years?)?$/i.exec(value) ?? [];
  const days = Number(count) * ({ d: 1, w: 7, y: 365 }[unit.charAt(0).toLowerCase()] ?? 1);
  return count === '' || days < 1
    ? refusal('That is no number of days.', 'Type it such as `older:90d`, `older:12w` or `older:2y`.')
    : merged(query, { olderDays: days });
}

function ownerOf(term: string): OwnerRef | null {
  const userId = /^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$/.exec(term)?.[1];
  if (userId !== undefined) return { kind: 'user', userId };
  const groupId = /^<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>$/.exec(term)?.[1];
  return groupId === undefined ? null : { kind: 'group', groupId };
}

function unknownWord(word: string): ReadQuery {
  const near = nearest(word, [...SINGLE_WORDS, ...NAMES.map((name) => `${name}:`)]);
  // Short and plain, so that neither a secret nor markup is said again.
  const named = /^[\w:-]{1,24}$/.test(word) ? `the word “${word}”` : 'one of these words';
  return refusal(
    `Rekey does not know ${named}.`,
    `${near === null ? '' : `Did you mean \`${near}\`? `}There are: ${QUERY_HELP}`,
  );
}

function merged(query: KeyQuery, change: Partial<KeyQuery>): ReadQuery {
  return { ok: true, query: { ...query, ...change } };
}

function withOne(findings: readonly FindingCode[], code: FindingCode): readonly FindingCode[] {
  return findings.includes(code) ? findings : [...findings, code];
}

function refusal(error: string, next: string): ReadQuery {
  return { ok: false, error, next };
}
