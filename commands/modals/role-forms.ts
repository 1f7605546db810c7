import type { KnownBlock, ModalView } from '@slack/types';
import * as z from 'zod';
import type { ContainmentCard } from '../../src/domain/containment-card.ts';
import { RECOVERY_MARGIN_MS } from '../../src/domain/containment.ts';
import type { RoleRevocation } from '../../src/domain/role-revocation.ts';
import type { AssumedRole } from '../../src/domain/surroundings.ts';
import { counted } from '../../src/domain/time-words.ts';
import type { RoleInput } from '../../src/handlers/containments/roles/decide-role.ts';
import type { RoleFacts } from '../../src/handlers/containments/roles/role-facts.ts';
import { revocationText } from '../../src/slack/blocks/containment-around.ts';
import {
  actions,
  button,
  confirm,
  context,
  fields,
  input,
  section,
} from '../../src/slack/blocks/elements.ts';
import { brief, code, cut, moment, plain, wholeLines } from '../../src/slack/blocks/mrkdwn.ts';
import { tooOld, type Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { readReason } from './why-form.ts';

export const ROLE_ASK_FORM = 'containment.role_ask_form';
export const ROLE_APPROVE_FORM = 'containment.role_approve_form';
export const ROLE_LIFT_FORM = 'containment.role_lift_form';
export const ROLE_DECLINE = 'containment.role_decline';
const REASON_FIELD = 'field.roleReason';
export const ROLE_ERROR_BLOCK = REASON_FIELD;

const LONGEST_REASON = 500;
const SHOWN_CALLERS = 8;
const SHOWN_TRUSTED = 8;

/** What a window about a role shows; facts are null while they are being read. */
export interface RoleModel {
  readonly card: ContainmentCard;
  readonly role: AssumedRole;
  readonly revocation: RoleRevocation | null;
  readonly facts: RoleFacts | null;
}

/** Asks for a reason, and shows whom it hits. */
export function roleAskForm(model: RoleModel): ModalView {
  return {
    type: 'modal',
    callback_id: ROLE_ASK_FORM,
    private_metadata: metadata(model),
    title: plain('Revoke sessions', 24),
    submit: plain('Ask for it', 24),
    close: plain('Cancel', 24),
    blocks: [
      ...headBlocks(model),
      reasonInput('Shown to whoever decides. No secrets.'),
      ...radiusBlocks(model),
      context(
        'A second person, a responder or admin, approves it. It can be undone for as long as it stands.',
      ),
    ],
  };
}

/** Exactly what a second person approves. */
export function roleApproveForm(
  model: RoleModel & { readonly revocation: RoleRevocation },
  userId: string,
): ModalView {
  const { revocation } = model;
  const isOwn = revocation.asked.by === userId;
  return {
    type: 'modal',
    callback_id: ROLE_APPROVE_FORM,
    private_metadata: metadata(model),
    title: plain('Revoke sessions', 24),
    ...(isOwn ? {} : { submit: plain('Approve', 24) }),
    close: plain('Not now', 24),
    blocks: [
      ...(isOwn ? [section('*Somebody else must approve this:* you asked for it. You may decline it.')] : []),
      ...headBlocks(model),
      section(cut(revocationText(revocation), 2_900)),
      ...radiusBlocks(model),
      actions('containment.role_actions', [
        button('Decline', ROLE_DECLINE, {
          style: 'danger',
          confirm: confirm('Decline?', 'The sessions of the role go on.', 'Decline', true),
        }),
      ]),
    ],
  };
}

/** Asks why a revocation is taken off. */
export function roleLiftForm(model: RoleModel & { readonly revocation: RoleRevocation }): ModalView {
  return {
    type: 'modal',
    callback_id: ROLE_LIFT_FORM,
    private_metadata: metadata(model),
    title: plain('Undo revocation', 24),
    submit: plain('Undo', 24),
    close: plain('Cancel', 24),
    blocks: [
      section(`${code(cut(model.role.arn, 300))}\n${revocationText(model.revocation)}`),
      section(
        'Sessions from before that still live work again, the thief’s among them. A revocation that the AWS console put on the role stays.',
      ),
      reasonInput('Shown to everybody who sees this. No secrets.'),
    ],
  };
}

function reasonInput(hint: string): KnownBlock {
  return input(
    REASON_FIELD,
    'Reason',
    { type: 'plain_text_input', action_id: REASON_FIELD, max_length: LONGEST_REASON },
    { hint },
  );
}

function headBlocks({ role }: RoleModel): KnownBlock[] {
  return [
    section(
      `${code(cut(role.arn, 300))}\n*All sessions of this role that were issued until ${RECOVERY_MARGIN_MS / 1_000} seconds after the approval are denied everything*, whoever made them. Whoever may assume it can do so again afterwards: the thief, too, with a key that still works.`,
    ),
  ];
}

function radiusBlocks({ facts }: RoleModel): KnownBlock[] {
  if (facts === null) return [context('Asking AWS whom this hits…')];
  const { detail, services, others, consoleDeny, trouble, assumed } = facts;
  const used = detail?.lastUsed ?? null;
  return [
    ...(trouble === null ? [] : [section(`*Whom it hits could not all be read* (${brief(trouble, 300)}).`)]),
    ...(services.length === 0
      ? []
      : [
          section(
            `*Services of AWS work with this role* (${brief(services.join(', '), 400)}): what runs with it is refused until it fetches new credentials, which can take hours or a restart. As a rule such a role is not revoked: stop what the thief runs instead.`,
          ),
        ]),
    fields([
      [
        'Last used, by any session',
        used === null ? 'not known' : `${moment(used.at)} in ${brief(used.region, 40)}`,
      ],
      [
        'Longest session',
        detail === null ? 'not known' : counted(Math.round(detail.longestMs / 60_000), 'minute'),
      ],
    ]),
    section(cut(`*Who assumed it in the last 12 hours*\n${assumedText(assumed)}`, 2_900)),
    ...(others.length === 0
      ? []
      : [
          section(
            cut(
              `*Who may assume it*\n${linesOf(
                others.slice(0, SHOWN_TRUSTED).map((each) => code(cut(each, 200))),
                others.length,
              )}`,
              2_900,
            ),
          ),
        ]),
    ...(consoleDeny === null
      ? []
      : [context('Sessions of this role were revoked in the AWS console before; that stays as it is.')]),
  ];
}

function assumedText(assumed: RoleFacts['assumed']): string {
  if (typeof assumed === 'string') return `Not known: ${brief(assumed, 300)}`;
  if (assumed.length === 0) return 'Nobody that CloudTrail shows.';
  const lines = assumed
    .slice(0, SHOWN_CALLERS)
    .map(({ by, count }) => `${code(cut(by, 200))} · ${counted(count, 'time')}`);
  return linesOf(lines, assumed.length);
}

function linesOf(lines: readonly string[], count: number): string {
  const shown = wholeLines(
    lines.map((line) => `• ${line}`),
    2_500,
  );
  return [...shown, ...(count > shown.length ? [`and ${count - shown.length} more`] : [])].join('\n');
}

const Carried = z.object({ id: z.string().max(128), role: z.string().max(2_100), at: z.number() });

function metadata({ card, role, revocation }: RoleModel): string {
  return JSON.stringify({ id: card.containment.id, role: role.arn, at: revocation?.asked.at ?? 0 });
}

/** Which role a window is about. Throws `expired` for a window of another version. */
export function roleOf({ metadata: text }: IncomingView): RoleInput & { readonly askedAt: number } {
  try {
    const { id, role, at } = Carried.parse(JSON.parse(text));
    return { containmentId: id, roleArn: role, askedAt: at };
  } catch {
    throw tooOld();
  }
}

/** The role, and why. */
export function parseRoleReason(view: IncomingView): Parsed<RoleInput & { readonly reason: string }> {
  const reason = readReason(view, REASON_FIELD, 'Say why: others will wonder.');
  if (!reason.ok) return reason;
  const { containmentId, roleArn } = roleOf(view);
  return { ok: true, input: { containmentId, roleArn, reason: reason.input.slice(0, LONGEST_REASON) } };
}
