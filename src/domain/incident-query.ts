import { isAccessKeyId } from './access-key-id.ts';
import { nameKey } from './connection.ts';
import { SEVERITIES, type Severity } from './notice.ts';

/** What somebody wants to see of incidents; null means any. */
export interface IncidentQuery {
  readonly open: boolean | null;
  readonly least: Severity | null;
  readonly accountId: string | null;
  readonly text: string | null;
}

export const OPEN_INCIDENTS: IncidentQuery = { open: true, least: null, accountId: null, text: null };

export const INCIDENT_QUERY_HELP =
  '`open` (unless you say otherwise), `closed`, `all`, `medium` and other severities (that and worse), ' +
  '`account:123456789012` or `account:"a connection’s name"`, an access key ID, a user or a part of one. ' +
  '`expectations` lists what is expected.';

export type ReadIncidentQuery =
  | { readonly ok: true; readonly query: IncidentQuery }
  | { readonly ok: false; readonly error: string };

/** Reads the words behind `/aws-incidents`. */
export function readIncidentQuery(
  text: string,
  accounts: readonly { readonly name: string; readonly accountId: string }[],
): ReadIncidentQuery {
  let query = OPEN_INCIDENTS;
  const parts = text.replace(/[“”„]/g, '"').match(/account:"[^"]*"|\S+/gi) ?? [];
  for (const part of parts) {
    const word = part.toLowerCase();
    const severity = SEVERITIES.find((each) => each === word);
    if (severity !== undefined) query = { ...query, least: severity };
    else if (word === 'open') query = { ...query, open: true };
    else if (word === 'closed') query = { ...query, open: false };
    else if (word === 'all') query = { ...query, open: null };
    else if (word.startsWith('account:')) {
      const name = part.slice('account:'.length).replaceAll('"', '').trim();
      const account = accounts.find(
        (each) => each.accountId === name || nameKey(each.name) === nameKey(name),
      );
      // Incidents stay when their account was disconnected.
      const accountId = account?.accountId ?? (/^\d{12}$/.test(name) ? name : null);
      if (accountId === null) return { ok: false, error: `No account is called “${name.slice(0, 80)}”.` };
      query = { ...query, accountId };
    } else if (query.text !== null) {
      return { ok: false, error: 'Only one key, user or role can be looked for at a time.' };
    } else {
      const named = part.replace(/^(?:key|user|role):/i, '').slice(0, 200);
      query = { ...query, text: isAccessKeyId(named.toUpperCase()) ? named.toUpperCase() : named };
    }
  }
  return { ok: true, query };
}
