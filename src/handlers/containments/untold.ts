import type { Containment } from '../../domain/containment.ts';
import type { NoticePlace } from '../../domain/notice.ts';
import type { Write } from '../../ports/stores.ts';
import { allAdmins } from '../admins.ts';
import { alertWrites, wakeOutbox } from '../alert.ts';
import type { Services } from '../services.ts';
import { writeIfUnchanged } from '../write-if-unchanged.ts';
import type { Containing } from './containing.ts';
import { cardOf, placeFor } from './tell.ts';

const PREFIX = 'containment-untold:';

/** The write that remembers a containment nobody in Slack was told of, since the host knows no place for it. */
export function untoldWrite(
  { stores, clock }: Pick<Containing, 'stores' | 'clock'>,
  { id }: Pick<Containment, 'id'>,
): Write {
  return stores.settings.set(`${PREFIX}${id}`, id, clock.now());
}

/**
 * Tells Slack of containments from the host that had no alert channel to be told in: there, if one is set by now, else
 * each admin in a direct message, which is edited as it goes on. Any number of processes may. Answers how many.
 */
export async function tellUntold(services: Services, signal: AbortSignal): Promise<number> {
  const { stores, log } = services;
  let told = 0;
  for (const { key, value: id } of await stores.settings.startingWith(PREFIX)) {
    if (signal.aborted) break;
    try {
      if (await tell(services, key, id)) told += 1;
    } catch (error) {
      log.warn('a containment from the host could not be told', { containmentId: id, error });
    }
  }
  if (told > 0) await wakeOutbox(services);
  return told;
}

async function tell(services: Services, key: string, id: string): Promise<boolean> {
  const { stores } = services;
  const row = await stores.containments.byId(id);
  if (row === null || row.noticeId !== null || row.mergedInto !== null) {
    await stores.atomically([stores.settings.remove(key)]);
    return false;
  }
  const { noticeId, writes } = await cardWrites(services, row);
  // Its turns write, too: whoever loses comes back with the next pass.
  return writeIfUnchanged(services, [
    stores.containments.update({ ...row, noticeId, version: row.version + 1 }),
    stores.settings.remove(key),
    ...writes,
  ]);
}

async function cardWrites(
  services: Services,
  row: Containment,
): Promise<{ readonly noticeId: string; readonly writes: readonly Write[] }> {
  const { stores, ids, clock, presenter } = services;
  const { correlationId } = row;
  const message = presenter.containmentCard(await cardOf(services, row));
  const place = await placeFor(services, row.accountId, row.holders[0]?.by ?? null);
  if (place !== null) return alertWrites(services, { target: place, message, correlationId });
  const { toTell } = await allAdmins(services);
  const places = toTell.map((userId): NoticePlace => ({ kind: 'person', userId }));
  const [first] = places;
  const createdAt = clock.now();
  // `REKEY_ADMINS` is required where a bot runs, so that there is somebody.
  if (first === undefined) throw new Error('There is no admin.');
  const root = { id: ids.next(), target: first, ...message } as const;
  return {
    noticeId: root.id,
    writes: [
      stores.notices.add({ ...root, state: 'passed_on', doneAt: createdAt, createdAt, correlationId }),
      ...places.map((target) =>
        stores.notices.add({ id: ids.next(), target, ...message, copyOf: root.id, createdAt, correlationId }),
      ),
    ],
  };
}
