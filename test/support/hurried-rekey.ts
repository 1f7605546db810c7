// Rekey in a process of its own whose leases are short, so that what a killed instance left is taken over within
// seconds: `node hurried-rekey.ts`, configured by the environment as for real.
import { readConfig } from '../../src/config.ts';
import { run } from '../../src/main.ts';

const running = await run(readConfig(process.env), { leases: { workMs: 6_000, leaseMs: 9_000 } });
process.once('SIGTERM', () => void running.stop());
