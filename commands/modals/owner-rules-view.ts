import type { KnownBlock, ModalView } from '@slack/types';
import type { OwnerRef, OwnerRule } from '../../src/domain/owner.ts';
import { holdsSecret, SECRET_TYPED } from '../../src/domain/pasted-text.ts';
import { MOST_OWNER_RULES } from '../../src/handlers/owner-rules.ts';
import type { KeyTags } from '../../src/handlers/key-settings.ts';
import type { AccountLook } from '../../src/handlers/look-keys.ts';
import {
  actions,
  button,
  confirm,
  context,
  header,
  input,
  option,
  section,
} from '../../src/slack/blocks/elements.ts';
import { ownerName } from '../../src/slack/blocks/keys.ts';
import { brief, code, cut, person, plain } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { chosenOwners, ownerFields, OWNER_PEOPLE_FIELD, type GroupsLook } from './owner-fields.ts';

export const OWNERS_OPEN = 'settings.owners';
export const OWNERS_FORM = 'owners.form';
export const OWNER_ADD = 'owners.add';
export const OWNER_REMOVE = 'owners.remove';
export const OWNER_RULE_FORM = 'owners.rule_form';

const OWNER_TAGS_FIELD = 'field.ownerTags';
const KIND_TAG_FIELD = 'field.kindTag';
export const OWNERS_ERROR_BLOCK = OWNER_TAGS_FIELD;

const PATTERN_FIELD = 'field.ownerPattern';
const ACCOUNT_FIELD = 'field.ownerAccount';
export const OWNER_RULE_ERROR_BLOCK = PATTERN_FIELD;

const SHOWN_ACCOUNTS = 99;
const LONGEST_PATTERN = 80;
const EVERY_ACCOUNT = 'every';

export interface OwnersLook {
  readonly rules: readonly OwnerRule[];
  readonly tags: KeyTags;
  /** What accounts are called, by account id. */
  readonly names: ReadonlyMap<string, string>;
  /** What the last button did, in mrkdwn, or null. */
  readonly said: string | null;
}

/** How owners are found: tags first, then these rules, then the user's own name. */
export function ownersView({ rules, tags, names, said }: OwnersLook): ModalView {
  return {
    type: 'modal',
    callback_id: OWNERS_FORM,
    title: plain('Owners of keys', 24),
    submit: plain('Save tags', 24),
    close: plain('Close', 24),
    blocks: [
      ...(said === null ? [] : [section(said)]),
      context(
        'Owners are asked for in this order: what is set on the key itself, a tag of the user, a rule below, the user’s own name or e-mail address.',
      ),
      input(
        OWNER_TAGS_FIELD,
        'Tags that name the owner',
        {
          type: 'plain_text_input',
          action_id: OWNER_TAGS_FIELD,
          ...(tags.owners.length === 0 ? {} : { initial_value: cut(tags.owners.join(', '), 3_000) }),
        },
        { optional: true, hint: 'In this order, with commas between. Empty: no tag is asked.' },
      ),
      input(
        KIND_TAG_FIELD,
        'Tag that names the kind',
        { type: 'plain_text_input', action_id: KIND_TAG_FIELD, initial_value: cut(tags.kind, 3_000) },
        { hint: 'Its values: ordinary, break-glass, decoy, managed-elsewhere.' },
      ),
      header('Rules'),
      ...(rules.length === 0 ? [section('There is no rule yet.')] : []),
      // Each takes a block, and a modal holds a hundred.
      ...rules.slice(0, MOST_OWNER_RULES).map((rule) => ruleBlock(rule, names)),
      actions('owners.actions', [button('Add a rule', OWNER_ADD)]),
    ],
  };
}

function ruleBlock(rule: OwnerRule, names: ReadonlyMap<string, string>): KnownBlock {
  const { id, pattern, owners, accountId, createdBy } = rule;
  const where = accountId === null ? 'every account' : brief(names.get(accountId) ?? accountId, 90);
  const shown = owners.slice(0, 10).map((owner: OwnerRef) => ownerName(owner));
  return section(
    `${code(cut(pattern, LONGEST_PATTERN))} in ${where} → ${shown.join(', ')} (by ${person(createdBy)})`,
    button('Remove', OWNER_REMOVE, {
      value: id,
      about: `Remove the rule for ${pattern}`,
      style: 'danger',
      confirm: confirm(
        'Remove this rule?',
        `Its keys get their owner by name, or have none.`,
        'Remove',
        true,
      ),
    }),
  );
}

export function parseTags(view: IncomingView): Parsed<KeyTags> {
  const errors = secretsIn(view, [OWNER_TAGS_FIELD, KIND_TAG_FIELD]);
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  const owners = (view.values.get(OWNER_TAGS_FIELD)?.one ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const kind = (view.values.get(KIND_TAG_FIELD)?.one ?? '').trim();
  return kind === ''
    ? { ok: false, errors: { [KIND_TAG_FIELD]: 'Name a tag.' } }
    : { ok: true, input: { owners, kind } };
}

export function ownerRuleForm(accounts: readonly AccountLook[], groups: GroupsLook): ModalView {
  const every = option('Every account', EVERY_ACCOUNT);
  return {
    type: 'modal',
    callback_id: OWNER_RULE_FORM,
    title: plain('Add a rule', 24),
    submit: plain('Add', 24),
    close: plain('Cancel', 24),
    blocks: [
      input(
        PATTERN_FIELD,
        'IAM users named',
        { type: 'plain_text_input', action_id: PATTERN_FIELD, max_length: LONGEST_PATTERN },
        { hint: 'The whole name, such as deploy-shop; * stands for any text, as in deploy-*.' },
      ),
      input(ACCOUNT_FIELD, 'In', {
        type: 'static_select',
        action_id: ACCOUNT_FIELD,
        options: [
          every,
          ...accounts
            .slice(0, SHOWN_ACCOUNTS)
            .map(({ accountId, name }) => option(`${cut(name, 55)} (${accountId})`, accountId)),
        ],
        initial_option: every,
      }),
      ...ownerFields([], groups, { optional: true, hint: 'Who is told of these users’ keys.' }),
      context('When several rules fit, the most exact one counts.'),
    ],
  };
}

export interface TypedRule {
  readonly accountId: string | null;
  readonly pattern: string;
  readonly owners: readonly OwnerRef[];
}

export function parseOwnerRule(view: IncomingView): Parsed<TypedRule> {
  const errors = secretsIn(view, [PATTERN_FIELD]);
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  const pattern = (view.values.get(PATTERN_FIELD)?.one ?? '').trim();
  if (!/^[\w+=,.@*-]{1,80}$/.test(pattern)) {
    return {
      ok: false,
      errors: {
        [PATTERN_FIELD]: 'Names of IAM users have letters, digits and _ + = , . @ - only; * is any text.',
      },
    };
  }
  const owners = chosenOwners(view.values);
  if (owners.length === 0) {
    return { ok: false, errors: { [OWNER_PEOPLE_FIELD]: 'Choose at least one person or user group.' } };
  }
  const chosen = view.values.get(ACCOUNT_FIELD)?.one ?? EVERY_ACCOUNT;
  return { ok: true, input: { accountId: chosen === EVERY_ACCOUNT ? null : chosen, pattern, owners } };
}

/** What is typed here is shown again and kept in the audit log. */
function secretsIn({ values }: IncomingView, fields: readonly string[]): Record<string, string> {
  const found = fields.filter((field) => holdsSecret(values.get(field)?.one ?? ''));
  return Object.fromEntries(found.map((field) => [field, SECRET_TYPED]));
}
