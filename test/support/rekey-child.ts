// Rekey in a process of its own, to be killed: `node rekey-child.ts`, configured by the environment as for real. Its
// clock is ahead by REKEY_TEST_AHEAD_MS, so that a lease or a grace is over without waiting for it.
import { systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import { run } from '../../src/main.ts';

const ahead = Number(process.env['REKEY_TEST_AHEAD_MS'] ?? '0');
const running = await run(readConfig(process.env), {
  clock: { now: () => systemClock.now() + ahead, sleep: (ms, signal) => systemClock.sleep(ms, signal) },
});
process.once('SIGTERM', () => void running.stop());
