// One durable write alone, with a commit of its own, of the shape a submitted connect form makes: the claim, the attempt with its sealed
// secret, the audit row. Nothing else runs in this process.
import { openStores } from '../../db/open.ts';
import { systemClock } from '../../src/clock.ts';
import { createIds } from '../../src/crypto/ids.ts';
import { generateMasterKeyText, parseMasterKeys } from '../../src/crypto/master-key.ts';
import { createSealer } from '../../src/crypto/sealer.ts';
import { sealedIdentity } from '../../src/domain/records.ts';
import { Secret } from '../../src/domain/secret.ts';
import { createLog } from '../../src/log.ts';
import type { Write } from '../../src/ports/stores.ts';
import { answering } from './answering.ts';

export interface WritesQuestion {
  readonly concurrent: number;
}

/** How long each took, from the moment all were asked for; ms. */
export type WritesAnswer = readonly number[];

const [url = ''] = process.argv.slice(2);
const log = createLog({ level: 'silent' });
const stores = await openStores({ url, exclusive: false, clock: systemClock, log });
const ids = createIds(systemClock);
const sealer = createSealer(parseMasterKeys(generateMasterKeyText()));

function batch(): Write[] {
  const at = systemClock.now();
  const [id, userId, teamId] = [ids.next(), 'U0ADMIN', 'T0REKEY'];
  const row = { id: ids.next(), holderKind: 'attempt', holderId: id, version: 1, createdAt: at } as const;
  const draft = {
    name: `bench ${id}`,
    description: '',
    accountId: null,
    region: null,
    method: 'access_key',
    accessKeyId: id.slice(0, 20).toUpperCase(),
    roleArn: null,
    externalId: null,
    alertChannel: null,
    owners: [userId],
  } as const;
  return [
    stores.interactions.claim({
      id: `view:${id}`,
      kind: 'decision',
      name: 'connect',
      viewId: id,
      teamId,
      userId,
      value: null,
      at,
    }),
    stores.attempts.insert({
      id,
      kind: 'connect',
      teamId,
      userId,
      viewId: id,
      connectionId: null,
      draft,
      deactivateKey: false,
      correlationId: id,
      leaseOwner: id,
      leaseUntil: at,
      createdAt: at,
      expiresAt: at,
    }),
    stores.secrets.insert({ ...row, box: sealer.seal(new Secret('x'.repeat(40)), sealedIdentity(row)) }),
    stores.audit.add({
      id: ids.next(),
      at,
      doer: { kind: 'person', teamId, userId },
      verb: 'connection.connect',
      phase: 'intent',
      outcome: null,
      entityKind: 'attempt',
      entityId: id,
      why: '',
      detail: { name: draft.name, method: draft.method, accessKeyId: draft.accessKeyId },
      correlationId: id,
    }),
  ];
}

answering(async ({ concurrent }: WritesQuestion): Promise<WritesAnswer> => {
  // What each finished attempt does to the file before the next one comes; not part of the figure.
  await stores.atomically([stores.secrets.erase('attempt', 'nobody')]);
  const took: number[] = [];
  const moment = performance.now();
  const one = async (): Promise<void> => {
    await stores.atomically(batch());
    took.push(performance.now() - moment);
  };
  // A file takes one writer at a time. Each has a commit of its own here; Rekey lets those that come together share one.
  if (stores.engine === 'sqlite') for (let at = 0; at < concurrent; at += 1) await one();
  else await Promise.all(Array.from({ length: concurrent }, one));
  return took;
});
