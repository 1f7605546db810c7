import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { shareReads } from '../../db/share-reads.ts';

/** Reads that end when they are told, with what stood there when they began. */
function world() {
  const running: { readonly key: string; readonly saw: number; readonly end: (error?: Error) => void }[] = [];
  let value = 0;
  const ask = shareReads(
    (key) =>
      new Promise<number>((resolve, reject) => {
        const saw = value;
        const end = (error?: Error): void => (error === undefined ? resolve(saw) : reject(error));
        running.push({ key, saw, end });
      }),
  );
  return {
    ask,
    running,
    write: () => {
      value += 1;
      return value;
    },
    turn: () =>
      new Promise<void>((resolve) => {
        setImmediate(resolve);
      }),
  };
}

test('all who ask while one runs share the next, which sees what was written before they asked', async () => {
  const { ask, running, write, turn } = world();
  const first = ask('a');
  write();
  const others = [ask('a'), ask('a'), ask('a')];
  await turn();
  expect(running).toHaveLength(1);
  running[0]?.end();
  expect(await first).toBe(0);
  await turn();
  expect(running).toHaveLength(2);
  running[1]?.end();
  expect(await Promise.all(others)).toEqual([1, 1, 1]);
});

test('different reads do not wait for each other; one that fails fails for those who shared it alone', async () => {
  const { ask, running, turn } = world();
  const [a, b] = [ask('a'), ask('b')];
  expect(running.map(({ key }) => key)).toEqual(['a', 'b']);
  const later = ask('a');
  running[0]?.end(new Error('lost'));
  await expect(a).rejects.toThrow('lost');
  await turn();
  running[2]?.end();
  running[1]?.end();
  expect(await Promise.all([later, b])).toEqual([0, 0]);
  const again = ask('a');
  running[3]?.end();
  expect(await again).toBe(0);
});

test('in whatever order, nobody sees less than was written when they asked', async () => {
  const step = fc.constantFrom('ask', 'write', 'end', 'fail', 'turn');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { ask, running, write, turn } = world();
      const answers: Promise<boolean>[] = [];
      let written = 0;
      let ended = 0;
      for (const each of steps) {
        if (each === 'write') written = write();
        else if (each === 'turn') await turn();
        else if (each === 'ask') {
          const least = written;
          answers.push(
            ask('a').then(
              (saw) => saw >= least,
              (error: unknown) => error instanceof Error && error.message === 'lost',
            ),
          );
        } else {
          running[ended]?.end(each === 'fail' ? new Error('lost') : undefined);
          if (ended < running.length) ended += 1;
        }
      }
      // One runs and one waits, at the most.
      for (const _ of [1, 2]) {
        await turn();
        for (; ended < running.length; ended += 1) running[ended]?.end();
      }
      expect(await Promise.all(answers)).not.toContain(false);
    }),
  );
});
