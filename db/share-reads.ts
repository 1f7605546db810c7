interface UnderWay<T> {
  /** Settles with the read that runs; never rejects. */
  readonly running: Promise<unknown>;
  /** The read after it, for all who asked since it began. */
  next: Promise<T> | null;
}

/**
 * The same read asked for by many at once is made once for all who asked before it began: each sees what had been written
 * when it asked, as if it had read alone. At most one read of a key runs and one waits.
 */
export function shareReads<T>(read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const underWay = new Map<string, UnderWay<T>>();

  function begin(key: string): Promise<T> {
    const reading = read(key);
    const mine: UnderWay<T> = { running: reading.then(settled, settled), next: null };
    underWay.set(key, mine);
    void forget(key, mine);
    return reading;
  }

  async function forget(key: string, mine: UnderWay<T>): Promise<void> {
    await mine.running;
    if (mine.next === null) underWay.delete(key);
  }

  return (key) => {
    const before = underWay.get(key);
    if (before === undefined) return begin(key);
    before.next ??= before.running.then(() => begin(key));
    return before.next;
  };
}

function settled(): void {
  // Whoever asked for it is told how it ended.
}
