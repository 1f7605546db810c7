import { section } from '../src/slack/blocks/elements.ts';
import { RekeyError } from '../src/errors.ts';
import type { Message } from '../src/ports/slack.ts';
import type { Log } from '../src/ports/world.ts';

/** The one place where an error becomes words. Anything but a RekeyError is a reference number, and a log line. */
export function refusalOf(error: unknown, reference: string, log: Log): Message {
  const text = refusalText(error, reference, log);
  return { text, blocks: [section(text)] };
}

/** The same as one text, for a place that takes no blocks. RekeyError texts may hold mentions and channels. */
export function refusalText(error: unknown, reference: string, log: Log): string {
  if (error instanceof RekeyError && error.code !== 'internal') {
    if (error.cause !== undefined) log.info('refused', { code: error.code, error });
    return error.next === undefined ? error.message : `${error.message} ${error.next}`;
  }
  log.error('unexpected error', { reference, error });
  const known = error instanceof RekeyError ? `${error.message} ${error.next ?? ''} ` : '';
  return `${known}Something broke on our side. Please try again; if it stays, tell an admin the reference \`${reference}\`.`;
}
