import { describeKilledWork } from './killed/work.ts';

// Every action, the other transport and PostgreSQL: test/full.
describeKilledWork('socket', 'sqlite', ['ListAccessKeys']);
