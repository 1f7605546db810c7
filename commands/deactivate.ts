import { isAccessKeyId, kindOfId } from '../src/domain/access-key-id.ts';
import { holdsSecret, unescaped, visible, wordsOf } from '../src/domain/pasted-text.ts';
import { RekeyError } from '../src/errors.ts';
import { listContainments } from '../src/handlers/containments/look.ts';
import type { Message } from '../src/ports/slack.ts';
import { lookAccounts, namesOf } from '../src/handlers/look-keys.ts';
import { openContain } from './actions/containment-buttons.ts';
import type { Command, Context } from './entry.ts';
import { containmentList } from './messages/containment-list.ts';

/** A reason is a sentence; what is longer was pasted with the key. */
const LONGEST_REASON = 300;

/** What was typed: the one key in it, and the words around it where they read as a reason. */
export interface TypedKey {
  readonly accessKeyId: string;
  readonly reason: string;
  readonly secretSeen: boolean;
}

/** Finds the one access key ID in whatever was pasted. Throws `invalid` when there is none, or several. */
export function keyIn(text: string): TypedKey {
  const shown = visible(unescaped(text));
  const found = [...shown.toUpperCase().matchAll(/(?<![A-Z0-9])A[KS]IA[A-Z0-9]{16}(?![A-Z0-9])/g)].map(
    ([id]) => id,
  );
  const ids = [...new Set(found)];
  const keys = ids.filter(isAccessKeyId);
  const [accessKeyId] = keys;
  const secretSeen = holdsSecret(shown);
  if (accessKeyId === undefined) {
    const temporary = ids.some((id) => kindOfId(id) === 'temporary_key');
    throw new RekeyError(
      'invalid',
      temporary
        ? 'That is the ID of a temporary key (ASIA…): it cannot be switched off by itself.'
        : 'There is no access key ID in that.',
      {
        next: temporary
          ? 'Give the long-term key (AKIA…) that made it: its incident names it, and so do the CloudTrail events of its user.'
          : 'It begins with AKIA and has 20 characters: `/aws-deactivate AKIA… reason`.',
      },
    );
  }
  if (keys.length > 1) {
    throw new RekeyError(
      'invalid',
      `There are ${keys.length} access key IDs in that: ${keys.slice(0, 5).join(', ')}.`,
      {
        next: 'Give one at a time, the most dangerous first.',
      },
    );
  }
  return { accessKeyId, reason: secretSeen ? '' : reasonIn(shown, accessKeyId), secretSeen };
}

/** What stands before or after the key, unless the key was inside something pasted. */
function reasonIn(shown: string, accessKeyId: string): string {
  const [first = ''] = wordsOf(shown);
  if (first.toUpperCase() !== accessKeyId) return '';
  const at = shown.toUpperCase().indexOf(accessKeyId);
  const rest = shown
    .slice(at + accessKeyId.length)
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .replace(/\s+/g, ' ')
    .trim();
  return rest.length > LONGEST_REASON ? '' : rest;
}

export const deactivate: Command = {
  command: '/aws-deactivate',
  usage: '[access key ID [reason] | help]',
  summary: 'Shut a stolen access key off, or switch one off on purpose',
  details:
    'The ID alone is enough, also inside other text: the account is read from it, and its user found. A window asks once, ' +
    'and can be confirmed at once. *Stolen or misused* makes the key Inactive and denies its user everything, reads both ' +
    'back, and holds them for 30 minutes; *Planned* does the first only. *Undo* restores what was. Without a key it lists ' +
    'what is contained.',
  // Who may not is refused by the handler, which records it.
  needs: 'member',
  opensModal: (text) => text !== '' && holdsKey(text),
  async run(context, text) {
    if (text === '') return listed(context);
    const { accessKeyId, reason, secretSeen } = keyIn(text);
    await openContain(context, { accessKeyId, incidentId: null }, { reason, secretSeen });
    return null;
  },
};

/** A first frame is opened only where a window will follow. */
function holdsKey(text: string): boolean {
  try {
    return keyIn(text).accessKeyId !== '';
  } catch {
    return false;
  }
}

async function listed({ services, actor }: Context): Promise<Message> {
  const all = await listContainments(services, actor);
  return containmentList(all, namesOf(await lookAccounts(services)), services.clock.now());
}
