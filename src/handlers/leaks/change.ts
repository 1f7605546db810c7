import type { MessageEnd, SeenMessage } from '../../domain/leak.ts';
import { isConflict } from '../../errors.ts';
import { editWrites, threadWrites, wakeOutbox } from '../alert.ts';
import { auditOutcome } from '../audit.ts';
import type { Services } from '../services.ts';
import { cardOfAlert } from './card.ts';
import { readLeak, writeLeak, type KeptLeak } from './kept-leak.ts';

const TRIES = 5;
/**
 * So many turns of one message are told in the thread of its alert; then the alert alone shows them. Whoever edits a
 * message without end must not bury what else the channel hears.
 */
const MOST_TURNS = 6;

/**
 * Marks the alerts of a message: it was deleted, or the keys were edited out of it (null: they are back). A message
 * nobody was told of yet is remembered as ended when it `gaveAway` keys, since its own event may still be on its way.
 */
export async function endMessage(
  services: Services,
  message: SeenMessage,
  end: MessageEnd | null,
  { gaveAway, correlationId }: { readonly gaveAway: boolean; readonly correlationId: string },
): Promise<void> {
  await change(services, message, correlationId, (leak) => {
    if (leak === null) return gaveAway && end?.what === 'deleted' ? blank(message, end) : null;
    const before = leak.end?.what ?? null;
    // Deleted is for good.
    if (before === 'deleted' || before === (end?.what ?? null)) return null;
    return { ...leak, end, turns: leak.turns + 1 };
  });
}

/** That the author could not be told after all. */
export async function authorNotTold(
  services: Services,
  message: SeenMessage,
  correlationId: string,
): Promise<void> {
  await change(services, message, correlationId, (leak) => (leak === null ? null : { ...leak, told: 'not' }));
}

function blank(message: SeenMessage, end: MessageEnd): KeptLeak {
  return { message, seenAt: end.at, keys: [], secretAlone: false, told: 'not', alerts: [], end, turns: 0 };
}

/** Changes the row, its alerts' messages, and says in their threads what became of the message. */
async function change(
  services: Services,
  message: SeenMessage,
  correlationId: string,
  changed: (leak: KeptLeak | null) => KeptLeak | null,
): Promise<void> {
  const { stores, presenter } = services;
  for (let tries = 1; ; tries += 1) {
    const before = await readLeak(services, message);
    const leak = before?.row ?? null;
    const next = changed(leak);
    if (next === null) return;
    const writes = [writeLeak(services, before, next)];
    for (const alert of next.alerts) {
      const card = await cardOfAlert(services, next, alert);
      const told = { noticeId: alert.noticeId, correlationId };
      if (!alert.again) writes.push(...(await editWrites(services, told, () => presenter.leakAlert(card))));
      const isTold = next.end?.what === 'deleted' || next.turns <= MOST_TURNS;
      if (next.end?.what !== leak?.end?.what && isTold) {
        writes.push(...(await threadWrites(services, told, [presenter.leakEnd(card)])));
      }
    }
    if (next.end !== null && next.end.what !== leak?.end?.what && next.alerts.length > 0) {
      const { channelId, ts } = next.message;
      const entityId = `${channelId}:${ts}`;
      const doer = { kind: 'rekey' } as const;
      const act = { doer, verb: `leak.${next.end.what}`, entityKind: 'message', entityId, correlationId };
      writes.push(auditOutcome(services, act, 'done'));
    }
    try {
      await stores.atomically(writes);
    } catch (error) {
      if (!isConflict(error) || tries === TRIES) throw error;
      continue;
    }
    await wakeOutbox(services);
    return;
  }
}
