import type { Exposure, LeakHalf, MessageEnd, SeenMessage } from '../src/domain/leak.ts';
import { authorNotTold, endMessage } from '../src/handlers/leaks/change.ts';
import { channelWatchStop } from '../src/handlers/leaks/channel-watch.ts';
import { joinHalves } from '../src/handlers/leaks/halves.ts';
import { reportLeak } from '../src/handlers/leaks/report.ts';
import { findHalf, findKeys, mayExposeKeys, mayHoldHalf } from '../src/leaks/find-keys.ts';
import { readMessageEvent, type Heard, type OurselvesInSlack } from '../src/leaks/read-event.ts';
import type { Entrance } from './command.ts';

/** Takes every account for ours, so that none is left out as an example. */
const EVERYBODY = { has: () => true };

/**
 * Takes one `message` event, which Slack has had its acknowledgement for. What gives nothing away costs a pass over its
 * text and leaves no trace. What a message says is looked at here and goes no further: handlers get places and key IDs.
 */
export function takeMessage(entrance: Entrance, us: OurselvesInSlack, body: unknown): void {
  const { services, background } = entrance;
  let work: ((correlationId: string) => Promise<void>) | null;
  try {
    const heard = readMessageEvent(body, us);
    work = heard === null ? null : workFor(entrance, heard);
  } catch {
    // Whatever went wrong, its words may quote the message.
    services.log.error('a message could not be read for keys; this is a defect');
    return;
  }
  if (work === null) return;
  const doing = work;
  const correlationId = services.ids.next();
  const log = services.log.with({ correlationId, kind: 'message' });
  background.run(() => services.log.within({ correlationId }, () => doing(correlationId)), log);
}

/** What is to be done, or null when the event is of no interest. */
function workFor(entrance: Entrance, heard: Heard): ((correlationId: string) => Promise<void>) | null {
  const { message } = heard;
  switch (heard.what) {
    case 'said':
      return exposes(heard.text) || holdsHalf(heard.text) ? tell(entrance, message, heard.text) : null;
    case 'changed':
      if (exposes(heard.text) || holdsSecret(heard.text)) return tell(entrance, message, heard.text);
      if (mayHaveExposed(heard.before)) return end(entrance, message, 'edited', heard.before);
      return holdsHalf(heard.text) ? tell(entrance, message, heard.text) : null;
    case 'deleted':
      // The key may have been edited out before: only the row knows.
      return end(entrance, message, 'deleted', heard.before);
  }
}

/** Something is given away, examples perhaps: which accounts are ours is not asked yet. */
function exposes(text: string): boolean {
  return mayExposeKeys(text) && isExposure(findKeys(text, EVERYBODY));
}

/** An ID or a secret, of which another message may hold the rest. */
function holdsHalf(text: string): boolean {
  const { ids, secret } = halfOf(text);
  return ids.length > 0 || secret;
}

function holdsSecret(text: string): boolean {
  return halfOf(text).secret;
}

function halfOf(text: string): LeakHalf {
  return mayHoldHalf(text) ? findHalf(text, EVERYBODY) : { ids: [], secret: false };
}

/** Where the event does not tell what was there, the row does; so it does of a secret whose ID stands elsewhere. */
function mayHaveExposed(before: string | null): boolean {
  return before === null || exposes(before) || holdsSecret(before);
}

function isExposure({ keys, secretAlone }: Exposure): boolean {
  return keys.length > 0 || secretAlone;
}

function tell(entrance: Entrance, message: SeenMessage, text: string) {
  const { services, desk } = entrance;
  return async (correlationId: string): Promise<void> => {
    if ((await channelWatchStop(services)) !== null) return;
    const connections = await services.stores.connections.list();
    const ours = new Set(connections.map(({ accountId }) => accountId));
    const alone = findKeys(text, ours);
    const joined = alone.keys.length > 0 ? null : await joinHalves(services, message, findHalf(text, ours));
    const { message: where, exposure } = joined ?? { message, exposure: alone };
    if (!isExposure(exposure)) return;
    const told = await reportLeak(services, where, exposure, correlationId);
    // Edited out before, and back.
    if (told === null) await endMessage(services, where, null, { gaveAway: true, correlationId });
    if (told === null || told.whisper === null) return;
    const { userId, message: words } = told.whisper;
    const isTold = await desk.whisper(where.channelId, userId, words, where.threadTs);
    if (!isTold) await authorNotTold(services, where, correlationId);
  };
}

function end(entrance: Entrance, message: SeenMessage, what: MessageEnd['what'], before: string | null) {
  const { services } = entrance;
  const gaveAway = before !== null && exposes(before);
  return async (correlationId: string): Promise<void> => {
    const at = services.clock.now();
    await endMessage(services, message, { what, at }, { gaveAway, correlationId });
  };
}
