import type { KnownBlock } from '@slack/types';
import { isAccessKeyId } from '../../domain/access-key-id.ts';
import type { ContainmentCard, ContainmentLine } from '../../domain/containment-card.ts';
import type { Containment } from '../../domain/containment.ts';
import { isOutOfReach } from '../../domain/containment-unread.ts';
import { whyOf } from '../../domain/containment-why.ts';
import {
  barOfArn,
  barWords,
  isStandingRevocation,
  revocationWords,
  type RoleRevocation,
} from '../../domain/role-revocation.ts';
import { SETTLE_MS } from '../../domain/settle.ts';
import type { AssumedRole, MadeThing } from '../../domain/surroundings.ts';
import { thingHint, thingWords } from '../../domain/surroundings-words.ts';
import { counted } from '../../domain/time-words.ts';
import type { Message } from '../../ports/slack.ts';
import { button, context, section } from './elements.ts';
import { brief, code, cut, escape, moment, person, words } from './mrkdwn.ts';

/** Each carries the id of a containment and the ARN of a role, see {@link roleValue}. */
export const ROLE_REVOKE = 'containment.role_revoke';
export const ROLE_REVIEW = 'containment.role_review';
export const ROLE_LIFT = 'containment.role_lift';
/** Carries the id of a key that is not the one that was contained. */
export const OTHER_KEY = 'containment.other_key';

/** As many roles as a card shows; all of them are in the thread. */
const SHOWN_ROLES = 4;
const TOLD_ROLES = 12;
const LAG_MINUTES = SETTLE_MS / 60_000;

export function roleValue({ id }: Pick<Containment, 'id'>, arn: string): string {
  return `${id} ${arn}`;
}

/** The roles that the key's sessions assumed, each with what can be done, and how far CloudTrail tells. */
export function aroundBlocks(
  { containment, revocations = [] }: ContainmentCard,
  shown = SHOWN_ROLES,
): KnownBlock[] {
  const { around } = containment;
  if (around === null) return [];
  const roles = around.roles.slice(0, shown);
  const more = around.roles.length - roles.length;
  return [
    ...roles.map((role) => roleBlock(containment, role, revocationOf(revocations, role))),
    ...(more > 0 ? [context(`${counted(more, 'more role')}: each has its button in the thread.`)] : []),
    context(aroundText(containment)),
  ];
}

function revocationOf(
  all: readonly RoleRevocation[],
  { accountId, name }: AssumedRole,
): RoleRevocation | null {
  return (
    all.find((each) => each.accountId === accountId && each.roleName.toLowerCase() === name.toLowerCase()) ??
    null
  );
}

function roleBlock(
  containment: Containment,
  role: AssumedRole,
  revocation: RoleRevocation | null,
): KnownBlock {
  const { arn, name } = role;
  const value = roleValue(containment, arn);
  const bar = barOfArn(containment, role);
  const lines = [
    `*A session of the key assumed the role* ${code(cut(arn, 300))}, last at ${moment(role.lastAt)} by ${code(cut(role.by, 40))}. Its sessions live up to 12 hours without the key.`,
    ...(bar === null ? [] : [`${words(barWords(bar).why)} ${words(barWords(bar).next)}`]),
    ...(revocation === null ? [] : [revocationText(revocation)]),
  ];
  const text = cut(lines.join('\n'), 2_900);
  if (bar !== null) return section(text);
  if (revocation?.state === 'asked') {
    return section(
      text,
      button('Review', ROLE_REVIEW, { value, about: `Review revoking sessions of ${name}` }),
    );
  }
  if (revocation !== null && isStandingRevocation(revocation)) {
    return section(text, button('Undo', ROLE_LIFT, { value, about: `Undo revoking sessions of ${name}` }));
  }
  return section(text, button(`Revoke sessions of ${cut(name, 50)}`, ROLE_REVOKE, { value }));
}

/** How the revocation of a role's sessions stands, what failed first. */
export function revocationText(revocation: RoleRevocation): string {
  const { asked, decided, lifted, failure, issuedBefore, until, nextAt, state, putBack, lastPutBackAt } =
    revocation;
  const lines: string[] = [];
  if (failure !== null && state === 'revoked') {
    lines.push(`*Whether it still stands cannot be read.* ${brief(whyOf(failure).why, 250)}`);
  } else if (failure !== null && (state === 'revoking' || state === 'lifting')) {
    const { why } = whyOf(failure);
    const next = nextAt === null ? 'Nobody tries again by now.' : 'Rekey tries again every half a minute.';
    lines.push(
      `*${state === 'revoking' ? 'Its sessions are not revoked' : 'The revocation is not taken off'}.* ${brief(why, 250)} ${next}`,
    );
  }
  lines.push(`*${words(revocationWords(revocation))}.*`);
  if (issuedBefore !== null && until !== null && state !== 'declined') {
    lines.push(
      `Sessions issued before ${moment(issuedBefore)}, whoever made them; Rekey takes that off at ${moment(until)}, when none of them lives any more.`,
    );
  }
  if (putBack > 0 && lastPutBackAt !== null && issuedBefore !== null) {
    lines.push(`Somebody took it off ${counted(putBack, 'time')}, last seen at ${moment(lastPutBackAt)}.`);
  }
  const reason = asked.reason === '' ? '' : `: ${brief(asked.reason, 120)}`;
  const who = asked.by === null ? '' : `Asked by ${person(asked.by)}${reason}.`;
  const decider = decided?.by ?? null;
  const verb = state === 'declined' ? 'Declined' : 'Decided';
  const second = decider === null ? '' : ` ${verb} by ${person(decider)}.`;
  const lifter = lifted?.by ?? null;
  const off = lifter === null ? '' : ` Undone by ${person(lifter)}: ${brief(lifted?.reason ?? '', 120)}.`;
  lines.push(`${who}${second}${off}`.trim());
  return lines.filter((line) => line !== '').join('\n');
}

function aroundText(containment: Containment): string {
  const { around, left } = containment;
  if (around === null) return '';
  const { completeTo, why, made, more, roles, nextAt } = around;
  const found = made.length + more;
  const counts =
    found === 0
      ? 'nothing new that outlives this was seen'
      : `${more > 0 ? 'at least ' : ''}${counted(found, 'thing')} that outlive${found === 1 ? 's' : ''} this: see the thread`;
  const known = roles.length === 0 ? 'no role that the key assumed, ' : '';
  const isUnread = left !== undefined || isOutOfReach(containment);
  const to =
    completeTo === null
      ? `*not complete* (${isUnread ? 'nobody reads it now' : brief(why, 300)})`
      : `complete to ${moment(completeTo)}${why === '' ? '' : ` (${brief(why, 300)})`}`;
  const last = nextAt === null ? ' It is not asked again for this.' : '';
  return `Around this user, by CloudTrail, ${to}: ${known}${counts}. What happens appears there up to ${LAG_MINUTES} minutes late.${last}`;
}

/** The roles, found. */
export function rolesMessage(roles: readonly AssumedRole[], containment: Containment): Message {
  return {
    text: escape(cut(`The key’s sessions assumed ${roles.map(({ name }) => name).join(', ')}`, 300)),
    blocks: roles.slice(0, TOLD_ROLES).map((role) => roleBlock(containment, role, null)),
  };
}

/** Things that were made meanwhile, each named, with what to do. */
export function madeMessage(line: Extract<ContainmentLine, { kind: 'made' }>): Message {
  const { things, completeTo, more } = line;
  const undone = things.some(({ kind }) => kind === 'undoing');
  const head = undone
    ? 'Somebody works against this containment'
    : 'New in the account since, or shortly before';
  return {
    text: escape(cut(`${head}: ${things.map(thingWords).join('; ')}`, 300)),
    blocks: [
      section(`*${head}:*`),
      ...things.map(thingBlock),
      ...(more > 0
        ? [section(`*At least ${counted(more, 'other')}* that are not named here: look into CloudTrail.`)]
        : []),
      context(
        `By CloudTrail, ${completeTo === null ? 'not complete' : `complete to ${moment(completeTo)}`}: what happens appears there up to ${LAG_MINUTES} minutes late.`,
      ),
    ],
  };
}

function thingBlock(thing: MadeThing): KnownBlock {
  const { at, by, byKey, own, kind, name } = thing;
  const key = byKey === null ? '' : ` (${code(cut(byKey, 40))})`;
  const who = own
    ? `*the contained user or its sessions*, ${brief(by, 150)}${key}`
    : `${brief(by, 150)}${key}`;
  const text = `${moment(at)} *${brief(thingWords(thing), 400)}*\nBy ${who}. ${brief(thingHint(thing), 300)}`;
  const other = kind === 'key' ? name : kind === 'undoing' && !own ? byKey : null;
  return section(
    cut(text, 1_500),
    ...(other !== null && isAccessKeyId(other) && other.startsWith('AKIA')
      ? [button('Deactivate', OTHER_KEY, { value: other, about: `Deactivate ${other}` })]
      : []),
  );
}

/** What became of a revocation. */
export function revocationMessage(
  { what, revocation }: Extract<ContainmentLine, { kind: 'revocation' }>,
  containment: Containment,
): Message {
  const { roleName, roleArn } = revocation;
  const head = {
    asked: 'Revoke all sessions of a role? A second person decides: a responder or admin who did not ask',
    approved: 'Approved: all sessions of a role are being revoked',
    declined: 'Declined to revoke the sessions of a role',
    revoked: 'All sessions of a role from before are revoked',
    put_back: 'Somebody took the revocation of a role’s sessions off: it is being put back',
    failed: 'The sessions of a role could not be revoked, or that not be undone, so far',
    gone: 'A role is gone, and its sessions with it',
    lifting: 'The revocation of a role’s sessions is being taken off',
    lifted: 'The revocation of a role’s sessions was taken off',
  }[what];
  const value = roleValue(containment, roleArn);
  const text = cut(`*${words(head)}:* ${code(cut(roleArn, 300))}\n${revocationText(revocation)}`, 2_900);
  return {
    text: escape(cut(`${head}: ${roleName}`, 300)),
    blocks: [
      what === 'asked'
        ? section(
            text,
            button('Review', ROLE_REVIEW, { value, about: `Review revoking sessions of ${roleName}` }),
          )
        : section(text),
    ],
  };
}
