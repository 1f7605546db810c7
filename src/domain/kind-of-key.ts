import type { IamUser, InventoryKey } from './inventory.ts';
import { KEY_KINDS, type KeyKind, type KindOfKey } from './key-kind.ts';

/** The tag of a user that names the kind of its keys, unless the settings name another. */
export const DEFAULT_KIND_TAG = 'rekey-kind';

/** Tags that CloudFormation puts on what it makes (CloudFormation user guide, resource tags). */
const STACK_TAG = 'aws:cloudformation:stack-name';

/** Names of tags by which teams say what made a resource; a habit, no rule, so what follows from them is a guess. */
const MAKER_TAGS = new Set(['managedby', 'managed-by', 'managed_by', 'createdby', 'provisioner', 'iac']);

const MAKERS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/terraform|tofu/i, 'Terraform'],
  [/cloudformation|\bcfn\b/i, 'CloudFormation'],
  [/\bcdk\b/i, 'CDK'],
  [/pulumi/i, 'Pulumi'],
  [/crossplane/i, 'Crossplane'],
  [/ansible/i, 'Ansible'],
];

/** The console names the users of SMTP credentials so (SES developer guide). */
const SMTP_USER = /^ses-smtp-user\./;
export const SES_SMTP = 'SES SMTP';

/**
 * The kind of a key: what a person set in Slack, else the tag of its user, else what the user looks like, which is said
 * to be a guess. While the tags cannot be read it stays what it was (`former`).
 */
export function kindOfKey(
  key: Pick<InventoryKey, 'userName'>,
  user: Pick<IamUser, 'tags'> | null,
  chosen: KeyKind | null,
  kindTag: string = DEFAULT_KIND_TAG,
  former: KindOfKey | null = null,
): KindOfKey {
  const tags = user?.tags.known === true ? user.tags.value : {};
  const maker = makerOf(key.userName, tags);
  const of = (kind: KeyKind, from: KindOfKey['from']): KindOfKey => ({
    kind,
    from,
    managedBy: kind === 'managed_elsewhere' ? maker : null,
  });
  if (chosen !== null) return of(chosen, 'slack');
  if (user?.tags.known !== true && former !== null && former.from !== 'slack') return former;
  const tagged = kindByTag(tagNamed(tags, kindTag));
  if (tagged !== null) return of(tagged, 'tag');
  return maker === null ? of('ordinary', 'default') : of('managed_elsewhere', 'guess');
}

/** Whether a kind rests on a tag that could not be read: then it may be any. */
export function isKindSure(user: Pick<IamUser, 'tags'> | null, chosen: KeyKind | null): boolean {
  return chosen !== null || user?.tags.known === true;
}

/** A tag's value; IAM tells no two tags apart by case (IAM user guide, tags). */
export function tagNamed(tags: Readonly<Record<string, string>>, name: string): string | null {
  const wanted = name.toLowerCase();
  return Object.entries(tags).find(([key]) => key.toLowerCase() === wanted)?.[1] ?? null;
}

/** A tag's value as a kind, or null when it is none: what is mistyped decides nothing. */
function kindByTag(value: string | null): KeyKind | null {
  const written = (value ?? '')
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  return KEY_KINDS.find((kind) => kind === written) ?? null;
}

function makerOf(userName: string, tags: Readonly<Record<string, string>>): string | null {
  if (tagNamed(tags, STACK_TAG) !== null) return 'CloudFormation';
  for (const [name, value] of Object.entries(tags)) {
    if (!MAKER_TAGS.has(name.toLowerCase().replace(/^.*[:/]/, ''))) continue;
    const maker = MAKERS.find(([pattern]) => pattern.test(value));
    if (maker !== undefined) return maker[1];
  }
  return SMTP_USER.test(userName) ? SES_SMTP : null;
}
