import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openStores, type OpenStores } from '../db/open.ts';
import { everyRow } from './audit/every-row.ts';
import { parseHead, type PrintedHead } from './audit/head.ts';
import { entryLine } from './audit/line.ts';
import { parseSince } from './audit/since.ts';
import { verifyChain } from './audit/verify.ts';
import { endWithReader } from './cli/end-with-reader.ts';
import { UsageError } from './cli/usage-error.ts';
import { systemClock } from './clock.ts';
import { readStorage } from './config.ts';
import type { Database, Environment } from './config.ts';
import { createAuditSigner } from './crypto/audit-signer.ts';
import { readKeyFile } from './crypto/key-file.ts';
import type { MasterKey } from './crypto/master-key.ts';
import type { AuditVerdict } from './domain/audit-verdict.ts';
import { RekeyError } from './errors.ts';
import { createLog } from './log.ts';

const HEAD_EXAMPLE = 'such as --head 1234:ab12cd34, as posted in the alert channel';
const SINCE_EXAMPLE = 'such as --since 7d or --since 2026-11-23';

/** Where the command reads and prints. */
interface Terminal {
  readonly env: Environment;
  readonly out: (text: string) => void;
  readonly taken?: () => Promise<void>;
}

/** `rekey audit verify|export`: works on the database alone, also beside a running Rekey. */
export async function audit(args: readonly string[], terminal: Terminal): Promise<void> {
  const { env, out } = terminal;
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { head: { type: 'string' }, since: { type: 'string' } },
    allowPositionals: true,
  });
  const [act, ...rest] = positionals;
  if ((act !== 'verify' && act !== 'export') || rest.length > 0) {
    throw new UsageError(
      'audit takes verify or export',
      'rekey audit verify, or rekey audit export --since 7d',
    );
  }
  if (act === 'export' && values.head !== undefined)
    throw new UsageError('--head is for verify', 'rekey audit verify');
  const now = systemClock.now();
  const since =
    values.since === undefined
      ? null
      : usable(values.since, (text) => parseSince(text, now), '--since', SINCE_EXAMPLE);
  // Nothing was written after now: to call that verified would say nothing.
  if (act === 'verify' && since !== null && since > now)
    throw new UsageError('--since lies in the future', SINCE_EXAMPLE);
  const head = values.head === undefined ? null : usable(values.head, parseHead, '--head', HEAD_EXAMPLE);
  const { database, masterKeys } = readStorage(env);
  const stores = await openBeside(database);
  try {
    if (act === 'export') {
      endWithReader();
      for await (const row of everyRow(stores.audit, since)) {
        out(`${entryLine(row)}\n`);
        await terminal.taken?.();
      }
    } else {
      await verify(stores, keysOf(database, masterKeys), { head, since }, out);
    }
  } finally {
    await stores.close();
  }
}

function usable<T>(text: string, parse: (text: string) => T, option: string, example: string): T {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof RekeyError)) throw error;
    throw new UsageError(`${option} cannot be understood`, example);
  }
}

async function verify(
  stores: OpenStores,
  masterKeys: readonly MasterKey[],
  { head, since }: { head: PrintedHead | null; since: number | null },
  out: Terminal['out'],
): Promise<void> {
  const verdict = await verifyChain(
    { audit: stores.audit, signer: createAuditSigner(masterKeys), clock: systemClock },
    { ...(head === null ? {} : { head }), ...(since === null ? {} : { since }) },
  );
  out(report(verdict, head, systemClock.now()));
  const next = 'Keep a copy of the database as it is, and compare it with your backups.';
  if (verdict.result === 'broken') throw new RekeyError('needs_person', 'the audit log is broken', { next });
  if (verdict.result === 'cannot be checked') {
    throw new RekeyError('needs_person', 'the audit log cannot be checked', {
      next: 'Add the old master key to REKEY_MASTER_KEY, behind the new one; or ask for a part that is there.',
    });
  }
}

function report(verdict: AuditVerdict, wanted: PrintedHead | null, now: number): string {
  const { result, findings, more, unknown, from, to, right, head, unchained, prunedTo } = verdict;
  const seconds =
    unchained.oldestAt === null ? 0 : Math.max(0, Math.round((now - unchained.oldestAt) / 1_000));
  const lines = [
    ...findings.map(({ text }) => text),
    ...(more === 0 ? [] : [`${more} more findings are not listed.`]),
    ...unknown,
    ...(prunedTo === null
      ? []
      : [
          `Entries up to place ${prunedTo.seq} were removed by retention at ${new Date(prunedTo.at).toISOString()}.`,
        ]),
    from === null || to === null
      ? 'No chained entries to check.'
      : `Checked places ${from} to ${to}: ${right} entries have a right HMAC.`,
    ...(unchained.count === 0
      ? []
      : [`${unchained.count} entries are not chained yet, the oldest written ${seconds} s ago.`]),
    ...(head === null ? [] : [`Head: ${head}`]),
    ...(wanted === null && result === 'verified'
      ? [
          'A tail that was cut together with its record shows only beside an earlier head: give one with --head.',
        ]
      : []),
    result === 'verified' ? 'Verified.' : result === 'broken' ? 'BROKEN.' : 'CANNOT BE CHECKED.',
  ];
  return `${lines.join('\n')}\n`;
}

/** Opens what is there; a wrong DATABASE_URL must not make an empty database that verifies. */
export async function openBeside(database: Database): Promise<OpenStores> {
  if (database.engine === 'sqlite' && !existsSync(database.path)) {
    throw new RekeyError('not_found', `there is no database ${database.path}`, {
      next: 'Set DATABASE_URL as for npm start, and run this in the same folder.',
    });
  }
  const url = database.engine === 'sqlite' ? `file:${database.path}` : database.url.reveal();
  return openStores({ url, exclusive: false, clock: systemClock, log: createLog({ level: 'silent' }) });
}

/** The configured keys, or those of the key file; none is ever made here. */
export function keysOf(database: Database, configured: readonly MasterKey[]): readonly MasterKey[] {
  if (configured.length > 0 || database.engine === 'postgres') return configured;
  const path = `${database.path}.key`;
  const found = readKeyFile(path);
  if (found !== null) return found;
  throw new RekeyError('not_found', `there is neither REKEY_MASTER_KEY nor the key file ${path}`, {
    next: 'Set REKEY_MASTER_KEY as for npm start, or restore the key file.',
  });
}
