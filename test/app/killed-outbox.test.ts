import { describeKilledOutbox } from './killed/outbox.ts';

// Outbox and transport do not meet: one of each; the other engine too, since there it is the leases that end.
describeKilledOutbox('socket', 'sqlite');
describeKilledOutbox('http', 'postgres');
