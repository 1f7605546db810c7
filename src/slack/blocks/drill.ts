import type { KnownBlock } from '@slack/types';
import { drillStanding, drillSteps, isOpenDrill, type Drill, type DrillCard } from '../../domain/drill.ts';
import { counted } from '../../domain/time-words.ts';
import type { Message } from '../../ports/slack.ts';
import { actions, button, confirm, context, fields, header, section } from './elements.ts';
import { accountText, KEY_DEACTIVATE, ownerText } from './keys.ts';
import { brief, code, cut, escape, moment, person, words } from './mrkdwn.ts';

/** Each carries the id of a drill. */
export const DRILL_STOP = 'drill.stop';
export const DRILL_GIVE_BACK = 'drill.give_back';

/** Stands before everything a drill says. */
export const DRILL_MARK = 'DRILL';

/** The alert of a drill: like an incident's, and marked in every line that a person reads first. */
export function drillMessage(card: DrillCard): Message {
  const { drill, ownership, accountName } = card;
  const { accessKeyId, accountId, userName, startedBy, raisedAt, endsAt } = drill;
  const names = new Map(accountName === accountId ? [] : [[accountId, accountName]]);
  return {
    text: escape(cut(`${DRILL_MARK}: pretend that ${accessKeyId} of ${cut(userName, 64)} was stolen`, 300)),
    blocks: [
      header(`${DRILL_MARK} · a rehearsal, nothing happened`),
      section(
        `Pretend that ${code(accessKeyId)} of *${brief(userName, 90)}* was stolen: *shut it off* as you would in earnest. It is a decoy, with nothing behind it; what Rekey does to it is real.`,
      ),
      fields([
        ['Account', accountText(accountId, names)],
        ['Owner', ownership === null ? 'not worked out' : ownerText(ownership)],
        ['Started by', `${person(startedBy)}, ${moment(raisedAt)}`],
        ['Ends by itself', moment(endsAt)],
      ]),
      section(`*${DRILL_MARK}:* ${words(drillStanding(drill))}.`),
      ...buttons(drill),
      context('Drills are not incidents: nothing of this is counted, learned or expected.'),
    ],
  };
}

function buttons({ id, state, accessKeyId, userName }: Drill): KnownBlock[] {
  if (state === 'raised') {
    return [
      actions('drill.actions', [
        button('Deactivate', KEY_DEACTIVATE, {
          value: accessKeyId,
          style: 'danger',
          about: `Drill: deactivate ${accessKeyId} of ${cut(userName, 30)}`,
        }),
        button('Stop the drill', DRILL_STOP, { value: id, about: 'Stop the drill' }),
      ]),
    ];
  }
  return state === 'reported' ? [actions('drill.actions', [giveBack(id, accessKeyId)])] : [];
}

function giveBack(id: string, accessKeyId: string): ReturnType<typeof button> {
  return button('Undo: give the key back', DRILL_GIVE_BACK, {
    value: id,
    style: 'primary',
    about: `Drill: undo the containment of ${accessKeyId}`,
  });
}

/** What it took, or that nobody acted, or that the decoy is still off. */
export function drillReport({ drill }: DrillCard): Message {
  const { id, state, accessKeyId, containedBy, trouble, raisedAt, endsAt, paged, stoppedBy } = drill;
  const mark = `*${DRILL_MARK}*`;
  const said = (text: string, ...more: readonly KnownBlock[]): Message => ({
    text: escape(`${DRILL_MARK}: ${drillStanding(drill)}`),
    blocks: [section(cut(text, 2_900)), ...more],
  });
  switch (state) {
    case 'unanswered':
      return said(
        `${mark} ended by itself: *nobody acted within ${counted(Math.round((endsAt - raisedAt) / 60_000), 'minute')}*${paged ? ', though a test page was sent' : ''}. Who was to see it, and would a real alert have reached them?`,
      );
    case 'stopped':
      return said(`${mark} stopped by ${stoppedBy === null ? 'an admin' : person(stoppedBy)}.`);
    case 'overtaken':
      return said(
        `${mark} ended: *something real happened to ${code(accessKeyId)}*. What is told of it in this channel by now is no drill.`,
      );
    case 'over':
      return said(`${mark} over: the decoy works again.`);
    case 'recovered':
      return said(
        `${mark} ended: *the decoy was recovered, as after a true alarm*. Its key ${code(accessKeyId)} stays Inactive; *Undo* on the message of its containment gives it back, if that was a mistake.`,
      );
    case 'raised':
    case 'contained':
    case 'reported': {
      const who = containedBy === null ? 'Somebody on the host' : person(containedBy);
      const steps = drillSteps(drill).map((line) => `• ${words(line)}`);
      const missing = trouble === null ? '' : `\n*Not confirmed:* ${brief(trouble, 600)}`;
      const reminder = drill.remindedAt === null ? '' : `\n*The decoy is still shut off.*`;
      return said(
        `${mark}, the times. ${who} shut the decoy off.\n${steps.join('\n')}${missing}${reminder}`,
        ...(isOpenDrill(drill) && drill.containmentId !== null
          ? [actions('drill.report', [giveBack(id, accessKeyId)])]
          : []),
      );
    }
  }
}

/** The part of the settings about drills: the last one, and how to start one. */
export const DRILL_OPEN = 'drill.open';

export function drillBlocks(drill: Drill | null): KnownBlock[] {
  const last =
    drill === null
      ? 'Rehearse with on-call how a stolen key is shut off: an alert about a decoy, marked as a drill, with the times it took.'
      : `The last one, ${moment(drill.raisedAt)} by ${person(drill.startedBy)} with ${code(drill.accessKeyId)}: ${words(drillStanding(drill))}.`;
  return [header('Drill'), section(last), settingsButtons(drill)];
}

function settingsButtons(drill: Drill | null): KnownBlock {
  if (drill === null || !isOpenDrill(drill)) {
    return actions('settings.drill', [button('Start a drill', DRILL_OPEN)]);
  }
  if (drill.state === 'raised') {
    return actions('settings.drill', [
      button('Stop the drill', DRILL_STOP, {
        value: drill.id,
        confirm: confirm('Stop the drill?', 'Its message says so.', 'Stop', false),
      }),
    ]);
  }
  return drill.state === 'reported'
    ? actions('settings.drill', [giveBack(drill.id, drill.accessKeyId)])
    : context('It goes on; its message says how it stands.');
}
