import type { Services } from '../../src/handlers/services.ts';

/** A database of a process that dies: at its nth batch, before or after it is written. */
export function dying(services: Services, nth: number, when: 'before' | 'after'): Services {
  let count = 0;
  const stores = Object.create(services.stores) as Services['stores'];
  const atomically: Services['stores']['atomically'] = async (writes) => {
    count += 1;
    if (count > nth || (count === nth && when === 'before')) throw new Error('killed');
    await services.stores.atomically(writes);
    if (count === nth) throw new Error('killed');
  };
  Object.defineProperty(stores, 'atomically', { value: atomically });
  return { ...services, stores };
}
