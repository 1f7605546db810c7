import type { KnownBlock, ModalView } from '@slack/types';
import type { UserCheck } from '../../src/handlers/destinations/check.ts';
import { hostOf } from '../../src/handlers/destinations/ask.ts';
import type { BoundUser, DestinationLook } from '../../src/handlers/destinations/look.ts';
import { APPROVAL_REVIEW } from '../../src/slack/blocks/approval.ts';
import {
  actions,
  button,
  confirm,
  context,
  fields,
  header,
  section,
} from '../../src/slack/blocks/elements.ts';
import { bold, brief, code, cut, moment, person, plain, wholeLines } from '../../src/slack/blocks/mrkdwn.ts';
import { approversText, historyText, writerFields } from './destination-facts.ts';
import { stateWords } from './destinations-view.ts';

export const DESTINATIONS_BACK = 'destinations.back';
export const DESTINATION_CHANGE = 'destination.change';
export const DESTINATION_BIND = 'destination.bind';
export const DESTINATION_CHECK = 'destination.check';
export const DESTINATION_REMOVE = 'destination.remove';
/** Its value is a binding's id. */
export const DESTINATION_UNBIND = 'destination.unbind';

/** One destination; `said` (mrkdwn): what the last button did. */
export function destinationView(look: DestinationLook, said: string | null): ModalView {
  const { destination, kind, place, connection, users } = look;
  const { id, name, redeployHook } = destination;
  const hook = hostOf(redeployHook);
  return {
    type: 'modal',
    title: plain('Destination', 24),
    close: plain('Close', 24),
    private_metadata: id,
    blocks: [
      ...(said === null ? [] : [section(cut(said, 3_000))]),
      header(cut(name, 150)),
      section(stateWords(look)),
      fields([
        ['Kind', kind.label],
        ['Place', brief(place, 1_500)],
        ...writerFields(connection),
        ['Redeploy hook', hook === null ? 'none' : `at ${code(cut(hook, 300))}`],
      ]),
      context(historyText(destination)),
      header('Users'),
      ...(users.length === 0
        ? [section('No user’s keys may go there yet. Bind it to the users they may.')]
        : []),
      ...users.map(userBlock),
      ...approvals(look),
      actions('destination.actions', [
        button('Bind users', DESTINATION_BIND, { value: id, style: 'primary' }),
        button('Check', DESTINATION_CHECK, { value: id, about: 'Check without changing anything' }),
        button('Change', DESTINATION_CHANGE, { value: id }),
        button('Remove', DESTINATION_REMOVE, { value: id, style: 'danger' }),
        button('Back', DESTINATIONS_BACK, { about: 'Back to all destinations' }),
      ]),
    ],
  };
}

function approvals(look: DestinationLook): KnownBlock[] {
  const { destination, users } = look;
  if (!users.some(({ state }) => state.state === 'waiting')) return [];
  return [
    actions('destination.approval', [
      button('Review', APPROVAL_REVIEW, { value: destination.id, about: 'Review what waits for approval' }),
    ]),
    context(approversText(look)),
  ];
}

function userBlock({ binding, state, arn, account }: BoundUser): KnownBlock {
  const { id, userName, accountId, createdBy } = binding;
  const who = `${bold(cut(userName, 80))} of ${brief(account, 100)} (${accountId})`;
  const gone = arn === null ? ' The user is gone: unbind it.' : '';
  const words = {
    free: 'may go there',
    approved: state.state === 'approved' ? `approved by ${person(state.by)} ${moment(state.at)}` : '',
    waiting: state.state === 'waiting' ? waitingWords(state) : '',
  }[state.state];
  return section(
    `${who}: ${words}. Bound by ${person(createdBy)}.${gone}`,
    button('Unbind', DESTINATION_UNBIND, {
      value: id,
      about: cut(`Unbind ${userName}`, 75),
      confirm: confirm('Unbind this user?', 'Its keys may no longer be delivered there.', 'Unbind', true),
    }),
  );
}

function waitingWords({ why, lapsed }: { why: string; lapsed: boolean }): string {
  const changed = lapsed ? ', changed after it was approved' : '';
  return `*waits for a second admin*${changed}, because ${brief(why, 300)}`;
}

/** What a check found, in mrkdwn. */
export function checkWords(checks: readonly UserCheck[], now: number): string {
  const lines = checks.map(({ user, administrator, preflight }) => {
    const who = bold(cut(user.userName, 80));
    const rights = administrator.known
      ? administrator.value
        ? ' It has administrator rights.'
        : ''
      : ` Not known whether it has administrator rights: ${brief(administrator.why, 200)}.`;
    return `• ${who}: ${preflightWords(preflight)}${rights}`;
  });
  return [`*Checked* ${moment(now)}, without changing anything:`, ...wholeLines(lines, 2_800)].join('\n');
}

export function preflightWords(preflight: UserCheck['preflight']): string {
  switch (preflight.answer) {
    case 'yes': {
      const warnings = preflight.warnings.map((warning) => ` _Note:_ ${brief(warning, 300)}`);
      return `its key can be delivered.${warnings.join('')}`;
    }
    case 'no':
      return `*cannot be delivered*: ${brief(preflight.why, 300)}. ${sentence(brief(preflight.mend, 300))}`;
    case 'unknown':
      return `*not known*: ${brief(preflight.why, 300)}.`;
  }
}

function sentence(text: string): string {
  return text === '' || /[.!?…]$/.test(text) ? text : `${text}.`;
}
