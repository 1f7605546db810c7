import type { KnownBlock, ModalView } from '@slack/types';
import { holds, type Actor } from '../../src/domain/actor.ts';
import type { IncidentLook } from '../../src/domain/incident.ts';
import type { InventoryKey } from '../../src/domain/inventory.ts';
import { lastUseWords, statusName } from '../../src/domain/key-words.ts';
import { mayReadEvidence } from '../../src/handlers/evidence/may.ts';
import { evidenceButton } from '../../src/slack/blocks/evidence.ts';
import { actions, button, context, header, preformatted, section } from '../../src/slack/blocks/elements.ts';
import {
  INCIDENT_CLOSE,
  INCIDENT_DEACTIVATE,
  INCIDENT_EXPECT,
  incidentBlocks,
  signalLine,
  whoseText,
} from '../../src/slack/blocks/incident.ts';
import { consolePage, shellWord, updateLine } from '../../src/slack/blocks/key-by-hand.ts';
import { KEY_DEACTIVATE } from '../../src/slack/blocks/keys.ts';
import { brief, code, person, plain, wholeLines, words } from '../../src/slack/blocks/mrkdwn.ts';

/** Lines of one section, and how many sections the story takes at the most. */
const LINES = 8;
const SECTIONS = 12;
/** A user has two keys at the most; of several users there may be more. */
const SHOWN_KEYS = 6;

/** One incident in full. */
export function incidentView(look: IncidentLook, actor: Pick<Actor, 'roles'>): ModalView {
  const { incident, signals } = look;
  const value = incident.id;
  const buttons = [
    button('Deactivate', INCIDENT_DEACTIVATE, { value, style: 'danger' }),
    ...(mayReadEvidence(actor) ? [evidenceButton({ kind: 'incident', id: value }, incident.subject)] : []),
    ...(incident.closed === null && holds(actor.roles, 'responder')
      ? [button('This is us', INCIDENT_EXPECT, { value }), button('Close', INCIDENT_CLOSE, { value })]
      : []),
  ];
  return {
    type: 'modal',
    private_metadata: incident.id,
    title: plain('Incident', 24),
    close: plain('Close', 24),
    blocks: [
      ...incidentBlocks(look, ', below'),
      actions('incident.view_actions', buttons),
      header('All that was found, in order'),
      ...storyBlocks(look),
      ...(incident.count > signals.length
        ? [context(`The latest ${signals.length} of ${incident.count}.`)]
        : []),
    ],
  };
}

function storyBlocks({ signals, incident }: IncidentLook): KnownBlock[] {
  const lines = signals.map((signal) => `• ${signalLine(signal, incident.places)}`);
  const parts = Array.from({ length: Math.min(SECTIONS, Math.ceil(lines.length / LINES)) }, (_, at) =>
    wholeLines(lines.slice(at * LINES, (at + 1) * LINES), 2_950),
  );
  const shown = parts.flat().length;
  return [
    ...parts.filter((part) => part.length > 0).map((part) => section(part.join('\n'))),
    ...(shown < lines.length ? [context(`${lines.length - shown} more are not shown.`)] : []),
  ];
}

/** The keys of the users an incident without a key is about, for whoever may shut them off, or may not. */
export interface UserKeys {
  readonly keys: readonly InventoryKey[];
  readonly responds: boolean;
}

/** How to shut a key off by hand, for a role or for somebody who may not contain: nothing is changed here. */
export function deactivateByHand(
  look: IncidentLook,
  admins: readonly string[],
  ofUsers: UserKeys = { keys: [], responds: false },
): ModalView {
  const { incident, partition } = look;
  const { subject, userName } = incident;
  const isKey = subject.startsWith('AKIA');
  return {
    type: 'modal',
    title: plain('Deactivate by hand', 24),
    close: plain('Close', 24),
    blocks: [
      section(
        `${whoseText(incident)}\n${isKey ? `A responder shuts this key off with one click. Who gives that role: ${admins.map(person).join(', ')}.` : 'Rekey shuts off access keys, and this is none.'} ${ofUsers.keys.length > 0 ? 'It may have been one of these; with the role responder each is shut off with one click.' : 'These are the steps for a person with rights in AWS, the quickest first.'}`,
      ),
      ...userKeys(ofUsers),
      ...(isKey && userName !== null
        ? keySteps(look, userName)
        : [
            section(
              isKey
                ? 'The user of this key is not known. Find it first:'
                : 'This is a role or user whose key is not known. In the IAM console, open it and choose *Revoke sessions* for a role; for a user, make its keys Inactive.',
            ),
            ...(isKey
              ? [preformatted(`aws iam get-access-key-last-used --access-key-id ${shellWord(subject)}`)]
              : []),
          ]),
      context(
        `Whoever acts needs rights in the account (${partition}). Nothing here deletes anything: the lines to take it back are beside each step.`,
      ),
    ],
  };
}

/** Which of them it was is for a person to say, with what is known of each. */
function userKeys({ keys, responds }: UserKeys): KnownBlock[] {
  return keys.slice(0, SHOWN_KEYS).flatMap((key) => {
    const { accessKeyId, userName, status, lastUse } = key;
    const text = `${code(accessKeyId)} of *${brief(userName, 90)}*: ${words(statusName(status))}, ${brief(lastUseWords(lastUse), 240)}`;
    if (status !== 'Active') return [section(text)];
    return responds
      ? [
          section(
            text,
            button('Deactivate', KEY_DEACTIVATE, {
              value: accessKeyId,
              style: 'danger',
              about: `Deactivate ${accessKeyId} of ${userName}`,
            }),
          ),
        ]
      : [section(text), preformatted(updateLine(key, 'Inactive'))];
  });
}

function keySteps({ incident, partition }: IncidentLook, userName: string): KnownBlock[] {
  const key = { accessKeyId: incident.subject, userName };
  const page = consolePage(userName, partition);
  const where = page === null ? '' : `, on <${page}|the user’s page in the console>`;
  const deny = `--user-name=${shellWord(userName)} --policy-arn arn:${partition}:iam::aws:policy/AWSDenyAll`;
  return [
    section(`*1. Make the key Inactive*${where} or with the first line; the second takes it back.`),
    preformatted(`${updateLine(key, 'Inactive')}\n${updateLine(key, 'Active')}`),
    section(
      '*2. Deny the user everything.* Sessions made from the key outlive it, up to 36 hours. The second line takes it back.',
    ),
    preformatted(`aws iam attach-user-policy ${deny}\naws iam detach-user-policy ${deny}`),
    section(
      '*3. Look for what was left behind:* new keys, users, roles and policies since the incident began.',
    ),
  ];
}
