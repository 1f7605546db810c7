import type { KnownBlock } from '@slack/types';
import type { KeptIncident } from '../../domain/incident.ts';
import { SILENCE_MS, type OwnerAnswer, type SeenFinding } from '../../domain/owner-question.ts';
import { spanWords } from '../../domain/time-words.ts';
import type { OwnerAsk, OwnerAskEnd, OwnerLine } from '../../ports/people-presenter.ts';
import type { Message } from '../../ports/slack.ts';
import { actions, button, context, section } from './elements.ts';
import {
  INCIDENT_CLOSE,
  INCIDENT_DEACTIVATE,
  INCIDENT_DETAILS,
  INCIDENT_EXPECT,
  verdictWords,
  whoseText,
} from './incident.ts';
import { brief, code, cut, escape, moment, person } from './mrkdwn.ts';
import { peopleText, unreachedText } from './on-call.ts';

/** Each carries the id of an incident and nothing else. */
export const OWNER_IT_WAS_ME = 'owner.it_was_me';
export const OWNER_IT_WAS_NOT_ME = 'owner.it_was_not_me';

/** Asks an owner in private. */
export function ownerQuestion(ask: OwnerAsk): Message {
  const { incident, until } = ask;
  const value = incident.id;
  return {
    text: escape(cut(`Was this you? ${incident.subject}`, 300)),
    blocks: [
      section(`*Was this you?* ${aboutText(ask)}`),
      ...findingBlocks(ask),
      actions('owner.question', [
        button('It was me', OWNER_IT_WAS_ME, { value, about: `It was me with ${incident.subject}` }),
        button('It was not me', OWNER_IT_WAS_NOT_ME, {
          value,
          style: 'danger',
          about: `It was not me with ${incident.subject}`,
        }),
      ]),
      context(
        `You are asked because you own this key. Your answer and its reason go into the incident’s thread; that nobody answers is told there at ${moment(until)}. If you are not sure, say that it was not you: everything that follows can be taken back.`,
      ),
    ],
  };
}

/** What stands in its place when no answer is waited for. */
export function ownerQuestionOver(ask: OwnerAsk, end: OwnerAskEnd): Message {
  const said = endText(ask.incident, end);
  return {
    text: escape(cut(`Answered: ${ask.incident.subject}`, 300)),
    blocks: [
      section(`${said}\n${aboutText(ask)}`),
      ...findingBlocks(ask),
      ...(end.kind === 'closed' ? [] : otherAnswer(ask.incident, end.answer)),
    ],
  };
}

/** People remember: what was said in haste may be put right. */
function otherAnswer({ id: value, subject }: KeptIncident, answer: OwnerAnswer): KnownBlock[] {
  const other =
    answer === 'me'
      ? button('It was not me', OWNER_IT_WAS_NOT_ME, { value, about: `It was not me with ${subject}` })
      : button('It was me', OWNER_IT_WAS_ME, { value, about: `It was me with ${subject}` });
  return [context('If that was wrong:'), actions('owner.question', [other])];
}

function endText({ closed }: KeptIncident, end: OwnerAskEnd): string {
  if (end.kind === 'closed') {
    const by = closed === null || closed.by === 'rekey' ? 'Rekey' : person(closed.by);
    const as = closed === null ? '' : ` as ${verdictWords(closed.verdict)}`;
    return `*No answer is needed any more:* the incident was closed${as} by ${by}.`;
  }
  const why = end.reason === '' ? '' : `: ${brief(end.reason, 600)}`;
  const next =
    end.answer === 'me'
      ? 'A responder decides whether that ends the incident.'
      : 'Responders and on-call are told, and can shut the key off now. Do not delete anything: it is evidence.';
  return `*You said at ${moment(end.at)} that it was ${end.answer === 'me' ? 'you' : 'not you'}*${why}. ${next}`;
}

function aboutText({ incident, accountName }: OwnerAsk): string {
  const account = accountName === incident.accountId ? '' : ` (${brief(accountName, 90)})`;
  return `${whoseText(incident)}${account}`;
}

function findingBlocks({ findings, incident }: OwnerAsk): KnownBlock[] {
  const lines = findings.map(findingText);
  const more = incident.count - findings.length;
  return [
    ...lines.map((line) => section(cut(line, 2_900))),
    ...(more > 0 ? [context(`${more} more findings: the worst are shown.`)] : []),
  ];
}

function findingText({ at, title, action, address, place, agent, region }: SeenFinding): string {
  const known = [place?.operator, place?.country].flatMap((part) => part ?? []);
  const where = known.length === 0 ? '' : ` (${brief(known.join(', '), 100)})`;
  return [
    `*${brief(title, 200)}*`,
    `Time: ${at === null ? 'unknown' : moment(at)}`,
    `Action: ${code(cut(action, 160))}`,
    `Network: ${address === null ? 'unknown' : `${code(address)}${where}`}`,
    `Program: ${agent === null ? 'unknown' : code(cut(agent, 160))}`,
    `Region: ${region === null ? 'unknown' : code(region)}`,
  ].join('\n');
}

/** What is said of it in the incident's thread. */
export function ownerLine(incident: KeptIncident, line: OwnerLine): Message {
  switch (line.kind) {
    case 'asked':
      return askedLine(line);
    case 'answered':
      return line.answer === 'me' ? wasThem(incident, line) : wasNotThem(incident, line);
    case 'silent':
      return silentLine(incident, line);
  }
}

function askedLine({ people, out, until }: Extract<OwnerLine, { kind: 'asked' }>): Message {
  const asked =
    people.length === 0
      ? '*No owner was asked whether it was them.*'
      : `Asked ${peopleText(people)} in private whether it was them. If nobody answers by ${moment(until)}, that is told here.`;
  const not =
    out.length === 0 ? '' : `\n${people.length === 0 ? 'Why' : 'Not asked'}: ${unreachedText(out)}.`;
  return {
    text: people.length === 0 ? 'No owner was asked' : 'The owner was asked whether it was them',
    blocks: [section(`${asked}${not}`)],
  };
}

function wasThem(
  incident: KeptIncident,
  { by, reason, at, mayDecide }: Extract<OwnerLine, { kind: 'answered' }>,
): Message {
  return {
    text: 'The owner says that it was them',
    blocks: [
      section(`${moment(at)} *${person(by)} says that it was them*: ${brief(reason, 600)}`),
      context(
        `It is their word from Slack, and no proof: whoever has their laptop has their Slack, too. This closes nothing: a responder does${mayDecide ? ' (rather another one than they themselves)' : ''}, as expected with *This is us*, or with *Close*.`,
      ),
      actionsFor(incident, ['expect', 'close', 'details']),
    ],
  };
}

function wasNotThem(
  incident: KeptIncident,
  { by, reason, at }: Extract<OwnerLine, { kind: 'answered' }>,
): Message {
  const why = reason === '' ? '.' : `: ${brief(reason, 600)}`;
  return {
    text: escape(cut(`The owner says that it was NOT them: ${incident.subject}`, 300)),
    blocks: [
      section(`${moment(at)} *${person(by)} says that it was NOT them*${why}`),
      section('Treat the key as stolen. *Deactivate* shuts it off within seconds; responders may.'),
      actionsFor(incident, ['deactivate', 'details']),
    ],
  };
}

function silentLine(
  incident: KeptIncident,
  { people, since }: Extract<OwnerLine, { kind: 'silent' }>,
): Message {
  return {
    text: escape(cut(`No answer from the owner for ${spanWords(SILENCE_MS)}: ${incident.subject}`, 300)),
    blocks: [
      section(
        `*No answer for ${spanWords(SILENCE_MS)}:* ${peopleText(people)} did not say whether it was them, asked at ${moment(since)}. Decide without them: ${whoseText(incident)}.`,
      ),
      actionsFor(incident, ['deactivate', 'expect', 'close', 'details']),
    ],
  };
}

type Offered = 'deactivate' | 'expect' | 'close' | 'details';

function actionsFor({ id: value, subject }: KeptIncident, offered: readonly Offered[]): KnownBlock {
  const all = {
    deactivate: button('Deactivate', INCIDENT_DEACTIVATE, {
      value,
      style: 'danger',
      about: `Deactivate ${subject}`,
    }),
    expect: button('This is us', INCIDENT_EXPECT, { value, about: `Expect this of ${subject}` }),
    close: button('Close', INCIDENT_CLOSE, { value, about: `Close the incident of ${subject}` }),
    details: button('Details', INCIDENT_DETAILS, { value, about: `Details of ${subject}` }),
  };
  return actions(
    'owner.actions',
    offered.map((each) => all[each]),
  );
}
