import type { InventoryKey } from '../../domain/inventory.ts';
import type { KeyDeletion } from '../../domain/key-deletion.ts';
import { assessAfter } from '../assess-after.ts';
import type { Services } from '../services.ts';
import { writeIfUnchanged } from '../write-if-unchanged.ts';

/** The inventory knows at once; what fails here the next sweep makes good. */
export async function forgetKey(services: Services, key: InventoryKey, row: KeyDeletion): Promise<void> {
  const { stores, clock, ids, log } = services;
  const { accounts, keys, keyHistory } = stores.inventory;
  const { accessKeyId, decidedBy, askedBy, reason } = row;
  const at = clock.now();
  const detail = { reason, askedBy };
  try {
    await writeIfUnchanged(services, [
      accounts.stillKept(key.accountId),
      keys.put([{ ...key, goneAt: at }]),
      keyHistory.add(key.accountId, [
        { id: ids.next(), accessKeyId, at, what: 'deleted', userId: decidedBy, detail },
      ]),
    ]);
    const beside = await keys.ofUser(key.accountId, key.userId);
    await assessAfter(
      services,
      beside.map((each) => each.accessKeyId),
    );
  } catch (error) {
    log.warn('the inventory was not told of a deletion', { accessKeyId, error });
  }
}
