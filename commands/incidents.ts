import { isAccessKeyId } from '../src/domain/access-key-id.ts';
import { INCIDENT_QUERY_HELP, readIncidentQuery } from '../src/domain/incident-query.ts';
import { RekeyError } from '../src/errors.ts';
import { revokeExpectation } from '../src/handlers/expect-incident.ts';
import { beginEvidence } from '../src/handlers/evidence/begin.ts';
import { authoriseEvidence } from '../src/handlers/evidence/may.ts';
import { lookExpectations, lookIncidents } from '../src/handlers/look-incidents.ts';
import { lookAccounts } from '../src/handlers/look-keys.ts';
import type { Message } from '../src/ports/slack.ts';
import { ANY_INCIDENT } from '../src/ports/watch.ts';
import { evidenceMessage } from '../src/slack/blocks/evidence.ts';
import type { Action, Command, Context } from './entry.ts';
import { parseIncidentsState, printIncidentsState, type IncidentsState } from './incident-state.ts';
import {
  EXPECTATION_REVOKE,
  expectationList,
  EXPECTATIONS_NEXT,
  EXPECTATIONS_PREVIOUS,
  incidentList,
  INCIDENTS_EXPECTATIONS,
  INCIDENTS_NEXT,
  INCIDENTS_PREVIOUS,
  INCIDENTS_REFRESH,
} from './messages/incident-list.ts';

export const incidents: Command = {
  command: '/aws-incidents',
  usage: '[filter | evidence KEY | expectations | help]',
  summary: 'List incidents of watched access keys, latest first',
  details: `Filters, several at once: ${INCIDENT_QUERY_HELP}`,
  needs: 'viewer',
  opensModal: false,
  async run(context, text) {
    if (/^expect(?:ations?)?$/i.test(text)) return expectationsOf(context, null);
    const asked = /^evidence(?:\s+(\S+))?$/i.exec(text);
    if (asked !== null) return evidenceOf(context, asked[1] ?? '');
    const read = readIncidentQuery(text, await lookAccounts(context.services));
    if (!read.ok) throw new RekeyError('invalid', read.error, { next: `There is: ${INCIDENT_QUERY_HELP}` });
    return listed(context, { query: read.query, from: null, page: 1 });
  },
};

async function listed(context: Context, state: IncidentsState): Promise<Message> {
  const { query, from, page } = state;
  const look = await lookIncidents(context.services, context.actor, query, { from, page });
  const [first, last] = [look.rows[0]?.incident, look.rows.at(-1)?.incident];
  const at = (incident: typeof first) => ({ lastAt: incident?.lastAt ?? 0, id: incident?.id ?? '' });
  return incidentList(look, {
    here: printIncidentsState({ query, from, page: look.page }),
    previous: printIncidentsState({
      query,
      from: { before: at(first) },
      page: Math.max(1, look.page - 1),
    }),
    next: printIncidentsState({ query, from: { after: at(last) }, page: look.page + 1 }),
  });
}

/** The evidence of the latest incident of a key, which its message brings, and its files a direct message. */
async function evidenceOf(context: Context, typed: string): Promise<Message> {
  const text = typed.trim();
  const [latest] =
    text === '' ? [] : await context.services.stores.watch.incidents.page({ ...ANY_INCIDENT, text }, null, 1);
  if (latest === undefined) {
    // Whoever may not read evidence learns nothing of what there is; what was typed may be anything.
    const id = isAccessKeyId(text) ? text : '';
    await authoriseEvidence(context.services, context, { kind: 'incident', id });
    throw new RekeyError('not_found', 'There is no incident of that key.', {
      next: 'Type `/aws-incidents evidence AKIA…` with the ID of a key that has one, or press *Evidence* on a containment.',
    });
  }
  const ref = { kind: 'incident', id: latest.id } as const;
  const { told } = await beginEvidence(context.services, context.request(), ref);
  return evidenceMessage(told);
}

async function expectationsOf(context: Context, said: string | null, page = 1): Promise<Message> {
  return expectationList(await lookExpectations(context.services, context.actor), said, page);
}

/** Puts the list, as it is now, in the place of the message whose button was pressed. */
async function show(context: Context, next: Message): Promise<void> {
  const { responseUrl } = context.incoming;
  if (responseUrl !== null) await context.desk.replace(responseUrl, next);
}

const paging: readonly Action[] = [INCIDENTS_PREVIOUS, INCIDENTS_NEXT, INCIDENTS_REFRESH].map((actionId) => ({
  actionId,
  needs: 'viewer',
  opensModal: false,
  async run(context) {
    await show(context, await listed(context, parseIncidentsState(context.incoming.text)));
  },
}));

/** Without a page, the first. */
const expectations: readonly Action[] = [
  INCIDENTS_EXPECTATIONS,
  EXPECTATIONS_PREVIOUS,
  EXPECTATIONS_NEXT,
].map((actionId) => ({
  actionId,
  needs: 'viewer',
  opensModal: false,
  async run(context) {
    await show(context, await expectationsOf(context, null, Number(context.incoming.text)));
  },
}));

const revoke: Action = {
  actionId: EXPECTATION_REVOKE,
  needs: 'responder',
  opensModal: false,
  async run(context) {
    const id = context.incoming.text;
    await revokeExpectation(
      context.services,
      context.request({ decision: `${EXPECTATION_REVOKE}:${id}` }),
      id,
    );
    await show(context, await expectationsOf(context, 'Revoked: what it kept quiet raises an alarm again.'));
  },
};

export const incidentListActions: readonly Action[] = [...paging, ...expectations, revoke];
