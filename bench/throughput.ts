import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figure, type Figure } from './figures.ts';
import { Worker } from './processes.ts';
import type { AwsAnswer, AwsQuestion } from './workers/aws.ts';
import type { JobsAnswer, JobsQuestion } from './workers/jobs.ts';
import type { SealAnswer, SealQuestion } from './workers/seal.ts';
import type { VerifyAnswer, VerifyQuestion } from './workers/verify.ts';
import type { WritesAnswer, WritesQuestion } from './workers/writes.ts';

/** Writes asked for at one moment. */
const MANY = 50;

/** How often something is done. */
export interface Amount {
  readonly rounds: number;
  readonly times: number;
}

/** An engine to measure on: its name and a new database. */
export interface Place {
  readonly engine: string;
  readonly url: string;
}

/** A file of SQLite in a folder of its own, for as long as `use` runs. */
export async function withFile<T>(use: (place: Place) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-bench-'));
  try {
    return await use({ engine: 'sqlite', url: `file:${join(folder, 'rekey.db')}` });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Empty jobs a second beside durable writes a second, one after the other, on the same database and in turns. */
export async function benchJobs({ engine, url }: Place, { rounds, times }: Amount): Promise<Figure[]> {
  const jobs = Worker.start<JobsQuestion, JobsAnswer>('jobs', [url]);
  await jobs.ask({ jobs: Math.ceil(times / 5) });
  const writes = Worker.start<WritesQuestion, WritesAnswer>('writes', [url]);
  const rate = async (concurrent: number): Promise<number> => {
    const turns = Math.ceil(times / concurrent);
    let took = 0;
    for (let turn = 0; turn < turns; turn += 1) took += Math.max(...(await writes.ask({ concurrent })));
    return (turns * concurrent * 1_000) / took;
  };
  try {
    const [perSecond, alone, together]: [number[], number[], number[]] = [[], [], []];
    await rate(1);
    for (let round = 0; round < rounds; round += 1) {
      perSecond.push(await jobs.ask({ jobs: times }));
      alone.push(await rate(1));
      together.push(await rate(MANY));
    }
    const named = (what: string) => ({ bench: `jobs-${engine}`, what: `${what} (${engine})`, unit: 'per s' });
    const floor = { what: 'writes, 1 at once', rounds: alone };
    return [
      figure(named('empty jobs, enqueued and run'), perSecond, floor),
      figure(named(`durable writes, ${MANY} at once`), together, floor),
    ];
  } finally {
    await jobs.stop();
    await writes.stop();
  }
}

/** To seal and open a secret, beside the cipher alone. */
export async function benchSeal({ rounds, times }: Amount): Promise<Figure> {
  const worker = Worker.start<SealQuestion, SealAnswer>('seal');
  try {
    await worker.ask({ times });
    const answers: SealAnswer[] = [];
    for (let round = 0; round < rounds; round += 1) answers.push(await worker.ask({ times }));
    return figure(
      { bench: 'seal', what: 'seal and open', unit: 'per s' },
      answers.map(({ sealer }) => sealer),
      { what: 'AES-256-GCM alone', rounds: answers.map(({ cipher }) => cipher) },
    );
  } finally {
    await worker.stop();
  }
}

/** The time and the calls that one verification takes. */
export async function benchVerify({ rounds, times }: Amount): Promise<Figure[]> {
  const aws = Worker.start<AwsQuestion, AwsAnswer>('aws');
  const worker = Worker.start<VerifyQuestion, VerifyAnswer>('verify');
  try {
    const { url, keys } = await aws.ask({ keys: 1 });
    const [key] = keys;
    if (key === undefined) throw new Error('AWS made no key');
    const question = { awsUrl: url, ...key };
    const once = async (): Promise<VerifyAnswer> => worker.ask(question);
    for (let at = 0; at < times / 2; at += 1) await once();
    const before = (await aws.ask({ keys: 0 })).requests;
    await once();
    const calls = (await aws.ask({ keys: 0 })).requests - before - 1;
    const answers: VerifyAnswer[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const some: VerifyAnswer[] = [];
      for (let at = 0; at < times; at += 1) some.push(await once());
      answers.push({
        verification: some.reduce((sum, each) => sum + each.verification, 0) / times,
        call: some.reduce((sum, each) => sum + each.call, 0) / times,
      });
    }
    return [
      figure({ bench: 'verify', what: 'calls of AWS to verify a key', unit: 'calls' }, [calls], null),
      figure(
        { bench: 'verify', what: 'time to verify a key, AWS near', unit: 'ms' },
        answers.map(({ verification }) => verification),
        { what: 'one call', rounds: answers.map(({ call }) => call) },
      ),
    ];
  } finally {
    await worker.stop();
    await aws.stop();
  }
}
