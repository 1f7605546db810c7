import { bePatient } from '../../sandbox/slack/driver/wait.ts';

// CI runs many suites side by side on a small machine.
if (process.env['CI'] !== undefined) bePatient(4);
