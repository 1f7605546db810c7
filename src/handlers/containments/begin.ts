import { accountOfKeyId } from '../../domain/access-key-id.ts';
import { groupedAccount } from '../../domain/account.ts';
import { personOf, type Doer } from '../../domain/actor.ts';
import { blankContainment, heldFor, joined, renewed } from '../../domain/containment-acts.ts';
import { askerOf } from '../../domain/containment-words.ts';
import type { Containment, ContainmentHolder, ContainmentKind } from '../../domain/containment.ts';
import { isConflict, RekeyError } from '../../errors.ts';
import type { Write } from '../../ports/stores.ts';
import { wakeOutbox } from '../alert.ts';
import { containedWrites, drillFor } from '../drills/kept.ts';
import { auditIntent } from '../audit.ts';
import { claimAndWrite, refuseClaimed } from '../claim.ts';
import { connectedTo } from '../key-policy.ts';
import { recordingRefusals, type Attempted } from '../refused.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { SURROUNDINGS_JOB, type Containing } from './containing.ts';
import { inEarnest } from './in-earnest.ts';
import { attemptedBy, authoriseContainment } from './may.ts';
import { openOfKey } from './merge.ts';
import { recordsOf } from './record.ts';
import { newLease, promiseTurn } from './promised-turn.ts';
import { firstCard } from './tell.ts';
import { untoldWrite } from './untold.ts';

/** What a person confirmed. */
export interface ContainInput {
  readonly accessKeyId: string;
  readonly incidentId: string | null;
  readonly kind: ContainmentKind;
  readonly reason: string;
}

/** Who wants it, in the audit log and on the card. */
export interface Wanting {
  readonly doer: Doer;
  /** Slack user id; null: from the command line. */
  readonly by: string | null;
  readonly hostUser: string | null;
  readonly correlationId: string;
}

/** When what need not come before the changes is done: messages, and the look around. */
export type Later = (work: () => Promise<void>) => void | Promise<void>;

const atOnce: Later = (work) => work();

const TRIES = 5;
/** By then it is known whose key it is, as a rule; else the job's rhythm finds it. */
const AROUND_SOON_MS = 3_000;

/**
 * Writes down that a key is to be shut off; nothing is asked of AWS before that. Responders may, also while Rekey is
 * paused. What nobody looks after any more is done anew. Throws `conflict` with who was first when that is under way, or
 * held, for the same reason, `needs_person` when nothing connects to the key's account. `later`: when its message is sent
 * on its way; at once when left out.
 */
export async function beginContainment(
  services: Services,
  request: Request,
  input: ContainInput,
  later: Later = atOnce,
): Promise<Containment> {
  const { actor, correlationId } = request;
  const wanting: Wanting = { doer: personOf(actor), by: actor.userId, hostUser: null, correlationId };
  return recordingRefusals(
    services,
    () => attempted(services, wanting, input),
    async () => {
      await authoriseContainment(services, request, 'contain', input);
      await refuseClaimed(services, request);
      await refuseOther(services, input);
      return begin(services, wanting, input, {
        write: (writes) => claimAndWrite(services, request, writes),
        isClaimed: async () => (await services.stores.interactions.byId(request.claimId)) !== null,
        later,
      });
    },
  );
}

function attempted(
  services: Containing,
  { doer, hostUser, correlationId }: Wanting,
  { accessKeyId, incidentId, kind, reason }: ContainInput,
): Promise<Attempted> {
  const detail = { kind, reason, ...(hostUser === null ? {} : { hostUser }) };
  return attemptedBy(services, doer, correlationId, 'contain', { accessKeyId, incidentId, detail });
}

/** What a window carries is not to be trusted: an incident is of one key. */
async function refuseOther({ stores }: Containing, { accessKeyId, incidentId }: ContainInput): Promise<void> {
  const incident = incidentId === null ? null : await stores.watch.incidents.byId(incidentId);
  if (incidentId === null || incident?.subject === accessKeyId) return;
  throw new RekeyError('invalid', 'This key is not the one of that incident.', {
    next: 'Open the window again from the incident, or type `/aws-deactivate` with the key.',
  });
}

/** The same for whoever works on the host. */
export async function beginFromHost(
  services: Containing,
  hostUser: string,
  input: ContainInput,
): Promise<Containment> {
  const wanting: Wanting = {
    doer: { kind: 'rekey' },
    by: null,
    hostUser,
    correlationId: services.ids.next(),
  };
  return recordingRefusals(
    services,
    () => attempted(services, wanting, input),
    () =>
      begin(services, wanting, input, {
        write: (writes) => services.stores.atomically(writes),
        isClaimed: () => Promise.resolve(false),
        later: atOnce,
      }),
  );
}

/** How the record is written, once; `isClaimed`: it was, or this wish was carried out before. */
interface Writing {
  readonly write: (writes: readonly Write[]) => Promise<void>;
  readonly isClaimed: () => Promise<boolean>;
  readonly later: Later;
}

async function begin(
  services: Containing,
  wanting: Wanting,
  input: ContainInput,
  { write, isClaimed, later }: Writing,
): Promise<Containment> {
  const place = await placeOf(services, input);
  const drillId = await drillFor(services, input);
  for (let tries = 1; ; tries += 1) {
    const open = await openOfKey(services, { ...place, accessKeyId: input.accessKeyId });
    const drawn =
      open === null
        ? await anew(services, wanting, { ...input, drillId }, place)
        : await joining(services, wanting, { ...input, drillId }, open);
    try {
      await write([...drawn.writes, ...containedWrites(services, drillId, drawn.row)]);
    } catch (error) {
      // Another process wrote in between: what there is now may be joined.
      if (!isConflict(error) || tries === TRIES || (await isClaimed())) throw error;
      continue;
    }
    if (open === null) promiseTurn(drawn.row);
    await later(() => awake(services, drawn.row));
    return drawn.row;
  }
}

/** The row as it is to be, with what is written with it. */
interface Drawn {
  readonly row: Containment;
  readonly writes: readonly Write[];
}

interface Place {
  /** Empty: the id does not tell, and all accounts are asked. */
  readonly accountId: string;
  readonly partition: Containment['partition'];
  /** Whose key it is by the inventory; null where it does not know the key. */
  readonly userId: string | null;
}

/** The account of the key: known, or told by its id. Refused where nothing connects to it. */
async function placeOf(services: Containing, input: ContainInput): Promise<Place> {
  const { stores } = services;
  const kept = await stores.inventory.keys.byId(input.accessKeyId);
  const accountId = kept?.accountId ?? accountOfKeyId(input.accessKeyId) ?? '';
  const all = await stores.connections.list();
  const [first] = accountId === '' ? all : connectedTo(all, accountId);
  if (first !== undefined) {
    return { accountId, partition: first.partition, userId: kept?.userId ?? null };
  }
  const known = accountId === '' ? '' : ` By its ID it belongs to the account ${groupedAccount(accountId)}.`;
  const why = `Nothing connects to the account of this key.${known}`;
  throw new RekeyError('needs_person', why, {
    next: 'Whoever runs that account makes the key Inactive in its IAM console, and attaches AWSDenyAll to its user; an admin can connect the account with /aws-connect.',
  });
}

/** The same, with the drill it is part of; null: in earnest. */
type Wish = ContainInput & { readonly drillId: string | null };

async function anew(
  services: Containing,
  wanting: Wanting,
  input: Wish,
  { accountId, partition }: Place,
): Promise<Drawn> {
  const { stores, clock, ids } = services;
  const drawn = blankContainment({
    id: ids.next(),
    accountId,
    partition,
    accessKeyId: input.accessKeyId,
    holder: holderFor(services, wanting, input),
    correlationId: wanting.correlationId,
    now: clock.now(),
  });
  const { noticeId, writes } = await firstCard(services, drawn);
  const row = { ...drawn, noticeId, ...newLease(services) };
  const intent = auditIntent(services, aboutOf(wanting, input, row.id));
  const untold = noticeId === null ? [untoldWrite(services, row)] : [];
  return { row, writes: [stores.containments.insert(row), ...writes, ...untold, intent] };
}

async function joining(
  services: Containing,
  wanting: Wanting,
  input: Wish,
  open: Containment,
): Promise<Drawn> {
  const { stores, clock } = services;
  const now = clock.now();
  const holder = holderFor(services, wanting, input);
  const same = heldFor(open, holder);
  const again = renewed(open, holder, now);
  if (same !== null && again === null) {
    throw new RekeyError('conflict', `This key was contained already by ${askerOf(same)}.`, {
      next: 'Its message tells how it stands; `/aws-deactivate` lists what is contained.',
    });
  }
  // What another key of the user was before, the next look tells.
  const key = { accessKeyId: input.accessKeyId, before: 'unread' } as const;
  const row: Containment = {
    ...(again ?? joined(open, holder, open.state === 'finding' ? [] : [key], now)),
    correlationId: wanting.correlationId,
    updatedAt: now,
    version: open.version + 1,
  };
  const { row: told, writes } = await inEarnest(services, open, row);
  const records = await recordsOf(services, open, told);
  const intent = auditIntent(services, aboutOf(wanting, input, open.id));
  return { row: told, writes: [stores.containments.update(told), ...writes, ...records.writes, intent] };
}

function holderFor(
  { ids, clock }: Containing,
  { by, hostUser }: Wanting,
  { accessKeyId, incidentId, kind, reason, drillId }: Wish,
): ContainmentHolder {
  return {
    id: ids.next(),
    incidentId,
    accessKeyId,
    kind,
    by,
    hostUser,
    at: clock.now(),
    reason,
    phase: 'held',
    ...(drillId === null ? {} : { drillId }),
    taken: null,
  };
}

function aboutOf(
  { doer, hostUser, correlationId }: Wanting,
  { accessKeyId, incidentId, kind, reason }: ContainInput,
  entityId: string,
) {
  return {
    doer,
    verb: 'containment.contain',
    entityKind: 'containment',
    entityId,
    correlationId,
    why: reason,
    detail: {
      accessKeyId,
      kind,
      incidents: incidentId === null ? [] : [incidentId],
      ...(hostUser === null ? {} : { hostUser }),
    },
  };
}

/** What fails here does not undo the record: the job finds it. */
async function awake(services: Containing, { id }: Containment): Promise<void> {
  try {
    await wakeOutbox(services);
    await services.jobs.enqueue(SURROUNDINGS_JOB, id, {}, services.clock.now() + AROUND_SOON_MS);
  } catch (error) {
    services.log.warn('a containment was begun, and what follows was not woken', {
      containmentId: id,
      error,
    });
  }
}
