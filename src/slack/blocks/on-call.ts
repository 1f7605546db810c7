import type { OnCallRef } from '../../domain/on-call.ts';
import type { Unreached } from '../../domain/owner.ts';
import type { Message } from '../../ports/slack.ts';
import { section } from './elements.ts';
import { MESSAGE } from './limits.ts';
import { brief, group, person, wholeLines } from './mrkdwn.ts';

const SHOWN_PEOPLE = 20;
/** Characters of who was not reached, and why. */
const UNREACHED_ROOM = 1_500;

export function onCallText({ kind, id }: OnCallRef): string {
  return kind === 'group' ? group(id) : person(id);
}

/** The message with a line on top that mentions them. Slack tells people of a mention in a new message, not of an edit. */
export function calling(message: Message, mentioned: readonly OnCallRef[]): Message {
  if (mentioned.length === 0 || message.blocks.length === 0) return message;
  const line = section(mentioned.map(onCallText).join(' '));
  return { text: message.text, blocks: [line, ...message.blocks.slice(0, MESSAGE.blocks - 1)] };
}

/** These people by name; of very many the first. */
export function peopleText(people: readonly string[]): string {
  const more = people.length - SHOWN_PEOPLE;
  const shown = people.slice(0, SHOWN_PEOPLE).map((userId) => person(userId));
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

/** Whom no message reaches, each with why. */
export function unreachedText(out: readonly Unreached[]): string {
  const each = out.map(({ owner, why }) => {
    const name = owner === null ? '' : owner.kind === 'user' ? person(owner.userId) : group(owner.groupId);
    return `${name} ${brief(why, 400)}`.trim();
  });
  const shown = wholeLines(each, UNREACHED_ROOM);
  const more = each.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join('; ');
}
