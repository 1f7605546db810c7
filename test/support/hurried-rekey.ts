// Rekey in a process of its own whose leases are short, so that what a killed instance left is taken over within
// seconds: `node hurried-rekey.ts`, configured by the environment as for real. With `REKEY_TEST_CLOCK` its clock is ahead
// by what stands in that file; with `REKEY_TEST_BEAT_MS` its heart beats so often.
import { readConfig } from '../../src/config.ts';
import { run } from '../../src/main.ts';
import { FileClock } from './file-clock.ts';

const { REKEY_TEST_CLOCK: file, REKEY_TEST_BEAT_MS: beat, ...environment } = process.env;
const running = await run(readConfig(environment), {
  leases: { workMs: 6_000, leaseMs: 9_000, heartbeatMs: 10_000 },
  ...(beat === undefined ? {} : { beatMs: Number(beat) }),
  ...(file === undefined ? {} : { clock: new FileClock(file) }),
});
process.once('SIGTERM', () => void running.stop());
