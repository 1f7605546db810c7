import { figure, type Figure } from './figures.ts';
import { Worker } from './processes.ts';
import { withFile } from './throughput.ts';
import type { RotationAnswer, RotationQuestion } from './workers/rotation.ts';

/** How many rotations are made, and how many are open while looks for what is due are timed. */
export interface RotationPlan {
  readonly rounds: number;
  readonly open: number;
  readonly looks: number;
}

/** What is allowed beyond the smallest sequence of the same calls. */
const MOST = 1.3;
/** The trials of a new key are apart, and a list that lags is read again. */
const MOST_WAIT_S = 30;
/** Both looks read one empty page of an index: the rest is noise. */
const MOST_LOOK = 1.5;

/** Calls and time of a whole rotation beside the least that does the same, and what open rotations cost that wait. */
export async function benchRotation({ rounds, open, looks }: RotationPlan): Promise<Figure[]> {
  const answers = await withFile(async ({ url }) => {
    const worker = Worker.start<RotationQuestion, RotationAnswer>('rotation', [url]);
    const all: RotationAnswer[] = [];
    try {
      for (let round = 0; round < rounds; round += 1) all.push(await worker.ask({ open, looks }));
    } finally {
      await worker.stop();
    }
    return all;
  });
  const of = (name: keyof RotationAnswer, per = 1): number[] => answers.map((each) => each[name] / per);
  const named = (what: string, unit: string) => ({ bench: 'rotation', what, unit });
  const least = of('least');
  const empty = of('lookEmptyMs');
  return [
    figure(
      named('a rotation with one destination: calls of AWS', 'calls'),
      of('calls'),
      { what: 'the smallest sequence', rounds: least },
      { words: `${MOST} times that`, most: MOST * Math.max(...least) },
    ),
    figure(named('a rotation: work, waits left out', 'ms'), of('workMs'), {
      what: 'as many single calls as the smallest sequence has',
      rounds: of('plainMs'),
    }),
    figure(
      named('a rotation: waits beyond quiet window, AWS’s delays and soak', 's'),
      of('waitMs', 1_000),
      null,
      { words: 'what consistency asks for', most: MOST_WAIT_S },
    ),
    figure(
      named(`a look for what is due, ${open.toLocaleString('en')} open and none due`, 'ms'),
      of('lookOpenMs'),
      { what: 'none open', rounds: empty },
      { words: `${MOST_LOOK} times that`, most: MOST_LOOK * Math.max(...empty) },
    ),
  ];
}
