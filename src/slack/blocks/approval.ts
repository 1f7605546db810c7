import type { ApprovalAsk, AskedBinding } from '../../domain/approval.ts';
import type { Message } from '../../ports/slack.ts';
import { actions, button, context, fields, section } from './elements.ts';
import { bold, brief, code, cut, escape, group, linesAndMore, person, words } from './mrkdwn.ts';

/** Carries a destination's id. */
export const APPROVAL_REVIEW = 'approval.review';

const SHOWN = 20;

/** What is asked of a second person, or what became of it. Never longer than Slack takes. */
export function approvalMessage(ask: ApprovalAsk): Message {
  const waits = ask.bindings.some(({ outcome }) => outcome.what === 'waiting');
  const users = ask.bindings.map(({ userName }) => userName);
  const text = waits
    ? `A second admin is asked to approve where keys of ${some(users)} go: ${ask.name}`
    : `Decided: where keys of ${some(users)} go: ${ask.name}`;
  const since = ask.changed ? 'changed' : 'bound';
  return {
    text: escape(cut(text, 300)),
    blocks: [
      section(
        waits
          ? `*A second admin must approve where new access keys go.* ${person(ask.askedBy)} ${since} it.`
          : `*Decided:* where new access keys go. ${person(ask.askedBy)} asked.`,
      ),
      fields([
        ['Destination', brief(ask.name, 200)],
        ['Kind', ask.kind],
        ['Place', brief(ask.place, 1_500)],
        ...(ask.connection === null ? [] : [['Written by', brief(ask.connection, 200)] as const]),
        ...(ask.hookHost === null ? [] : [['Then calls', code(cut(ask.hookHost, 300))] as const]),
      ]),
      section(lines(ask.bindings)),
      ...(waits ? asking(ask) : []),
    ],
  };
}

function asking({ destinationId, name, nobodyElse, unasked, unreadGroups }: ApprovalAsk) {
  return [
    ...(nobodyElse ? [context(NOBODY_ELSE)] : []),
    ...(unasked === null
      ? []
      : [context([words(unasked), ...unreadGroups.slice(0, 20).map(group)].join(' '))]),
    context(
      'Whoever holds an access key is its user. Approve only what you expected, and know the place of.',
    ),
    actions('approval.actions', [
      button('Review', APPROVAL_REVIEW, {
        value: destinationId,
        about: cut(`Review ${name}`, 75),
        style: 'primary',
      }),
    ]),
  ];
}

/** Said where a second person is needed and there is none. */
export const NOBODY_ELSE =
  '*Nobody else can approve this:* all admins made, changed or bound it. Give somebody else the role admin under `/aws-settings`, Roles, or add them to REKEY_ADMINS.';

function lines(bindings: readonly AskedBinding[]): string {
  return linesAndMore(bindings.slice(0, SHOWN).map(line), 2_900, bindings.length);
}

function line({ userName, arn, account, why, outcome }: AskedBinding): string {
  const who = arn === null ? '' : ` ${code(cut(arn, 400))}`;
  const because = outcome.what === 'waiting' && why !== null ? ` – because ${brief(why, 300)}` : '';
  return `• ${bold(cut(userName, 80))} of ${brief(account, 120)}${who}${because}${became(outcome)}`;
}

function became(outcome: AskedBinding['outcome']): string {
  switch (outcome.what) {
    case 'waiting':
      return '';
    case 'approved':
      return ` → *approved* by ${person(outcome.by)}`;
    case 'refused':
      return ` → *refused* by ${person(outcome.by)}, and unbound`;
    case 'withdrawn':
      return ` → unbound by ${person(outcome.by)}`;
    case 'changed':
      return ` → the destination was changed by ${person(outcome.by)}; a newer message asks`;
  }
}

/** Told to who bound the users. */
export function refusedMessage(refused: {
  readonly name: string;
  readonly users: readonly string[];
  readonly by: string;
  readonly why: string;
}): Message {
  const text = `The destination ${refused.name} was refused for ${some(refused.users)}`;
  const why = refused.why === '' ? '' : ` They wrote: ${brief(refused.why, 600)}`;
  return {
    text: escape(cut(text, 300)),
    blocks: [
      section(
        `${person(refused.by)} refused that keys of ${brief(some(refused.users), 400)} go to ${bold(cut(refused.name, 100))}; they are unbound again.${why}`,
      ),
    ],
  };
}

function some(users: readonly string[]): string {
  const named = users.slice(0, 3).join(', ');
  return users.length > 3 ? `${named} and ${users.length - 3} more` : named;
}
