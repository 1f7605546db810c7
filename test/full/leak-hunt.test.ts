import { describeLeakHunt } from '../app/leaks/hunt.ts';

describeLeakHunt('http', 'sqlite', 'trace');
describeLeakHunt('socket', 'postgres', 'trace');
describeLeakHunt('socket', 'sqlite', 'info');
