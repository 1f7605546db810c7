import { covers, type Expectation } from '../../domain/expectation.ts';
import type { Incident, KeptIncident } from '../../domain/incident.ts';
import { SEVERITIES } from '../../domain/notice.ts';
import { addSignal, belongs, subjectOf, WINDOW } from '../../detections/incident.ts';
import { attributed, type Signal } from '../../detections/signal.ts';
import { ofIncident, signalsOf } from '../../handlers/look-incident.ts';
import type { Judged } from '../../ports/judges.ts';
import type { KeptSignal } from '../../ports/watch.ts';
import type { Write } from '../../ports/stores.ts';
import { emptiedWrites } from './emptied.ts';
import { tellIncident } from './tell-incident.ts';
import type { Watching } from './watching.ts';

/** Places of addresses that an incident keeps. */
const MOST_PLACES = 50;

/** An incident that is being added to. */
export interface Draft {
  /** As it is kept; null when it is new. */
  readonly before: KeptIncident | null;
  readonly id: string;
  incident: Incident;
  /** What came now, in the order of time. */
  readonly fresh: Signal[];
  readonly moved: KeptSignal[];
}

/**
 * Puts what was found into incidents: the writes of signals, incidents and what is to be told of them. What an
 * expectation covers is kept and told nobody; what was kept before comes to nothing.
 */
export async function fileSignals(
  watching: Watching,
  judged: Judged,
  keyless: readonly KeptSignal[],
): Promise<{ readonly writes: Write[]; readonly tells: boolean }> {
  const { services, account } = watching;
  const { stores, clock } = services;
  const { accountId } = account;
  const now = clock.now();
  const known = await stores.watch.signals.known(judged.signals.map(({ id }) => id));
  const found = judged.signals.filter(({ id }) => !known.has(id));
  const moved = keyless.flatMap((kept): KeptSignal[] => {
    const signal = attributed(kept.signal, (session) => judged.roots[session] ?? null);
    return signal === null ? [] : [{ ...kept, signal }];
  });
  if (found.length === 0 && moved.length === 0) return { writes: [], tells: false };

  const expectations = (await stores.watch.expectations.inForce(now)).filter(
    (each) => each.accountId === accountId,
  );
  const quiet: KeptSignal[] = [];
  const loud: Signal[] = [];
  for (const signal of found) {
    const expectation = coveredBy(expectations, signal, now);
    if (expectation === null) loud.push(signal);
    else quiet.push({ signal, accountId, incidentId: null, expectedBy: expectation.id, createdAt: now });
  }
  const joining: KeptSignal[] = [];
  const expected: KeptSignal[] = [];
  for (const each of moved) {
    const expectation = coveredBy(expectations, each.signal, now);
    if (expectation === null) joining.push(each);
    else expected.push({ ...each, incidentId: null, expectedBy: expectation.id });
  }
  const drafts = await draftsOf(watching, loud, joining);
  const writes: Write[] = [
    stores.watch.signals.add(quiet),
    ...expected.map((each) => stores.watch.signals.move(each)),
  ];
  let tells = false;
  for (const draft of drafts) {
    const kept = keptOf(draft, judged, accountId, now);
    const told = await tellIncident(watching, kept, draft);
    const version = (draft.before?.version ?? 0) + 1;
    const row = { ...kept, ...told.changes, version };
    const added = draft.fresh.filter(({ id }) => !draft.moved.some(({ signal }) => signal.id === id));
    writes.push(
      draft.before === null ? stores.watch.incidents.insert(row) : stores.watch.incidents.update(row),
      stores.watch.signals.add(
        added.map((signal) => ({
          signal,
          accountId,
          incidentId: draft.id,
          expectedBy: null,
          createdAt: now,
        })),
      ),
      ...draft.moved.map((each) => stores.watch.signals.move({ ...each, incidentId: draft.id })),
      ...told.writes,
    );
    tells ||= told.writes.length > 0;
  }
  const emptied = await emptiedWrites(services, {
    moved,
    joining,
    taken: new Set(drafts.map(({ id }) => id)),
  });
  writes.push(...emptied.writes);
  return { writes, tells: tells || emptied.tells };
}

function coveredBy(expectations: readonly Expectation[], signal: Signal, now: number): Expectation | null {
  return expectations.find((each) => covers(each, signal, subjectOf(signal), now)) ?? null;
}

/** The incidents that what was found belongs to, with it in them. */
async function draftsOf(
  { services, account }: Watching,
  loud: readonly Signal[],
  moved: readonly KeptSignal[],
): Promise<Draft[]> {
  const { stores, ids, clock } = services;
  const signals = [...loud, ...moved.map(({ signal }) => signal)].sort(
    (a, b) => (a.at ?? 0) - (b.at ?? 0) || (a.id < b.id ? -1 : 1),
  );
  const earliest = Math.min(...signals.map(({ at }) => at ?? clock.now()));
  const subjects = [...new Set(signals.map(subjectOf))];
  const open = await stores.watch.incidents.current(account.accountId, subjects, earliest - WINDOW);
  const drafts: Draft[] = [];
  const movedById = new Map(moved.map((each) => [each.signal.id, each]));
  for (const signal of signals) {
    let draft = drafts.find(({ incident }) => belongs(signal, incident)) ?? null;
    if (draft === null) {
      const before = open.find(
        (each) => !drafts.some(({ id }) => id === each.id) && belongs(signal, { ...each, signals: [] }),
      );
      const incident =
        before === undefined
          ? null
          : { ...before, signals: signalsOf(await ofIncident(services, before.id)) };
      draft = {
        before: before ?? null,
        id: before?.id ?? ids.next(),
        incident: addSignal(incident, signal).incident,
        fresh: [],
        moved: [],
      };
      drafts.push(draft);
    } else {
      draft.incident = addSignal(draft.incident, signal).incident;
    }
    draft.fresh.push(signal);
    const was = movedById.get(signal.id);
    if (was !== undefined) draft.moved.push(was);
  }
  return drafts;
}

function keptOf(
  { before, id, incident, fresh }: Draft,
  judged: Judged,
  accountId: string,
  now: number,
): KeptIncident {
  const { subject, openedAt, lastAt, severity, stages, more, signals } = incident;
  const about = judged.about[subject];
  const places = { ...before?.places, ...placesOf(fresh, judged) };
  const rules = [...signals]
    .sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity))
    .map(({ rule }) => rule);
  return {
    id,
    accountId,
    subject,
    openedAt,
    lastAt,
    severity,
    stages,
    more,
    count: (before?.count ?? 0) + fresh.length,
    rules: [...new Set([...rules, ...(before?.rules ?? [])])],
    userName: before?.userName ?? about?.userName ?? null,
    normal: before?.normal ?? about?.normal ?? UNKNOWN,
    places: Object.fromEntries(Object.entries(places).slice(0, MOST_PLACES)),
    noticeId: before?.noticeId ?? null,
    toldAs: before?.toldAs ?? null,
    closed: null,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
    version: 1,
  };
}

const UNKNOWN: KeptIncident['normal'] = {
  since: null,
  settled: false,
  networks: [],
  operators: [],
  agents: [],
  regions: [],
  services: [],
};

function placesOf(signals: readonly Signal[], { places }: Judged): KeptIncident['places'] {
  return Object.fromEntries(
    signals.flatMap(({ address }) => {
      const place = address === null ? undefined : places[address];
      return address === null || place === undefined ? [] : [[address, place]];
    }),
  );
}
