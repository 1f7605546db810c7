// A process that opens a database as a bot and writes without end: `node hold-stores.ts URL PREFIX`. Each batch adds
// an audit entry and a notice and moves a counter, and is named on a line of its own once it is done.
import { writeSync } from 'node:fs';
import { openStores } from '../../db/open.ts';
import { entry, notice } from '../db/samples.ts';
import { recordingLog, systemClock } from './system-world.ts';

const [url = '', prefix = ''] = process.argv.slice(2);
const stores = await openStores({ url, exclusive: true, clock: systemClock, log: recordingLog() });
writeSync(1, 'open\n');
for (let n = 1; ; n += 1) {
  const id = `${prefix}${String(n).padStart(8, '0')}`;
  await stores.atomically([
    stores.audit.add(entry({ id, at: n })),
    stores.notices.add(notice({ id, createdAt: n })),
    stores.settings.set(prefix, String(n), n),
  ]);
  writeSync(1, `${n}\n`);
}
