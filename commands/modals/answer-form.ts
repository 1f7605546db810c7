import type { ModalView } from '@slack/types';
import { holdsSecret, SECRET_TYPED } from '../../src/domain/pasted-text.ts';
import { input, section } from '../../src/slack/blocks/elements.ts';
import { cut, plain } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';

const ANSWER_FIELD = 'field.answerReason';
export const ANSWER_ERROR_BLOCK = ANSWER_FIELD;
const LONGEST_ANSWER = 600;

/** Asks for the words behind an answer that was chosen by a button. */
export function answerForm(form: {
  readonly callbackId: string;
  readonly title: string;
  readonly submit: string;
  /** What is about to be said, in mrkdwn. */
  readonly what: string;
  readonly label: string;
  readonly optional: boolean;
  /** What it is about; comes back with the submission. */
  readonly about: string;
}): ModalView {
  return {
    type: 'modal',
    callback_id: form.callbackId,
    private_metadata: form.about,
    title: plain(form.title, 24),
    submit: plain(form.submit, 24),
    close: plain('Cancel', 24),
    blocks: [
      section(cut(form.what, 2_900)),
      input(
        ANSWER_FIELD,
        form.label,
        { type: 'plain_text_input', action_id: ANSWER_FIELD, multiline: true, max_length: LONGEST_ANSWER },
        { optional: form.optional, hint: 'Shown to everybody who sees the thread. No secrets.' },
      ),
    ],
  };
}

/** What was typed, as one line; `missing`: what is said when nothing was, or null where that is fine. */
export function parseAnswer(
  view: IncomingView,
  missing: string | null,
): Parsed<{ readonly about: string; readonly reason: string }> {
  const reason = (view.values.get(ANSWER_FIELD)?.one ?? '').replace(/\s+/g, ' ').trim();
  if (reason === '' && missing !== null) return { ok: false, errors: { [ANSWER_FIELD]: missing } };
  if (holdsSecret(reason)) return { ok: false, errors: { [ANSWER_FIELD]: SECRET_TYPED } };
  return { ok: true, input: { about: view.metadata, reason: reason.slice(0, LONGEST_ANSWER) } };
}
