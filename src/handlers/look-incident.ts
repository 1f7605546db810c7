import type { Actor } from '../domain/actor.ts';
import type { Containment } from '../domain/containment.ts';
import type { IncidentLook, KeptIncident } from '../domain/incident.ts';
import { partitionOfArn, partitionOfRegion, type Partition } from '../domain/partition.ts';
import type { Signal } from '../domain/signal.ts';
import { RULES } from '../detections/registry.ts';
import { RekeyError } from '../errors.ts';
import type { KeptSignal } from '../ports/watch.ts';
import { authorise } from './authorise.ts';
import { lookAccounts } from './look-keys.ts';
import type { Services } from './services.ts';

/** Signals of one incident that are looked at. */
export const MOST_SIGNALS = 200;

const ADVICE: ReadonlyMap<string, string> = new Map(RULES.map(({ id, whatToDo }) => [id, whatToDo]));

/** One incident in full. Viewers may. Throws `not_found` for one that is not there. */
export async function lookIncident(services: Services, actor: Actor, id: string): Promise<IncidentLook> {
  authorise(actor, 'viewer', 'look at incidents', services.admins);
  const incident = await services.stores.watch.incidents.byId(id);
  if (incident === null) {
    throw new RekeyError('not_found', 'There is no such incident.', {
      next: 'Type `/aws-incidents` for those there are.',
    });
  }
  return incidentLook(services, incident, signalsOf(await ofIncident(services, id)));
}

export async function ofIncident({ stores }: Pick<Services, 'stores'>, id: string): Promise<KeptSignal[]> {
  return stores.watch.signals.ofIncident(id, MOST_SIGNALS);
}

export function signalsOf(kept: readonly KeptSignal[]): Signal[] {
  return kept.map(({ signal }) => signal);
}

/** The incident with what people need beside it. */
export async function incidentLook(
  services: Pick<Services, 'stores' | 'clock'>,
  incident: KeptIncident,
  signals: readonly Signal[],
): Promise<IncidentLook> {
  const { stores, clock } = services;
  const standing = await stores.inventory.standings.byKey(incident.subject);
  const accounts = await lookAccounts(services);
  const account = accounts.find(({ accountId }) => accountId === incident.accountId);
  const watched = await stores.watch.accounts.byId(incident.accountId);
  return {
    incident,
    signals,
    ownership: standing?.ownership ?? null,
    accountName: account?.name ?? incident.accountId,
    partition: watched?.partition ?? partitionIn(signals) ?? 'aws',
    advice: Object.fromEntries(incident.rules.map((rule) => [rule, ADVICE.get(rule) ?? ''])),
    containment: await containmentOf(services, incident),
    now: clock.now(),
  };
}

/** The partition of an account that is watched no more, as far as what was found there shows it. */
function partitionIn(signals: readonly Signal[]): Partition | null {
  for (const { principalArn, region } of signals) {
    const found =
      (principalArn === null ? null : partitionOfArn(principalArn)) ??
      (region === null ? null : partitionOfRegion(region));
    if (found !== null) return found;
  }
  return null;
}

/** How the key of an incident was shut off: for it before others, the newest first. */
async function containmentOf(
  { stores }: Pick<Services, 'stores'>,
  { id, accountId, subject }: KeptIncident,
): Promise<Containment | null> {
  const open = await stores.containments.openOfAccount(accountId);
  return (
    open.findLast(({ holders }) => holders.some(({ incidentId }) => incidentId === id)) ??
    open.findLast(({ holders }) => holders.some(({ accessKeyId }) => accessKeyId === subject)) ??
    null
  );
}
