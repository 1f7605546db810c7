import { describe, expect, test } from 'vitest';
import type { Write } from '../../src/ports/stores.ts';
import type { FreshStores } from './contract.ts';
import { trailFile, trailQueue } from './trail-samples.ts';

const conflict = { name: 'RekeyError', code: 'conflict' };

/** What the stores of trail queues do, whatever the engine. */
export function trailContract(fresh: FreshStores): void {
  const opened = async () => {
    const stores = await fresh();
    const put = async (...writes: Write[]) => stores.atomically(writes);
    return { queues: stores.watch.queues, files: stores.watch.files, accounts: stores.watch.accounts, put };
  };

  describe('trail queues', () => {
    test('come back as they were put, change at the version that was read, and go with their files', async () => {
      const { queues, files, put } = await opened();
      const queue = trailQueue();
      await put(queues.insert(queue));
      expect(await queues.list()).toEqual([queue]);
      const trouble = { why: '<!channel>', since: 1, toldAt: null };
      const next = { ...queue, version: 2, state: { ...queue.state, odd: [{ id: 'm', at: 1 }], trouble } };
      await put(queues.noteRead(queue.id, 7), queues.update(next));
      await expect(put(queues.update(next))).rejects.toMatchObject(conflict);
      expect(await queues.byId(queue.id)).toEqual({ ...next, readAt: 7 });
      await put(files.put([trailFile(), trailFile({ queueId: 'other' })]));
      await expect(put(...queues.remove(queue.id, 1))).rejects.toMatchObject(conflict);
      await put(...queues.remove(queue.id, 2));
      expect(await queues.byId(queue.id)).toBeNull();
      expect(await files.due('123456789012', 9_999, 9)).toEqual([trailFile({ queueId: 'other' })]);
    });

    test('have files that are there once, and are due in the order they were announced', async () => {
      const { files, accounts, put } = await opened();
      const [first, second] = [trailFile({ key: 'b', arrivedAt: 1 }), trailFile({ key: 'a', arrivedAt: 2 })];
      await put(files.put([second, first, second]), files.put([{ ...first, tries: 9 }]));
      const nobody = trailFile({ key: 'c', accountId: '', region: '', arrivedAt: 0, nextAt: 5_000 });
      await put(files.put([nobody]));
      expect(await files.due('123456789012', 2_000, 9)).toEqual([first, second]);
      expect(await files.due('123456789012', 2_000, 1)).toEqual([first]);
      expect(await files.due('123456789012', 2_000, 1, first.queueId)).toEqual([first]);
      expect(await files.due('123456789012', 2_000, 9, 'other')).toEqual([]);
      expect(await files.due('123456789012', 1_999, 9)).toEqual([]);
      expect(await files.accountsDue(5_000)).toEqual(['', '123456789012']);
      const { region } = first;
      expect(await files.oldest(first.queueId, '123456789012', region, 0)).toBe(0);
      expect(await files.oldest(first.queueId, '123456789012', region, 1)).toBe(1);
      expect(await files.oldest('other', '123456789012', region, 0)).toBeNull();
      expect(await files.oldest(first.queueId, '123456789012', 'us-east-2', 1)).toBeNull();
      // Times to come, by an hour and more: the clock was set back.
      expect(await files.due('123456789012', 2_000 - 3_600_001, 9)).toEqual([first, second]);
      const failed = { ...first, failedAt: 3_000, reason: 'no', nextAt: 4_000 };
      await put(files.update(first, failed));
      await put(files.update(second, { ...second, tries: 1, state: 'aside', failedAt: 1, reason: 'torn' }));
      await expect(put(files.update(second, second))).rejects.toMatchObject(conflict);
      expect(await files.left(first.queueId, 4_000)).toEqual({
        waiting: 2,
        oldestDueAt: 1,
        aside: 1,
        failing: failed,
      });
      await put(files.put([trailFile({ bucket: '', key: 'message m', state: 'aside', accountId: '' })]));
      expect((await files.aside(first.queueId, 9)).map(({ key }) => key)).toEqual(['message m', 'a']);
      await put(files.again(first.queueId, 6_000));
      expect(await files.aside(first.queueId, 9)).toEqual([]);
      expect(await files.due('123456789012', 6_000, 9)).toEqual([failed, { ...second, nextAt: 6_000 }]);
      await put(files.remove(failed));
      await expect(put(files.remove(failed))).rejects.toMatchObject(conflict);
      await put(files.put([trailFile({ key: 'old', state: 'aside', arrivedAt: 1 })]));
      await put(files.removeAsideBefore(2));
      expect((await files.left(first.queueId, 0)).aside).toBe(0);
      await put(...accounts.forget('123456789012'));
      expect(await files.accountsDue(9_999)).toEqual(['']);
    });
  });
}
