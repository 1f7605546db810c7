import type { KnownBlock, ModalView } from '@slack/types';
import { stateName } from '../../src/domain/rotation-words.ts';
import { isFinal, type JournalEntry, type Rotation } from '../../src/domain/rotation.ts';
import { counted } from '../../src/domain/time-words.ts';
import { SHOWN_LINES, type RotationLook } from '../../src/handlers/rotations/look.ts';
import { actions, context, divider, fields, header, section } from '../../src/slack/blocks/elements.ts';
import {
  brief,
  code,
  cut,
  mentions,
  moment,
  packedLines,
  person,
  plain,
  wholeLines,
} from '../../src/slack/blocks/mrkdwn.ts';
import {
  actLabel,
  ACT_STYLES,
  ROTATION_SNIPPETS,
  rotationActionId,
  rotationButton,
} from '../../src/slack/blocks/rotation-buttons.ts';
import {
  blockBlocks,
  factsOf,
  hasSnippets,
  stateBlocks,
  windowsText,
} from '../../src/slack/blocks/rotation-card.ts';
import { placesText } from '../../src/slack/blocks/rotation-places.ts';
import { NEVER_SEEN, useText } from '../../src/slack/blocks/rotation-use.ts';

const SHOWN_USERS = 20;
const ROOM = 2_900;
/** Sections of the journal; more would be a book. */
const JOURNAL_SECTIONS = 12;

/** One rotation in full; `said`: what the last button did, in mrkdwn, or null. */
export function rotationView(look: RotationLook, said: string | null): ModalView {
  const { card } = look;
  const { rotation } = card;
  return {
    type: 'modal',
    title: plain('Rotation', 24),
    close: plain('Close', 24),
    blocks: [
      ...(said === null ? [] : [section(cut(said, 1_000)), divider()]),
      section(`*${brief(rotation.snapshot.userName, 90)}* · ${code(rotation.oldKeyId)}`),
      ...stateBlocks(card),
      ...blockBlocks(rotation),
      ...actBlocks(look),
      fields(factsOf(card)),
      context(windowsText(rotation)),
      ...placeBlocks(look),
      ...useBlocks(look),
      ...orphanBlocks(rotation),
      ...wordBlocks(rotation),
      header('Journal'),
      ...journalBlocks(look),
      context(
        `Rotation ${code(rotation.id)} · begun ${moment(rotation.createdAt)}${rotation.endedAt === null ? '' : ` · ended ${moment(rotation.endedAt)}`} · user ${code(rotation.snapshot.userId)}`,
      ),
    ],
  };
}

/** What this person may do as buttons; what they may not, with why and who may. */
function actBlocks({ acts, card: { rotation } }: RotationLook): KnownBlock[] {
  const allowed = acts.filter(({ permission }) => permission.allowed);
  const buttons = [
    ...allowed.map(({ act }) =>
      rotationButton(actLabel(act, rotation), rotationActionId(act), rotation, ACT_STYLES[act]),
    ),
    ...(hasSnippets(rotation) ? [rotationButton('Snippets', ROTATION_SNIPPETS, rotation)] : []),
  ];
  const refused = acts.flatMap(({ act, permission }) =>
    permission.allowed ? [] : [`${actLabel(act, rotation).replace('…', '')}: ${mentions(permission.why)}`],
  );
  return [
    ...(buttons.length === 0 ? [] : [actions('rotation.view_actions', buttons)]),
    ...(refused.length === 0 ? [] : [context(wholeLines(['Not yours to do:', ...refused], ROOM).join('\n'))]),
  ];
}

function placeBlocks({ card }: RotationLook): KnownBlock[] {
  const { deliveries } = card.rotation;
  return deliveries.length === 0
    ? []
    : [section(`*Destinations*\n${placesText(deliveries, card.destinationNames)}`)];
}

function useBlocks({ card: { rotation, oldUse, newUse } }: RotationLook): KnownBlock[] {
  if (rotation.cutoverAt === null) return [];
  const since = `since ${moment(rotation.cutoverAt)}`;
  return [
    section(
      `*Who used the old key ${since}*\n${oldUse === null ? 'Not looked at yet.' : useText(oldUse, SHOWN_USERS)}`,
    ),
    section(
      `*Who uses the new key*\n${newUse === null ? 'Not looked at yet.' : useText(newUse, SHOWN_USERS)}`,
    ),
    context(NEVER_SEEN),
  ];
}

function orphanBlocks({ orphans }: Rotation): KnownBlock[] {
  if (orphans.length === 0) return [];
  const known = { response: 'AWS’s answer', cloudtrail: 'CloudTrail', person: 'a person’s word' };
  const lines = orphans.map(({ accessKeyId, knownBy, inactiveAt, deletedAt }) => {
    const now =
      deletedAt !== null
        ? `deleted ${moment(deletedAt)}`
        : inactiveAt !== null
          ? `Inactive since ${moment(inactiveAt)}`
          : 'to be made Inactive';
    return `• ${code(accessKeyId)}: ${now}; known to be Rekey’s by ${known[knownBy]}`;
  });
  return [section(wholeLines(['*Keys of Rekey that nobody uses*', ...lines], ROOM).join('\n'))];
}

/** What people said: approvals, and the wait that holds it. */
function wordBlocks({ approvals, wait }: Rotation): KnownBlock[] {
  const lines = [
    ...approvals.map(
      ({ what, by, at }) =>
        `• ${person(by)} ${what === 'delete' ? 'approved the deletion' : 'let the old key be deactivated'} ${moment(at)}`,
    ),
    ...(wait === null
      ? []
      : [
          `• ${person(wait.by)} said *wait* ${moment(wait.at)} until ${moment(wait.until)}: ${brief(wait.reason, 300)}`,
        ]),
  ];
  return lines.length === 0 ? [] : [section(wholeLines(['*What people said*', ...lines], ROOM).join('\n'))];
}

function journalBlocks({ journal, card }: RotationLook): KnownBlock[] {
  const { rotation } = card;
  if (journal.length === 0) {
    return [section(isFinal(rotation.state) ? 'Nothing was done.' : 'Nothing was done yet.')];
  }
  const lines = journal.map((entry) => journalLine(entry, card.destinationNames));
  const texts = packedLines(lines, ROOM);
  // What happened last is what it waits for now.
  const shown = texts.slice(-JOURNAL_SECTIONS);
  return [
    ...(journal.length === SHOWN_LINES || shown.length < texts.length
      ? [
          context(
            `The newest ${counted(SHOWN_LINES, 'line')} at the most; earlier ones are in the audit log.`,
          ),
        ]
      : []),
    ...shown.map((text) => section(text)),
  ];
}

const OUTCOMES = { done: 'done', refused: 'refused', failed: 'failed', unknown: 'outcome unknown' } as const;

function journalLine(
  { at, state, phase, step, outcome, detail }: JournalEntry,
  names: ReadonlyMap<string, string>,
): string {
  if (step === 'rotation.move') return `${moment(at)} · *${stateName(state)}*`;
  const facts = Object.entries(detail).flatMap(([name, value]) => {
    if (value === null || value === '') return [];
    return name === 'destinationId'
      ? [names.get(String(value)) ?? String(value)]
      : [`${name} ${String(value)}`];
  });
  const what = phase === 'before' ? 'about to' : OUTCOMES[outcome ?? 'done'];
  const more = facts.length === 0 ? '' : ` (${brief(facts.join(', '), 300)})`;
  return `${moment(at)} · ${what}: ${code(step)}${more}`;
}
