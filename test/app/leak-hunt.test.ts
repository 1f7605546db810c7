import { describeLeakHunt } from './leaks/hunt.ts';

// The other pairs of transport and engine: test/full.
describeLeakHunt('socket', 'sqlite', 'trace');
describeLeakHunt('http', 'postgres', 'debug');
