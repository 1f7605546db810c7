import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import { onTestFinished, expect, it } from 'vitest';
import { openStores } from '../../db/open.ts';
import { auditExportWords } from '../../commands/messages/audit-export.ts';
import { createIds } from '../../src/crypto/ids.ts';
import { beginAuditExport, exportAudit, IN_FILE } from '../../src/handlers/export-audit.ts';
import type { Message } from '../../src/ports/slack.ts';
import { bundled } from '../support/bundle.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MANY = 100_000;
/** So little that not all of the log could be in memory at once. */
const HEAP_MB = 40;
const SMALL_HEAP = `--max-old-space-size=${HEAP_MB}`;

it('exports a hundred thousand audit entries: all on the host, the newest in Slack with words about the rest', async () => {
  const path = join(temporaryFolder(), 'rekey.db');
  const url = `file:${path}`;
  const stores = await openStores({ url, exclusive: true, clock: systemClock, log: recordingLog() });
  onTestFinished(() => stores.close());
  const raw = new Database(path);
  raw
    .prepare(
      `WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${MANY - 1})
      INSERT INTO audit_entries (id, at, doer, verb, phase, outcome, entity_kind, entity_id, why, detail, correlation_id)
      SELECT printf('e%06d', n), 1700000000000 + n, '{"kind":"rekey"}', 'thing.happen', 'outcome', 'done', 'thing',
        'number ' || n, ?, '{}', 'c1' FROM numbers`,
    )
    .run('x'.repeat(160));
  raw.close();

  const { rekey } = await bundled();
  const env = { DATABASE_URL: url, REKEY_MASTER_KEY: randomBytes(32).toString('base64') };
  const child = spawn(process.execPath, [SMALL_HEAP, rekey, 'audit', 'export'], { env });
  let printed = 0;
  let bytes = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    printed += 1;
    bytes += line.length + 1;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  expect([code, printed]).toEqual([0, MANY]);
  expect(bytes / 1e6).toBeGreaterThan(HEAP_MB);

  const sent: { text: string; message: Message }[] = [];
  const actor = { teamId: 'T1', userId: 'U1', roles: ['admin'], rolesUnsure: null } as const;
  const services = {
    stores,
    clock: systemClock,
    ids: createIds(systemClock),
    instanceId: 'i1',
    admins: ['U1'],
    files: {
      sendText(_: string, { text }: { text: string }, message: Message) {
        sent.push({ text, message });
        return Promise.resolve({ ok: true });
      },
    },
  } as unknown as Parameters<typeof beginAuditExport>[0];
  const request = { actor, correlationId: 'c', viewId: null, claimId: 'claim', name: 'test' };
  const exported = await beginAuditExport(services, request, {
    userId: null,
    family: null,
    connectionId: null,
    since: null,
  });
  if (exported === null) throw new Error('Nothing matched');
  await exportAudit(services, exported, auditExportWords);
  const [only] = sent;
  const lines = only?.text.trimEnd().split('\n') ?? [];
  expect(lines).toHaveLength(IN_FILE);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ id: 'e099999' });
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ id: 'e050000' });
  expect(JSON.stringify(only?.message)).toContain('Your export of 50,000 entries');
  expect(JSON.stringify(only?.message)).toContain('*More match*');
}, 240_000);
