import { z } from 'zod';
import { personOf } from '../domain/actor.ts';
import { PAGER_OUTLET, SEVERITIES, type Severity } from '../domain/notice.ts';
import { keyProblem, PAGER_KINDS, PAGER_NAMES, type PagerKind, type PagerRegion } from '../domain/pager.ts';
import type { PagerSetting } from '../domain/pager.ts';
import { sealedIdentity, type SealedSecret } from '../domain/records.ts';
import { Secret } from '../domain/secret.ts';
import { RekeyError } from '../errors.ts';
import type { PagerAccess } from '../ports/pager.ts';
import { auditOutcome } from './audit.ts';
import { authorise } from './authorise.ts';
import { claimAndWrite } from './claim.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';

/** The setting's name, and the holder of its sealed secret. */
const PAGER = 'pager';

const setting: z.ZodType<PagerSetting> = z.object({
  kind: z.enum(PAGER_KINDS),
  region: z.enum(['us', 'eu']),
  host: z.string().nullable(),
  least: z.enum(SEVERITIES),
  setBy: z.string(),
  setAt: z.number(),
});

/** What is sealed: never shown again. */
const sealed = z.object({ key: z.string(), url: z.string().nullable() });

/** The paging service that is set, or null. */
export async function pagerSetting(services: Pick<Services, 'stores'>): Promise<PagerSetting | null> {
  const kept = await services.stores.settings.get(PAGER);
  return kept === null ? null : setting.parse(JSON.parse(kept));
}

/** The same with what opens it; null when none is set. Throws RekeyError `internal` when it cannot be unsealed. */
export async function pagerAccess(
  services: Pick<Services, 'stores' | 'sealer'>,
): Promise<PagerAccess | null> {
  const set = await pagerSetting(services);
  const row = set === null ? null : await services.stores.secrets.newest('pager', PAGER);
  if (set === null || row === null) return null;
  const opened = services.sealer.open(row.box, sealedIdentity(row));
  const { key, url } = sealed.parse(JSON.parse(opened.reveal()));
  return {
    kind: set.kind,
    region: set.region,
    key: new Secret(key),
    url: url === null ? null : new Secret(url),
  };
}

/** What was typed. The key, and a webhook's address, are null when what is stored stays. */
export interface PagerInput {
  readonly kind: PagerKind;
  readonly region: PagerRegion;
  readonly least: Severity;
  readonly key: Secret | null;
  readonly url: Secret | null;
}

/** Sets the paging service. What waits to be paged goes out at once, by the new key. */
export async function setPager(
  services: Services,
  request: Request,
  input: PagerInput,
): Promise<PagerSetting> {
  const { stores, sealer, clock, ids } = services;
  authorise(request.actor, 'admin', 'change settings', services.admins);
  const before = await pagerSetting(services);
  const stored = before?.kind === input.kind ? await pagerAccess(services) : null;
  const key = input.key ?? stored?.key ?? null;
  const url = input.kind === 'webhook' ? (input.url ?? stored?.url ?? null) : null;
  if (key === null) throw missing('pagerKey', 'Type the key: none is stored for this service.');
  const wrong = keyProblem(input.kind, key.reveal());
  if (wrong !== null) throw missing('pagerKey', wrong);
  if (input.kind === 'webhook') {
    if (url === null) throw missing('pagerUrl', 'Type the address of the webhook.');
    const problem = await services.pager.addressProblem(url.reveal());
    if (problem !== null) throw missing('pagerUrl', problem);
  }
  const { kind, region, least } = input;
  const now = clock.now();
  const host = url === null ? null : new URL(url.reveal()).host;
  const set: PagerSetting = { kind, region, least, host, setBy: request.actor.userId, setAt: now };
  const last = await stores.secrets.newest('pager', PAGER);
  const row: Omit<SealedSecret, 'box'> = {
    id: ids.next(),
    holderKind: 'pager',
    holderId: PAGER,
    version: (last?.version ?? 0) + 1,
    createdAt: now,
  };
  const secret = new Secret(JSON.stringify({ key: key.reveal(), url: url?.reveal() ?? null }));
  await claimAndWrite(services, request, [
    stores.settings.set(PAGER, JSON.stringify(set), now),
    stores.secrets.erase('pager', PAGER),
    stores.secrets.insert({ ...row, box: sealer.seal(secret, sealedIdentity(row)) }),
    stores.outlets.mended(PAGER_OUTLET),
    stores.notices.hurry(PAGER_OUTLET, now),
    changed(services, request, 'settings.pager', {
      ...described(set),
      newKey: input.key !== null,
    }),
  ]);
  return set;
}

/** Pages nobody any more, and erases the key. */
export async function removePager(services: Services, request: Request): Promise<void> {
  authorise(request.actor, 'admin', 'change settings', services.admins);
  const before = await pagerSetting(services);
  if (before === null) return;
  await claimAndWrite(services, request, [
    services.stores.settings.remove(PAGER),
    services.stores.secrets.erase('pager', PAGER),
    services.stores.outlets.mended(PAGER_OUTLET),
    changed(services, request, 'settings.pager_removed', described(before)),
  ]);
}

/** Opens an incident at the paging service and closes it again. Throws RekeyError with what went wrong. */
export async function testPage(services: Services, request: Request): Promise<void> {
  const { ids, clock, pager, stores } = services;
  authorise(request.actor, 'admin', 'send test pages', services.admins);
  const set = await pagerSetting(services);
  const access = await pagerAccess(services);
  if (set === null || access === null) {
    throw new RekeyError('invalid', 'No paging service is set.', { next: 'Set one up first.' });
  }
  await claimAndWrite(services, request, []);
  const page = {
    incidentKey: `rekey-test-${ids.next()}`,
    summary: 'A test page of Rekey; it closes itself.',
    severity: set.least,
    at: clock.now(),
    details: { 'asked by': request.actor.userId },
  };
  const opened = await pager.send(access, { ...page, id: ids.next(), action: 'trigger' });
  const closed = opened.ok
    ? await pager.send(access, { ...page, id: ids.next(), action: 'resolve' })
    : opened;
  await stores.atomically([
    ...(closed.ok ? [stores.outlets.mended(PAGER_OUTLET)] : []),
    changed(services, request, 'settings.pager_test', described(set), closed.ok ? 'done' : 'failed'),
  ]);
  if (closed.ok) return;
  throw new RekeyError(
    'unreachable',
    `${closed.error}${opened.ok ? ', so the test page may still be open' : ''}.`,
    {
      next: closed.why === 'refused' ? 'Check the key and try again.' : 'Try again in a minute.',
    },
  );
}

function missing(field: 'pagerKey' | 'pagerUrl', what: string): RekeyError {
  return new RekeyError('invalid', what, { field });
}

function described({ kind, region, host, least }: PagerSetting): Record<string, unknown> {
  return { service: PAGER_NAMES[kind], ...(kind === 'opsgenie' ? { region } : {}), host, least };
}

function changed(
  services: Services,
  request: Request,
  verb: string,
  detail: Record<string, unknown>,
  outcome: 'done' | 'failed' = 'done',
): ReturnType<typeof auditOutcome> {
  const { correlationId, actor } = request;
  const act = { doer: personOf(actor), verb, entityKind: 'settings', entityId: PAGER, correlationId, detail };
  return auditOutcome(services, act, outcome);
}
