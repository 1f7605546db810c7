import { RekeyError } from '../src/errors.ts';
import type { Message } from '../src/ports/slack.ts';
import type { Log } from '../src/ports/world.ts';
import { section } from '../src/slack/blocks/elements.ts';
import { escape } from '../src/slack/blocks/mrkdwn.ts';

/** An error in words: as a message, and bare for a place that shows no markup. */
export interface Refusal extends Message {
  /** Null when it names people or channels, which would show as their ids there. */
  readonly bare: string | null;
}

/** The one place where an error becomes words. Anything but a RekeyError is a reference number, and a log line. */
export function refusalOf(error: unknown, reference: string, log: Log): Refusal {
  const bare = wordsOf(error, reference, log);
  const text = marked(bare);
  return { text, blocks: [section(text)], bare: MENTION.test(bare) ? null : bare };
}

/** The same as one text of mrkdwn. */
export function refusalText(error: unknown, reference: string, log: Log): string {
  return marked(wordsOf(error, reference, log));
}

const MENTION = /<(?:@[UW]|#[CG])[A-Z0-9]+>/;

/** RekeyErrors may name people, channels and code; whatever else looks like markup came from outside. */
function marked(text: string): string {
  return escape(text).replace(/&lt;((?:@[UW]|#[CG])[A-Z0-9]+)&gt;/g, '<$1>');
}

function wordsOf(error: unknown, reference: string, log: Log): string {
  if (error instanceof RekeyError && error.code !== 'internal') {
    if (error.cause !== undefined) log.info('refused', { code: error.code, error });
    return error.next === undefined ? error.message : `${error.message} ${error.next}`;
  }
  log.error('unexpected error', { reference, error });
  const known = error instanceof RekeyError ? `${error.message} ${error.next ?? ''} ` : '';
  return `${known}Something broke on our side. Please try again; if it stays, tell an admin the reference \`${reference}\`.`;
}
