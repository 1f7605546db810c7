import { describeKilledConnect } from './killed/connect.ts';

// Every action, the other transport and PostgreSQL: test/full.
describeKilledConnect('socket', 'sqlite', ['SimulatePrincipalPolicy']);
