import type { KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import { isAccessKeyId } from '../../src/domain/access-key-id.ts';
import { deletionTitle, type DeletionCard } from '../../src/domain/key-deletion.ts';
import { lastUseWords, statusWords } from '../../src/domain/key-words.ts';
import type { PolicyDocument } from '../../src/domain/policy.ts';
import type { DeletionInput } from '../../src/handlers/deletions/ask.ts';
import type { KeyLook } from '../../src/handlers/look-key.ts';
import { deletionBlocks } from '../../src/slack/blocks/deletion.ts';
import { context, fields, input, section } from '../../src/slack/blocks/elements.ts';
import { ownerText } from '../../src/slack/blocks/keys.ts';
import { brief, code, cut, plain, words } from '../../src/slack/blocks/mrkdwn.ts';
import { tooOld, type Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { carriedBy } from './metadata.ts';
import { policyBlocks } from './policy-blocks.ts';
import { readReason } from './why-form.ts';

export const DELETE_FORM = 'deletion.form';
const REASON_FIELD = 'field.deleteReason';
export const DELETE_ERROR_BLOCK = REASON_FIELD;

const LONGEST_REASON = 300;

const Target = z.object({ key: z.string().max(128) });

/** Asks why a key is to be deleted; nothing happens to it before a second person's word. */
export function deleteForm({ key, standing, others, now }: KeyLook): ModalView {
  const rest = others.map((other) => `${code(other.key.accessKeyId)} ${words(statusWords(other.key, now))}`);
  return {
    type: 'modal',
    callback_id: DELETE_FORM,
    private_metadata: JSON.stringify({ key: key.accessKeyId } satisfies z.infer<typeof Target>),
    title: plain('Delete access key', 24),
    submit: plain('Ask for it', 24),
    close: plain('Cancel', 24),
    blocks: [
      section(`*${brief(key.userName, 90)}* · ${code(key.accessKeyId)}`),
      fields([
        ['Status', words(statusWords(key, now))],
        ['Last use', words(cut(lastUseWords(key.lastUse), 300))],
        ['Owner', standing === null ? 'not worked out' : ownerText(standing.ownership)],
        ['Other keys of the user', rest.length === 0 ? 'none' : rest.join('\n')],
      ]),
      section(
        '*There is no Undo.* AWS is asked first whether the key is still Inactive and was not used; then an admin other than you approves in the alert channel, and AWS is read once more.',
      ),
      input(
        REASON_FIELD,
        'Reason',
        { type: 'plain_text_input', action_id: REASON_FIELD, max_length: LONGEST_REASON },
        { hint: 'Read by whoever approves it. No secrets.' },
      ),
    ],
  };
}

/** What was typed. Throws `expired` for a window of another version. */
export function parseDelete(view: IncomingView): Parsed<DeletionInput> {
  const { key } = carriedBy(Target, view.metadata, { key: '' });
  if (!isAccessKeyId(key)) throw tooOld();
  const reason = readReason(view, REASON_FIELD, 'Say why, for the second person.');
  if (!reason.ok) return reason;
  return { ok: true, input: { accessKeyId: key, reason: reason.input.slice(0, LONGEST_REASON) } };
}

/** How it stands; `policy`: what a connection lacks, where AWS refused. */
export function deletionView(
  card: DeletionCard,
  said: string | null,
  policy: readonly PolicyDocument[] = [],
): ModalView {
  const blocks: KnownBlock[] = [
    ...(said === null ? [] : [section(cut(said, 1_500))]),
    ...deletionBlocks(card),
    ...(policy.length === 0
      ? []
      : [context('What the connection needs for it, and no more:'), ...policyBlocks(policy)]),
  ];
  return {
    type: 'modal',
    title: plain('Delete access key', 24),
    close: plain('Close', 24),
    blocks,
  };
}

/** What is said while AWS is asked, and once it was. */
export function deletionSaid({ deletion }: DeletionCard): string {
  if (deletion.state === 'checking') return '*Asking AWS…* This window says what it shows.';
  if (deletion.state === 'asked')
    return '*Asked.* The message in the alert channel waits for a second person.';
  return `*${words(deletionTitle(deletion))}.*`;
}
