import type { Message } from '../../ports/slack.ts';
import { context, section } from './elements.ts';
import { brief, code, cut, escape } from './mrkdwn.ts';

/** That a schedule would have replaced a key, and what AWS said spared it; told once for each reason. */
export function sparedMessage({
  accessKeyId,
  userName,
  why,
}: {
  readonly accessKeyId: string;
  readonly userName: string;
  readonly why: string;
}): Message {
  return {
    text: escape(cut(`Not rotated by schedule: ${accessKeyId} of ${userName}. ${why}`, 300)),
    blocks: [
      section(
        `*Not rotated by schedule:* ${code(accessKeyId)} of ${brief(userName, 90)}\n${brief(why, 1_500)}`,
      ),
      context('It is tried again tomorrow. `/aws-rotate` rotates it when somebody has seen to that.'),
    ],
  };
}
