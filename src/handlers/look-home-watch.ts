import { holds, type Actor } from '../domain/actor.ts';
import { TOLD_FROM, type KeptIncident } from '../domain/incident.ts';
import type { AccountWatch } from '../domain/watch.ts';
import { ANY_INCIDENT } from '../ports/watch.ts';
import { titleOf } from './look-incidents.ts';
import type { Services } from './services.ts';

/** Incidents Home shows; the rest is in `/aws-incidents`. */
const SHOWN = 3;

/** What Home says of watching. */
export interface HomeWatch {
  /** By account. */
  readonly accounts: ReadonlyMap<string, AccountWatch>;
  /** The latest open incidents that were told. */
  readonly incidents: readonly { readonly incident: KeptIncident; readonly title: string }[];
  /** How many of those there are, and how many milder ones. */
  readonly told: number;
  readonly mild: number;
}

const NOTHING: HomeWatch = { accounts: new Map(), incidents: [], told: 0, mild: 0 };

export async function lookHomeWatch({ stores }: Services, actor: Actor): Promise<HomeWatch> {
  if (!holds(actor.roles, 'viewer')) return NOTHING;
  const { accounts, incidents } = stores.watch;
  const serious = { ...ANY_INCIDENT, open: true, least: TOLD_FROM };
  const [watched, latest, told, open] = await Promise.all([
    accounts.list(),
    incidents.page(serious, null, SHOWN),
    incidents.count(serious),
    incidents.count({ ...ANY_INCIDENT, open: true }),
  ]);
  return {
    accounts: new Map(watched.map((account) => [account.accountId, account])),
    incidents: latest.map((incident) => ({ incident, title: titleOf(incident) })),
    told,
    mild: open - told,
  };
}
