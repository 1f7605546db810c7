import type { ModalView } from '@slack/types';
import { PAUSE_WHY_LENGTH } from '../../src/domain/pause.ts';
import { holdsSecret, SECRET_TYPED } from '../../src/domain/pasted-text.ts';
import { input, section } from '../../src/slack/blocks/elements.ts';
import { plain } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';

/** Asks why somebody stops something of Rekey, before it is stopped. */
export function whyForm(form: {
  readonly callbackId: string;
  readonly title: string;
  readonly submit: string;
  /** What stops, in mrkdwn. */
  readonly what: string;
  readonly field: string;
  readonly hint: string;
}): ModalView {
  const { field } = form;
  return {
    type: 'modal',
    callback_id: form.callbackId,
    title: plain(form.title, 24),
    submit: plain(form.submit, 24),
    close: plain('Cancel', 24),
    blocks: [
      section(form.what),
      input(
        field,
        'Reason',
        { type: 'plain_text_input', action_id: field, max_length: PAUSE_WHY_LENGTH },
        { hint: form.hint },
      ),
    ],
  };
}

/** What was typed there; `missing`: what is said when nothing was. */
export function parseWhy(view: IncomingView, field: string, missing: string): Parsed<{ why: string }> {
  const read = readReason(view, field, missing);
  return read.ok ? { ok: true, input: { why: read.input.slice(0, PAUSE_WHY_LENGTH) } } : read;
}

/** A reason as one line, which must be there and hold no secret. */
export function readReason(view: IncomingView, field: string, missing: string): Parsed<string> {
  const reason = (view.values.get(field)?.one ?? '').replace(/\s+/g, ' ').trim();
  if (reason === '') return { ok: false, errors: { [field]: missing } };
  if (holdsSecret(reason)) return { ok: false, errors: { [field]: SECRET_TYPED } };
  return { ok: true, input: reason };
}
