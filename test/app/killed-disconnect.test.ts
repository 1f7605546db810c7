import { describeKilledDisconnect } from './killed/disconnect.ts';

// Every action, the other transport and PostgreSQL: test/full.
describeKilledDisconnect('socket', 'sqlite', ['UpdateAccessKey']);
