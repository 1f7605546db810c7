// A process that writes audit entries and chains them without end, to be killed: `node chain-without-end.ts URL KEY PREFIX`.
import { writeSync } from 'node:fs';
import { openStores } from '../../db/open.ts';
import { createChainer } from '../../src/audit/chain-entries.ts';
import { createAuditSigner } from '../../src/crypto/audit-signer.ts';
import { parseMasterKeys } from '../../src/crypto/master-key.ts';
import { entry } from '../db/samples.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';

const [url = '', key = '', prefix = ''] = process.argv.slice(2);
const stores = await openStores({ url, exclusive: false, clock: systemClock, log: recordingLog() });
const chain = createChainer({ stores, signer: createAuditSigner(parseMasterKeys(key)), clock: systemClock });
for (let n = 1; ; n += 1) {
  const rows = Array.from({ length: 30 }, (_, at) => entry({ id: `${prefix}${n}.${at}`, at: n }));
  await stores.atomically(rows.map((row) => stores.audit.add(row)));
  const done = await chain();
  writeSync(1, `${done}\n`);
}
