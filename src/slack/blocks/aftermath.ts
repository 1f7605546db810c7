import type { KnownBlock } from '@slack/types';
import { nextSteps } from '../../domain/aftermath.ts';
import { recoverableOf } from '../../domain/containment-acts.ts';
import type { ContainmentCard } from '../../domain/containment-card.ts';
import { isDenied, isGone, type Containment } from '../../domain/containment.ts';
import { isOverAsGone } from '../../domain/containment-unread.ts';
import type { Unreached } from '../../domain/owner.ts';
import type { BrokenLine } from '../../ports/people-presenter.ts';
import type { Message } from '../../ports/slack.ts';
import { CONTAINMENT_DETAILS, takeBackButtons } from './containment-buttons.ts';
import { whoseText } from './containment.ts';
import { drillMarked } from './drill-mark.ts';
import { actions, button, context, section } from './elements.ts';
import { accountText } from './keys.ts';
import { brief, code, cut, escape, moment, person, words } from './mrkdwn.ts';
import { peopleText, unreachedText } from './on-call.ts';

/** Each carries the id of a containment and nothing else. */
export const CONTAINMENT_WELL = 'containment.well';
export const CONTAINMENT_BROKE = 'containment.broke';

/** To an owner when IAM confirmed it: why what uses the key fails now, and what comes next. */
export function keyShutOff(card: ContainmentCard, accessKeyIds: readonly string[]): Message {
  const { containment } = card;
  const denied = isDenied(containment);
  return drillMarked(containment, {
    text: escape(
      cut(`Your access key was ${denied ? 'shut off' : 'deactivated'}: ${accessKeyIds[0] ?? ''}`, 300),
    ),
    blocks: [
      section(
        `*Your access key ${keysText(accessKeyIds)} was ${denied ? 'shut off' : 'deactivated'}* by ${byText(containment)}. ${userText(card)}`,
      ),
      section(reasonsFor(containment, accessKeyIds)),
      section(
        denied
          ? 'The key is Inactive, and its user is denied everything, its other keys, its console and sessions made from it included. What uses them fails now.'
          : 'The key is Inactive: what uses it fails now. Sessions made with it go on for up to 36 hours.',
      ),
      stepsBlock(card),
      context(
        'In ten minutes you are asked whether anything broke. Responders can take this back at any time: say so in the incident’s thread, or ask an admin.',
      ),
    ],
  });
}

/** To an owner who was told that it was off. */
export function keyTakenBack(card: ContainmentCard, accessKeyIds: readonly string[]): Message {
  const { containment } = card;
  const undone = containment.state === 'undone';
  const gone = isOverAsGone(containment);
  const said = undone
    ? isGone(containment)
      ? 'is not to be found in AWS any more, nor is its user: that was taken back, and nothing could be given back'
      : 'is as it was before: that was taken back'
    : containment.left !== undefined
      ? 'is left as it is: Rekey cannot reach its account any more'
      : gone
        ? 'is gone from AWS, and what was shut off with it is over'
        : 'stays Inactive, and its user works again with other keys or its password: that was recovered';
  const lastTaken = containment.holders.findLast((holder) => holder.taken !== null)?.taken ?? null;
  const taken = containment.left ?? lastTaken;
  const by = taken === null ? '' : ` by ${person(taken.by)}: ${brief(taken.reason, 400)}`;
  return drillMarked(containment, {
    text: escape(cut(`${endOf(containment)}: ${accessKeyIds[0] ?? ''}`, 300)),
    blocks: [
      section(`*Your access key ${keysText(accessKeyIds)} ${said}*${by}. ${userText(card)}`),
      stepsBlock(card),
    ],
  });
}

function endOf(containment: Containment): string {
  if (containment.state === 'undone') return isGone(containment) ? 'Not found in AWS' : 'Works again';
  if (containment.left !== undefined) return 'Left as it is';
  return isOverAsGone(containment) ? 'Gone from AWS' : 'Recovered';
}

/** Ten minutes after IAM confirmed it. `out`: who was not asked in private; null: this is the private one. */
export function brokenQuestion(card: ContainmentCard, out: readonly Unreached[] | null): Message {
  const { containment } = card;
  const denied = isDenied(containment);
  return drillMarked(containment, {
    text: escape(cut(`Anything broken? ${containment.userName ?? containment.accessKeyId}`, 300)),
    blocks: [
      section(
        `*Anything broken?* ${whoseText(containment)} ${denied ? 'is contained' : 'is deactivated'} since ${moment(containment.confirmedAt ?? containment.stateAt)}, by ${byText(containment)}. What still uses it fails now, with ${denied ? '`AccessDenied` or `InvalidClientTokenId`' : '`InvalidClientTokenId`'}.`,
      ),
      ...(out === null || out.length === 0 ? [] : [context(`Not asked in private: ${unreachedText(out)}.`)]),
      actions('containment.question', [
        wellButton(containment),
        button('Something broke', CONTAINMENT_BROKE, {
          value: containment.id,
          style: 'danger',
          about: `Something broke: ${nameOf(containment)}`,
        }),
      ]),
      context(
        `*Something broke* tells whoever contained it, and changes nothing by itself: it is taken back by ${takeBackWords(containment)}, which responders may.`,
      ),
    ],
  });
}

/** The private question after this person answered. */
export function brokenAnswered(card: ContainmentCard, line: BrokenLine): Message {
  const { containment } = card;
  if (line.broken === null) {
    return drillMarked(containment, {
      text: 'You said that all is well',
      blocks: [
        section(`${whoseText(containment)}: you said at ${moment(line.at)} that all is well.`),
        context('If something turns up later:'),
        actions('containment.question', [
          button('Something broke', CONTAINMENT_BROKE, {
            value: containment.id,
            about: `Something broke: ${nameOf(containment)}`,
          }),
        ]),
      ],
    });
  }
  return drillMarked(containment, {
    text: 'You said that something broke',
    blocks: [
      section(
        `${whoseText(containment)}: you said at ${moment(line.at)} that something broke.${whatText(line)}`,
      ),
      section(`Told ${byText(containment)}. ${whoMay(containment, line.admins)}`),
      actions('containment.question', [wellButton(containment), ...waysOn(containment)]),
    ],
  });
}

/** For the thread. */
export function brokenLine({ containment }: ContainmentCard, line: BrokenLine): Message {
  const { by, at, broken, admins } = line;
  if (broken === null) {
    return drillMarked(containment, {
      text: 'All is well, says somebody whom it concerns',
      blocks: [section(`${moment(at)} ${person(by)} says that all is well.`)],
    });
  }
  const buttons = waysOn(containment);
  return drillMarked(containment, {
    text: escape(cut(`Something broke: ${nameOf(containment)}`, 300)),
    blocks: [
      section(
        `${moment(at)} *${person(by)} says that something broke* since ${whoseText(containment)} is off.${whatText(line)}\nContained by ${byText(containment)}. ${whoMay(containment, admins)}`,
      ),
      ...(buttons.length === 0 ? [] : [actions('containment.question', buttons)]),
    ],
  });
}

function stepsBlock({ containment, now }: ContainmentCard): KnownBlock {
  const steps = nextSteps(containment, now).map((step, at) => `${at + 1}. ${words(step)}`);
  return section(cut(`*What comes next*\n${steps.join('\n')}`, 2_900));
}

function reasonsFor({ holders }: Containment, accessKeyIds: readonly string[]): string {
  const lines = holders.flatMap(({ accessKeyId, phase, reason, incidentId }) => {
    if (phase !== 'held' || !accessKeyIds.includes(accessKeyId)) return [];
    const from = incidentId === null ? '' : ', after an incident of this key';
    return [`• ${code(accessKeyId)}: ${reason === '' ? 'no reason was typed' : brief(reason, 400)}${from}`];
  });
  return cut(`*Why*\n${lines.slice(0, 5).join('\n')}`, 2_900);
}

function wellButton(containment: Containment): ReturnType<typeof button> {
  return button('All is well', CONTAINMENT_WELL, {
    value: containment.id,
    about: `All is well: ${nameOf(containment)}`,
  });
}

function waysOn(containment: Containment): ReturnType<typeof button>[] {
  const about = `Details of ${nameOf(containment)}`;
  return [
    ...takeBackButtons(containment, nameOf(containment)),
    button('Details', CONTAINMENT_DETAILS, { value: containment.id, about }),
  ];
}

function takeBackWords(containment: Containment): string {
  return recoverableOf(containment).length === 0 ? '*Reactivate*' : '*Undo* or *Recover*';
}

function whoMay(containment: Containment, admins: readonly string[]): string {
  return `Responders may take it back by ${takeBackWords(containment)}; admins give that role: ${peopleText(admins)}.`;
}

function whatText({ broken }: BrokenLine): string {
  return broken === null || broken.what === '' ? '' : `\n> ${brief(broken.what, 600)}`;
}

/** Whoever asked for what holds still, each once. */
function byText({ holders }: Containment): string {
  const held = holders.filter(({ phase }) => phase === 'held');
  const all = (held.length === 0 ? holders : held).map(({ by, hostUser }) =>
    by === null ? `${brief(hostUser ?? 'somebody', 64)} on the host` : person(by),
  );
  const people = [...new Set(all)];
  const more = people.length - SHOWN_ASKERS;
  return [...people.slice(0, SHOWN_ASKERS), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

const SHOWN_ASKERS = 5;

function keysText(accessKeyIds: readonly string[]): string {
  return accessKeyIds.slice(0, 5).map(code).join(', ');
}

function userText({ containment, accountName }: ContainmentCard): string {
  const { userName, accountId } = containment;
  const names = new Map(accountName === accountId ? [] : [[accountId, accountName]]);
  const user = userName === null ? '' : `User ${brief(userName, 90)}, `;
  return `${user}account ${accountText(accountId, names)}.`;
}

function nameOf({ userName, accessKeyId }: Containment): string {
  return cut(userName ?? accessKeyId, 40);
}
