import type { KnownBlock } from '@slack/types';
import type { ContainmentCard, ContainmentLine } from '../../domain/containment-card.ts';
import {
  askedBy,
  confirmedWords,
  failuresOf,
  NOT_STOPPED,
  notDoneWords,
  standingWords,
} from '../../domain/containment-words.ts';
import { whyOf } from '../../domain/containment-why.ts';
import { eventWords } from '../../domain/containment-event-words.ts';
import { lastAsked } from '../../domain/containment-reasons.ts';
import {
  isAtRest,
  isDenied,
  isOver,
  type Containment,
  type ContainmentHolder,
} from '../../domain/containment.ts';
import { isOutOfReach } from '../../domain/containment-unread.ts';
import { isDrilled } from '../../domain/drill.ts';
import { counted } from '../../domain/time-words.ts';
import type { Message } from '../../ports/slack.ts';
import { closingBlocks } from './closing.ts';
import { drillMark, drillMarked } from './drill-mark.ts';
import { proofLines, proofText } from './containment-proof.ts';
import { aroundBlocks, madeMessage, revocationMessage, rolesMessage } from './containment-around.ts';
import { buttonsOf } from './containment-buttons.ts';
import { context, fields, section } from './elements.ts';
import { accountText } from './keys.ts';
import { brief, code, cut, escape, mentions, moment, person, words } from './mrkdwn.ts';

const SHOWN_EVENTS = 6;
const SHOWN_REASONS = 5;

/** The one message of a containment. */
export function containmentCard(card: ContainmentCard): Message {
  const { containment, now } = card;
  return {
    text: escape(
      cut(`${drillMark(containment)}${standingWords(containment, now)}: ${whoseWords(containment)}`, 300),
    ),
    blocks: [...containmentBlocks(card), ...buttonsOf(containment), ...closingBlocks(card)],
  };
}

/** What the message and the window say alike. What failed comes first. */
export function containmentBlocks(card: ContainmentCard): KnownBlock[] {
  const { containment, now } = card;
  const { refusal, trouble } = containment;
  return [
    ...(isDrilled(containment) ? [section('*DRILL:* a rehearsal on a decoy, nothing happened.')] : []),
    ...(refusal === null
      ? []
      : [section(`*Not contained.* ${brief(refusal.why, 900)}\n${brief(refusal.next, 1_500)}`)]),
    ...failuresOf(containment, now).map(({ what, why, next }) =>
      section(`*${words(what)}.* ${brief(why, 900)}\n${brief(next, 900)}`),
    ),
    ...(trouble === null || isOver(containment.state) ? [] : [section(troubleText(containment))]),
    section(`*${words(standingWords(containment, now))}* · ${whoseText(containment)}`),
    ...standingBlocks(card),
    fields([
      ['Account', accountText(containment.accountId, namesOf(card))],
      ['Asked by', `${mentions(askedBy(containment))}, ${moment(containment.createdAt)}`],
    ]),
    section(reasonsText(containment)),
    ...eventBlocks(containment),
    ...aroundBlocks(card),
    ...(isDenied(containment) && !isOver(containment.state) ? [context(words(NOT_STOPPED))] : []),
  ];
}

function troubleText(containment: Containment): string {
  const { trouble, state } = containment;
  if (trouble === null) return '';
  const { why, next } = whyOf(trouble);
  if (isOutOfReach(containment)) {
    // Of what stands nobody tries again by itself.
    const mend = isAtRest(state) ? (trouble.next ?? '') : next;
    return `*Nobody can act on the user since ${moment(trouble.at)}.* ${brief(why, 900)} Until that is mended, Rekey can neither see whether key and deny still stand, nor take them back. ${brief(mend, 900)}\n*Close as it is* ends this without asking AWS, and changes nothing there.`;
  }
  const what = trouble.action === 'iam:ListAccessKeys' ? 'The user’s keys' : 'The user';
  return `*${what} cannot be read since ${moment(trouble.at)}.* ${brief(why, 900)} ${brief(next, 900)}`;
}

function standingBlocks({ containment, now }: ContainmentCard): KnownBlock[] {
  const { state, heldUntil, putBack, quarantine, dateDeny } = containment;
  const lines = [
    ...confirmedWords(containment, now).map((line) => words(line)),
    ...proofLines(containment),
    ...(state === 'holding' && heldUntil !== null
      ? [
          `Held until ${moment(heldUntil)}: the user is read again and again, and what somebody undoes is put back${putBack === 0 ? '' : ` (${counted(putBack, 'time')} so far that Rekey is sure of)`}.`,
        ]
      : []),
    ...(state === 'standing' && isDenied(containment) && !isOutOfReach(containment)
      ? ['Nobody looks any more: key and deny stay as they are until *Undo* or *Recover*.']
      : []),
    ...(dateDeny === null || isOver(state)
      ? []
      : [
          `Sessions issued before ${moment(dateDeny.issuedBefore)} are denied until ${moment(dateDeny.until)}.`,
        ]),
    ...(quarantine.length === 0
      ? []
      : [
          `AWS has put ${code(quarantine.join(', '))} on this user. Rekey leaves it there; follow AWS’s support case.`,
        ]),
  ];
  return lines.length === 0 ? [] : [section(cut(lines.join('\n'), 2_900))];
}

function reasonsText({ holders, left }: Containment): string {
  const lines = holders.slice(-SHOWN_REASONS).map((holder) => {
    const { accessKeyId, kind, reason, incidentId, phase, taken, again } = holder;
    const what = `${kind === 'stolen' ? 'Stolen or misused' : 'Planned'}: ${code(accessKeyId)}`;
    const why = reason === '' ? '' : `, ${brief(reason, 300)}`;
    const from = incidentId === null ? '' : ' (from its incident)';
    const back =
      phase === 'held' || taken === null
        ? ''
        : ` · ${phase === 'undone' ? 'taken back' : 'recovered'} by ${person(taken.by)} at ${moment(taken.at)}: ${brief(taken.reason, 300)}`;
    const renewed =
      again === undefined
        ? ''
        : ` · asked for again by ${askerText(again)} at ${moment(again.at)}${again.reason === '' ? '' : `: ${brief(again.reason, 300)}`}`;
    return `• ${what}${from}${why}${renewed}${back}`;
  });
  if (left !== undefined) {
    lines.push(`• Closed as it is by ${person(left.by)}, ${moment(left.at)}: ${brief(left.reason, 300)}`);
  }
  return cut(lines.join('\n'), 2_900);
}

function eventBlocks({ events, eventsMore }: Containment): KnownBlock[] {
  if (events.length === 0) return [];
  const shown = events.slice(-SHOWN_EVENTS);
  const more = events.length + eventsMore - shown.length;
  const lines = shown.map((event) => `• ${moment(event.at)} ${brief(eventWords(event), 350)}`);
  return [
    section(cut(lines.join('\n'), 2_900)),
    ...(more === 0 ? [] : [context(`${more} earlier: see the thread.`)]),
  ];
}

/** One thing that happened, for the thread. */
export function containmentLine(line: ContainmentLine, containment: Containment): Message {
  if (line.kind === 'made') return drillMarked(containment, madeMessage(line));
  if (line.kind === 'roles') return drillMarked(containment, rolesMessage(line.roles, containment));
  if (line.kind === 'revocation') return drillMarked(containment, revocationMessage(line, containment));
  const said = lineText(line, containment);
  const mark = drillMark(containment);
  return { text: `${mark}${said.plain}`, blocks: [section(cut(`${mark}${said.marked}`, 2_900))] };
}

function lineText(
  line: Exclude<ContainmentLine, { kind: 'made' | 'roles' | 'revocation' }>,
  containment: Containment,
): { readonly plain: string; readonly marked: string } {
  switch (line.kind) {
    case 'event': {
      const said = eventWords(line.event);
      return { plain: escape(cut(said, 300)), marked: `${moment(line.event.at)} ${words(said)}` };
    }
    case 'joined':
    case 'again':
    case 'undone':
    case 'recovered': {
      const did = {
        joined: 'contained the user for this, too',
        again: 'asked for it again: all of it is done and read back anew',
        undone: 'took this back',
        recovered: 'recovers the user',
      }[line.kind];
      const who = askerText(line);
      const why = line.reason === '' ? '' : `: ${brief(line.reason, 500)}`;
      return {
        plain: escape(`${line.accessKeyId}: ${did}`),
        marked: `${moment(line.at)} ${who} ${did} (${code(line.accessKeyId)})${why}`,
      };
    }
    case 'in_earnest':
      return {
        plain: 'No drill any more: contained in earnest',
        marked: `${moment(line.at)} *This is no drill any more:* the user was contained in earnest. A message of its own tells how it stands.`,
      };
    case 'stopped':
      return {
        plain: 'Not held any more',
        marked: `${moment(line.at)} ${person(line.by)} stopped the hold.`,
      };
    case 'confirmed': {
      const after =
        line.afterMs === null
          ? ''
          : ` That was ${Math.max(1, Math.round(line.afterMs / 1_000))} s after it was sent.`;
      const said = confirmedWords(containment, line.at).join(' ');
      return { plain: escape(cut(said, 300)), marked: `${moment(line.at)} ${words(said)}${after}` };
    }
    case 'over': {
      const said = standingWords(containment, containment.updatedAt);
      const { left } = containment;
      const by = left === undefined ? '' : ` By ${person(left.by)}: ${brief(left.reason, 500)}`;
      return { plain: escape(said), marked: `${moment(containment.stateAt)} *${words(said)}.*${by}` };
    }
    case 'not_done': {
      const { what, why, next } = notDoneWords(line.containment, line.containment.updatedAt);
      const by = lastAsked(line.containment)?.by ?? null;
      const who = by === null ? '' : `${person(by)} `;
      return {
        plain: escape(cut(what, 300)),
        marked: `${who}*${words(what)}.* ${brief(why, 900)}\n${brief(next, 900)}`,
      };
    }
    case 'accepted': {
      const { proof } = line.containment;
      return {
        plain: 'AWS accepted calls after the containment',
        marked: `*Not shut off:* ${proof === null ? '' : proofText(proof)}`,
      };
    }
  }
}

function askerText({ by, hostUser }: Pick<ContainmentHolder, 'by' | 'hostUser'>): string {
  return by === null ? words(hostUser ?? 'Somebody on the host') : person(by);
}

/** A line about it for the incident's own message. */
export function containmentSummary(containment: Containment, now: number): string {
  const failed = failuresOf(containment, now)[0];
  const trouble = failed === undefined ? '' : ` ${words(failed.what)}.`;
  return `*${words(standingWords(containment, now))}*${trouble} ${words(confirmedWords(containment, now)[0] ?? '')}`.trim();
}

function whoseWords({ userName, accessKeyId }: Containment): string {
  return userName === null ? accessKeyId : `${accessKeyId} of ${cut(userName, 64)}`;
}

export function whoseText({ userName, keys, accessKeyId }: Containment): string {
  const ids = keys.length === 0 ? [accessKeyId] : keys.map((key) => key.accessKeyId);
  const user = userName === null ? '' : `${brief(userName, 90)} · `;
  return `${user}${ids.map(code).join(', ')}`;
}

function namesOf({ containment, accountName }: ContainmentCard): ReadonlyMap<string, string> {
  return new Map(accountName === containment.accountId ? [] : [[containment.accountId, accountName]]);
}
