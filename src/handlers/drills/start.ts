import type { Connection } from '../../domain/connection.ts';
import { personOf } from '../../domain/actor.ts';
import { isOpenDrill, NO_TIMES, type Drill, type DrillCard } from '../../domain/drill.ts';
import type { InventoryKey } from '../../domain/inventory.ts';
import { lastUseWords } from '../../domain/key-words.ts';
import { isAtLeast } from '../../domain/notice.ts';
import { DAY_MS } from '../../domain/time-words.ts';
import { RekeyError } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import { ANY_KEY, type KeyPlace, type KeyRow } from '../../ports/inventory.ts';
import { alertWrites, wakeOutbox } from '../alert.ts';
import { auditIntent, auditOutcome } from '../audit.ts';
import { authorise } from '../authorise.ts';
import { claimAndWrite } from '../claim.ts';
import { keepsOff } from '../containments/keeps-off.ts';
import { handsOf, signersFor } from '../containments/hands.ts';
import { openOfUser } from '../containments/merge.ts';
import { connectedTo, policyHolder } from '../key-policy.ts';
import { lookAccounts } from '../look-keys.ts';
import { existingKey } from '../look-key.ts';
import { pagerSetting } from '../pager.ts';
import type { Request } from '../request.ts';
import { lastUse as readLastUse } from '../rotations/account.ts';
import { openRotationOf } from '../rotations/rotatable.ts';
import type { Services } from '../services.ts';
import { alertChannel } from '../settings.ts';
import { lastDrill, putDrill } from './kept.ts';

/** What an admin chose. */
export interface DrillInput {
  readonly accessKeyId: string;
  readonly minutes: number;
  /** Send a test page, too: somebody may be woken. */
  readonly page: boolean;
}

/** A use so long ago belongs to nothing that still runs; ms. */
const UNUSED_MS = 90 * DAY_MS;
/** How many keys are looked through for decoys. */
const PAGE = 500;
const MOST_PAGES = 40;

/** Keys marked as decoys, in connected accounts; Active ones alone. */
export async function decoys(services: Pick<Services, 'stores'>): Promise<readonly KeyRow[]> {
  const { stores } = services;
  const connections = await stores.connections.list();
  const found: KeyRow[] = [];
  let after: KeyPlace | null = null;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const from: { readonly after: KeyPlace } | null = after === null ? null : { after };
    const rows = await stores.inventory.standings.page({ ...ANY_KEY, status: 'Active' }, from, PAGE);
    found.push(...rows.filter((row) => isDecoy(row, connections)));
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) break;
    after = { urgency: last.standing?.urgency ?? -1, accessKeyId: last.key.accessKeyId };
  }
  return found;
}

function isDecoy({ key, standing }: KeyRow, connections: readonly Connection[]): boolean {
  return standing?.kind.kind === 'decoy' && connectedTo(connections, key.accountId).length > 0;
}

/**
 * Records that somebody set out to start a drill, once for each claim; AWS is asked afterwards. Admins may. Throws
 * `conflict` while another runs.
 */
export async function beginDrill(services: Services, request: Request, input: DrillInput): Promise<void> {
  authorise(request.actor, 'admin', 'start drills', services.admins);
  const last = await lastDrill(services);
  if (last !== null && isOpenDrill(last.row)) throw running(last.row);
  await claimAndWrite(services, request, [auditIntent(services, actOf(request, input, ''))]);
}

function running({ startedBy, accessKeyId }: Drill): RekeyError {
  return new RekeyError(
    'conflict',
    `A drill with ${accessKeyId}, started by <@${startedBy}>, is not over yet.`,
    {
      next: 'Give its key back, or stop it, first: see its message.',
    },
  );
}

/**
 * Checks that the key is a decoy that nothing else hangs on, as AWS shows it now, and raises the alert. Throws with why
 * not; that is in the audit log, too.
 */
export async function raiseDrill(
  services: Services,
  request: Request,
  input: DrillInput,
  signal: AbortSignal,
): Promise<Drill> {
  const { stores, clock, ids, presenter } = services;
  try {
    const { key } = await existingKey(services, input.accessKeyId);
    await checkDecoy(services, key, signal);
    const channelId =
      policyHolder(await stores.connections.list(), key.accountId)?.alertChannel ??
      (await alertChannel(services)).channelId;
    if (channelId === null) {
      throw no('There is no alert channel to raise it in.', 'Set one under /aws-settings.');
    }
    const last = await lastDrill(services);
    if (last !== null && isOpenDrill(last.row)) throw running(last.row);
    const now = clock.now();
    const pager = input.page ? await pagerSetting(services) : null;
    const drill: Drill = {
      id: ids.next(),
      accessKeyId: key.accessKeyId,
      accountId: key.accountId,
      userName: key.userName,
      state: 'raised',
      stateAt: now,
      startedBy: request.actor.userId,
      raisedAt: now,
      endsAt: now + input.minutes * 60_000,
      paged: pager !== null && isAtLeast('critical', pager.least),
      times: NO_TIMES,
      containmentId: null,
      containedBy: null,
      trouble: null,
      remindedAt: null,
      stoppedBy: null,
      noticeId: '',
      correlationId: request.correlationId,
      version: 1,
    };
    // A severity is what pages: without one nobody is woken.
    const { noticeId, writes } = await alertWrites(services, {
      target: { kind: 'channel', channelId },
      message: presenter.drillMessage(await drillCard(services, drill)),
      correlationId: drill.correlationId,
      ...(drill.paged
        ? {
            severity: 'critical' as const,
            incidentKey: `rekey-drill-${drill.id}`,
            details: pageDetails(drill),
          }
        : {}),
    });
    const raised = { ...drill, noticeId };
    await stores.atomically([
      putDrill(services, last, raised, now),
      ...writes,
      auditOutcome(services, actOf(request, input, '', raised.id), 'done'),
    ]);
    await wakeOutbox(services);
    return raised;
  } catch (error) {
    const why = error instanceof RekeyError || error instanceof AwsFailure ? error.message : 'an error';
    const refused = error instanceof RekeyError && error.code !== 'internal';
    await stores.atomically([
      auditOutcome(services, actOf(request, input, why), refused ? 'refused' : 'failed'),
    ]);
    throw error;
  }
}

function pageDetails({ accessKeyId, accountId, startedBy }: Drill): Readonly<Record<string, string>> {
  return { drill: 'a rehearsal, nothing happened', accessKeyId, account: accountId, 'started by': startedBy };
}

/** Everything its message shows. */
export async function drillCard(
  services: Pick<Services, 'stores' | 'clock'>,
  drill: Drill,
): Promise<DrillCard> {
  const account = (await lookAccounts(services)).find(({ accountId }) => accountId === drill.accountId);
  const standing = await services.stores.inventory.standings.byKey(drill.accessKeyId);
  return {
    drill,
    ownership: standing?.ownership ?? null,
    accountName: account?.name ?? drill.accountId,
    now: services.clock.now(),
  };
}

/** Throws with the reason unless shutting the key and its user off harms nothing, and can be done. */
async function checkDecoy(services: Services, key: InventoryKey, signal: AbortSignal): Promise<void> {
  const { stores, clock } = services;
  const { accessKeyId, accountId, userId, userName } = key;
  const standing = await stores.inventory.standings.byKey(accessKeyId);
  if (standing?.kind.kind !== 'decoy') {
    throw no(
      'This key is not marked as a decoy: a drill shuts it off in earnest.',
      'Make a user without rights and a key nobody uses, and set its kind to decoy (*Details*, *Kind, owners, limits*).',
    );
  }
  if ((await openRotationOf({ stores }, key)) !== null) {
    throw no(`A rotation of ${userName} is under way.`, 'Choose another decoy, or wait.');
  }
  const contained =
    (await openOfUser({ stores }, { accountId, userId, userName })) !== null ||
    (await keepsOff(stores, { accountId, accessKeyId, since: clock.now() })) !== null;
  if (contained) throw no(`${userName} is contained already.`, 'Take that back first (`/aws-deactivate`).');
  const [incident] = await stores.watch.incidents.current(accountId, [accessKeyId], 0);
  if (incident !== undefined) {
    throw no('An incident of this key is open: that is no drill.', 'See to it first (`/aws-incidents`).');
  }
  const user = await stores.inventory.users.byId(accountId, userId);
  const target = {
    accountId,
    userName,
    userId,
    userArn: user?.arn ?? null,
    holders: [],
    keys: [{ accessKeyId, before: 'unread' } as const],
  };
  const { able, same } = await signersFor(services, target);
  if (same.length > 0) throw no(`Rekey itself signs as ${userName}.`, 'Choose a decoy of another user.');
  if (able.length === 0) throw no('No connection reaches its account.', 'Connect it with /aws-connect.');
  const hands = handsOf(services, able, signal);
  try {
    const keys = await hands(({ iam }) => iam.listAccessKeys(userName, signal));
    const listed = keys.find((each) => each.accessKeyId === accessKeyId);
    if (listed?.status !== 'Active') {
      throw no(
        `AWS shows the key ${listed?.status ?? 'no more'}: there is nothing to shut off.`,
        'Activate it, or choose another decoy.',
      );
    }
    const others = keys.filter((each) => each.accessKeyId !== accessKeyId && each.status === 'Active');
    if (others.length > 0) {
      const which = others.map((each) => each.accessKeyId).join(', ');
      throw no(
        `${userName} has another active key (${which}), which would stop, too.`,
        'Choose another decoy.',
      );
    }
    if (await hands(({ iam }) => iam.hasLoginProfile(userName, signal))) {
      throw no(`${userName} has a console password: a person may work with it.`, 'Choose another decoy.');
    }
    const lastUse = await hands(({ iam }) => readLastUse(iam, accessKeyId, () => clock.now(), signal));
    if (lastUse.kind === 'unknown') {
      throw no(`Whether anything uses the key is not known (${lastUse.why}).`, 'Try again in a minute.');
    }
    if (lastUse.kind === 'used' && clock.now() - lastUse.at < UNUSED_MS) {
      throw no(
        `The key was ${lastUseWords(lastUse)}: something may hang on it.`,
        'Find out what did. A decoy for drills is used by nothing.',
      );
    }
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    throw new RekeyError(
      'needs_person',
      `Whether the key may be shut off could not be read (${error.action}: ${error.code.replaceAll('_', ' ')}).`,
      { next: 'Give the connection the capabilities inventory and contain (`/aws-test`), or try again.' },
    );
  }
}

function no(why: string, next: string): RekeyError {
  return new RekeyError('needs_person', why, { next });
}

function actOf(
  { actor, correlationId }: Request,
  { accessKeyId, minutes, page }: DrillInput,
  why: string,
  drillId: string | null = null,
) {
  return {
    doer: personOf(actor),
    verb: 'drill.start',
    entityKind: 'key',
    entityId: accessKeyId,
    correlationId,
    why,
    detail: { drill: drillId, minutes, page },
  };
}
