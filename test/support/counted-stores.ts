/** How often each store was asked, by its path (`inventory.keys.page`), and how many rows came back. */
export interface Asked {
  readonly calls: Map<string, number>;
  rows: number;
}

/** The same stores, counted: whatever answers with a promise, however deep. */
export function counted<Stores extends object>(
  stores: Stores,
): {
  readonly stores: Stores;
  readonly asked: Asked;
} {
  const asked: Asked = { calls: new Map(), rows: 0 };
  return { stores: counting(stores, '', asked), asked };
}

function counting<Part extends object>(part: Part, path: string, asked: Asked): Part {
  return new Proxy(part, {
    get(target, name, self) {
      const found: unknown = Reflect.get(target, name, self);
      const called = path === '' ? String(name) : `${path}.${String(name)}`;
      if (typeof found === 'object' && found !== null) return counting(found, called, asked);
      if (typeof found !== 'function') return found;
      return (...args: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(found, target, args);
        if (!(answer instanceof Promise)) return answer;
        asked.calls.set(called, (asked.calls.get(called) ?? 0) + 1);
        return answer.then((rows: unknown) => {
          asked.rows += Array.isArray(rows) ? rows.length : 1;
          return rows;
        });
      };
    },
  });
}
