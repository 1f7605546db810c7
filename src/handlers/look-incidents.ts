import { holds, type Actor } from '../domain/actor.ts';
import type { Expectation } from '../domain/expectation.ts';
import type { KeptIncident } from '../domain/incident.ts';
import type { IncidentQuery } from '../domain/incident-query.ts';
import { RULES } from '../detections/registry.ts';
import { ANY_INCIDENT, type IncidentPlace } from '../ports/watch.ts';
import { authorise } from './authorise.ts';
import { lookAccounts, namesOf } from './look-keys.ts';
import type { Services } from './services.ts';

/** Rows of one message. */
export const INCIDENTS_PAGE = 8;

export type IncidentsFrom = { readonly after: IncidentPlace } | { readonly before: IncidentPlace } | null;

/** One page of the list of incidents. */
export interface IncidentsLook {
  readonly query: IncidentQuery;
  readonly rows: readonly { readonly incident: KeptIncident; readonly title: string }[];
  readonly page: number;
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
  readonly total: number;
  readonly all: number;
  /** Accounts that are watched, of those that are connected. */
  readonly watched: number;
  readonly connected: number;
  readonly names: ReadonlyMap<string, string>;
  readonly now: number;
}

/** Reads a page of incidents, latest first. Viewers may. */
export async function lookIncidents(
  services: Services,
  actor: Actor,
  query: IncidentQuery,
  place: { readonly from: IncidentsFrom; readonly page: number } = { from: null, page: 1 },
): Promise<IncidentsLook> {
  authorise(actor, 'viewer', 'look at incidents', services.admins);
  const { incidents, accounts: watched } = services.stores.watch;
  const { from } = place;
  const backwards = from !== null && 'before' in from;
  const found = await incidents.page(query, from, INCIDENTS_PAGE + 1);
  const more = found.length > INCIDENTS_PAGE;
  if (backwards && !more && found.length < INCIDENTS_PAGE) return lookIncidents(services, actor, query);
  const accounts = await lookAccounts(services);
  const rows = backwards ? found.slice(-INCIDENTS_PAGE) : found.slice(0, INCIDENTS_PAGE);
  return {
    query,
    rows: rows.map((incident) => ({ incident, title: titleOf(incident) })),
    page: place.page,
    hasPrevious: backwards ? more : from !== null,
    hasNext: backwards || more,
    total: await incidents.count(query),
    all: await incidents.count(ANY_INCIDENT),
    watched: (await watched.list()).length,
    connected: accounts.filter(({ connected }) => connected).length,
    names: namesOf(accounts),
    now: services.clock.now(),
  };
}

const TITLES: ReadonlyMap<string, string> = new Map(RULES.map(({ id, title }) => [id, title]));

/** What an incident is called, by its worst rule. */
export function titleOf({ rules }: KeptIncident): string {
  const title = TITLES.get(rules[0] ?? '') ?? 'Something was found';
  return rules.length > 1 ? `${title}, and ${rules.length - 1} more` : title;
}

/** What people said is theirs, and how often that kept something quiet. */
export interface ExpectationsLook {
  readonly rows: readonly { readonly expectation: Expectation; readonly kept: number }[];
  readonly names: ReadonlyMap<string, string>;
  readonly mayRevoke: boolean;
  readonly now: number;
}

/** Reads the expectations in force, newest first. Viewers may. */
export async function lookExpectations(services: Services, actor: Actor): Promise<ExpectationsLook> {
  authorise(actor, 'viewer', 'look at expectations', services.admins);
  const { expectations, signals } = services.stores.watch;
  const now = services.clock.now();
  const [inForce, counts, accounts] = await Promise.all([
    expectations.inForce(now),
    signals.countExpected(),
    lookAccounts(services),
  ]);
  return {
    rows: inForce.map((expectation) => ({ expectation, kept: counts.get(expectation.id) ?? 0 })),
    names: namesOf(accounts),
    mayRevoke: holds(actor.roles, 'responder'),
    now,
  };
}
