import type { KnownBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import { mayApprove } from '../../src/domain/approval.ts';
import { holdsSecret, SECRET_TYPED } from '../../src/domain/pasted-text.ts';
import type { Reviewed } from '../../src/handlers/destinations/decide.ts';
import type { BoundUser, DestinationLook } from '../../src/handlers/destinations/look.ts';
import {
  actions,
  button,
  confirm,
  context,
  fields,
  header,
  input,
  section,
} from '../../src/slack/blocks/elements.ts';
import { bold, brief, code, cut, person, plain } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { approversText, historyText, writerFields } from './destination-facts.ts';
import { carriedBy } from './metadata.ts';

export const APPROVAL_FORM = 'approval.form';
export const APPROVAL_REFUSE = 'approval.refuse';

const WHY_FIELD = 'field.refusalReason';
export const APPROVAL_ERROR_BLOCK = WHY_FIELD;

/** So that their ids fit into the window, and a person can read them. */
const AT_ONCE = 15;
const LONGEST_WHY = 500;

const Target = z.object({ id: z.string(), seen: z.number(), bindings: z.array(z.string()) });

/** Exactly what a second person approves, addresses whole: shown to one admin, never in a channel. */
export function approvalView(look: DestinationLook, userId: string): ModalView {
  const { destination, users } = look;
  const waiting = users.filter(({ state }) => state.state === 'waiting');
  const may = waiting.filter(({ binding }) => mayApprove(destination, binding, userId)).slice(0, AT_ONCE);
  if (waiting.length === 0)
    return plainView([section('Nothing waits for approval here any more.'), ...facts(look)]);
  if (may.length === 0) {
    return plainView([
      section('*Somebody else must approve this:* you made, changed or bound it.'),
      context(approversText(look)),
      ...facts(look),
      header('Whose keys'),
      ...waiting.slice(0, AT_ONCE).map(userBlock),
    ]);
  }
  const target: z.infer<typeof Target> = {
    id: destination.id,
    seen: destination.version,
    bindings: may.map(({ binding }) => binding.id),
  };
  const left = waiting.length - may.length;
  return {
    type: 'modal',
    callback_id: APPROVAL_FORM,
    title: plain('Approve delivery', 24),
    submit: plain('Approve', 24),
    close: plain('Not now', 24),
    private_metadata: JSON.stringify(target),
    blocks: [
      section(
        'Whoever holds an access key is its user. Approve only what you expected, and know the place of.',
      ),
      ...facts(look),
      header('Whose keys'),
      ...may.map(userBlock),
      ...(left === 0 ? [] : [context(`${left} more wait: for another review, or for somebody else.`)]),
      input(
        WHY_FIELD,
        'Why not',
        { type: 'plain_text_input', action_id: WHY_FIELD, max_length: LONGEST_WHY },
        { optional: true, hint: 'For a refusal: whoever bound the users reads it.' },
      ),
      actions('approval.actions', [
        button('Refuse', APPROVAL_REFUSE, {
          style: 'danger',
          confirm: confirm(
            'Refuse?',
            'The users above are unbound, and whoever bound them is told.',
            'Refuse',
            true,
          ),
        }),
      ]),
    ],
  };
}

function plainView(blocks: readonly KnownBlock[]): ModalView {
  return {
    type: 'modal',
    title: plain('Approve delivery', 24),
    close: plain('Close', 24),
    blocks: [...blocks],
  };
}

function facts({ destination, kind, connection }: DestinationLook): KnownBlock[] {
  const { name, target, redeployHook } = destination;
  return [
    fields([
      ['Destination', brief(name, 200)],
      ['Kind', kind.label],
      ...writerFields(connection),
      ...kind.details(target).map(([label, value]) => [label, code(cut(value, 1_900))] as const),
    ]),
    ...(redeployHook === null ? [] : [section(`Then it calls ${code(cut(redeployHook, 2_500))}`)]),
    context(historyText(destination)),
  ];
}

function userBlock({ binding, state, arn, account }: BoundUser): KnownBlock {
  const { userName, userId, accountId, createdBy } = binding;
  const known = arn === null ? 'The user is gone.' : code(cut(arn, 700));
  const why = state.state === 'waiting' ? ` Takes a second admin, because ${brief(state.why, 300)}.` : '';
  return section(
    `${bold(cut(userName, 80))} of ${brief(account, 90)} (${accountId}), ${code(userId)}\n${known}\nBound by ${person(createdBy)}.${why}`,
  );
}

export function reviewed(view: IncomingView): Reviewed {
  const nothing = { id: '', seen: 0, bindings: [] };
  const { id, seen, bindings } = carriedBy(Target, view.metadata, nothing);
  return { destinationId: id, seen, bindingIds: bindings };
}

export function parseApproval(view: IncomingView): Parsed<Reviewed> {
  return { ok: true, input: reviewed(view) };
}

/** The reason of a refusal; `wrong` when it cannot be kept. */
export function refusalReason(view: IncomingView): { readonly why: string; readonly wrong: string | null } {
  const why = (view.values.get(WHY_FIELD)?.one ?? '').trim();
  return holdsSecret(why) ? { why: '', wrong: SECRET_TYPED } : { why, wrong: null };
}
