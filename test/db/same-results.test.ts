import * as fc from 'fast-check';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openStores } from '../../db/open.ts';
import { RekeyError } from '../../src/errors.ts';
import type { Stores, Write } from '../../src/ports/stores.ts';
import { freshDatabase } from '../support/postgres.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { emptyTables } from './empty.ts';
import { aKeyWrite, KEY_READS } from './key-writes.ts';
import { attempt, connection, entry, grant, interaction, notice, secret } from './samples.ts';

type MakeWrite = (stores: Stores) => Write;
type Read = (stores: Stores) => Promise<unknown>;

// Few ids and small numbers, so that writes often meet.
const id = fc.constantFrom('a', 'b', 'B', 'é', '🍏', '￼');
const small = fc.integer({ min: 0, max: 3 });
const word = fc.oneof(id, fc.string({ unit: 'binary', maxLength: 8 }));

const aWrite: fc.Arbitrary<MakeWrite> = fc.oneof(
  fc.tuple(id, word, small, fc.option(id)).map(
    ([id, name, version, accessKeyId]): MakeWrite =>
      ({ connections }) =>
        connections.insert(connection({ id, name, version, accessKeyId })),
  ),
  fc.tuple(id, word, small).map(
    ([id, name, version]): MakeWrite =>
      ({ connections }) =>
        connections.update(connection({ id, name, version })),
  ),
  fc.tuple(id, small).map(
    ([id, version]): MakeWrite =>
      ({ connections }) =>
        connections.remove(id, version),
  ),
  fc.tuple(id, id, small).map(
    ([id, leaseOwner, leaseUntil]): MakeWrite =>
      ({ attempts }) =>
        attempts.insert(attempt({ id, leaseOwner, leaseUntil, connectionId: leaseOwner })),
  ),
  fc.tuple(id, id, id, small).map(
    ([id, from, to, until]): MakeWrite =>
      ({ attempts }) =>
        attempts.lease(attempt({ id, leaseOwner: from, leaseUntil: until }), to, until + 1),
  ),
  fc.tuple(id, id).map(
    ([id, owner]): MakeWrite =>
      ({ attempts }) =>
        attempts.finish(id, owner),
  ),
  fc.tuple(id, id, small, fc.boolean()).map(
    ([id, holderId, version, held]): MakeWrite =>
      ({ secrets }) =>
        secrets.insert(secret({ id, holderId, version, holderKind: held ? 'attempt' : 'connection' })),
  ),
  id.map(
    (holder): MakeWrite =>
      ({ secrets }) =>
        secrets.erase('attempt', holder),
  ),
  id.map(
    (id): MakeWrite =>
      ({ secrets }) =>
        secrets.eraseOne(id),
  ),
  fc.tuple(word, word, small).map(
    ([key, value, at]): MakeWrite =>
      ({ settings }) =>
        settings.set(key, value, at),
  ),
  word.map(
    (key): MakeWrite =>
      ({ settings }) =>
        settings.remove(key),
  ),
  fc.tuple(id, id).map(
    ([id, subjectId]): MakeWrite =>
      ({ roleGrants }) =>
        roleGrants.insert(grant({ id, subjectId })),
  ),
  id.map(
    (id): MakeWrite =>
      ({ roleGrants }) =>
        roleGrants.remove(id),
  ),
  fc.tuple(id, fc.array(word, { maxLength: 2 }), small).map(
    ([groupId, members, fetchedAt]): MakeWrite =>
      ({ groupMembers }) =>
        groupMembers.set({ groupId, members, fetchedAt }),
  ),
  fc.tuple(id, small).map(
    ([id, at]): MakeWrite =>
      ({ interactions }) =>
        interactions.claim(interaction(id, at)),
  ),
  small.map(
    (at): MakeWrite =>
      ({ interactions }) =>
        interactions.removeBefore(at),
  ),
  fc.tuple(id, small, fc.jsonValue({ maxDepth: 2 })).map(
    ([id, at, value]): MakeWrite =>
      ({ audit }) =>
        audit.add(entry({ id, at, detail: { value } })),
  ),
  fc.tuple(id, word, small).map(
    ([id, text, nextAt]): MakeWrite =>
      ({ notices }) =>
        notices.add(notice({ id, text, nextAt })),
  ),
  fc.tuple(id, id, small).map(
    ([id, edits, nextAt]): MakeWrite =>
      ({ notices }) =>
        notices.add(notice({ id, edits, nextAt, severity: 'high', incidentKey: edits })),
  ),
  fc.tuple(id, small, small).map(
    ([id, attempts, nextAt]): MakeWrite =>
      ({ notices }) =>
        notices.take(notice({ id, attempts, nextAt }), 1, nextAt + 1),
  ),
  fc.tuple(id, word, small).map(
    ([id, error, at]): MakeWrite =>
      ({ notices }) =>
        notices.failed(id, error, at),
  ),
  fc.tuple(id, word, small).map(
    ([id, error, at]): MakeWrite =>
      ({ notices }) =>
        notices.giveUp(id, error, at),
  ),
  fc.tuple(id, small).map(
    ([userId, at]): MakeWrite =>
      ({ notices }) =>
        notices.redirect(notice({ id: userId }), { kind: 'person', userId }, 'gone', at),
  ),
  fc.tuple(id, fc.option(small), small).map(
    ([id, from, to]): MakeWrite =>
      ({ outlets }) =>
        outlets.hold(id, from, to),
  ),
  fc.tuple(id, small, fc.option(id)).map(
    ([id, at, channelId]): MakeWrite =>
      ({ outlets }) =>
        outlets.worked(id, at, channelId),
  ),
  fc.tuple(id, word, small).map(
    ([id, error, at]): MakeWrite =>
      ({ outlets }) =>
        outlets.trouble(id, error, at),
  ),
  fc.tuple(id, small).map(
    ([id, until]): MakeWrite =>
      ({ outlets }) =>
        outlets.limit(id, until),
  ),
  small.map(
    (until): MakeWrite =>
      ({ outlets }) =>
        outlets.limitSlack(until),
  ),
  id.map(
    (id): MakeWrite =>
      ({ notices }) =>
        notices.sent(id),
  ),
);

const EVERYTHING: readonly Read[] = [
  ({ connections }) => connections.list(),
  ({ attempts }) => attempts.abandoned(2, { anyLeaseBut: 'a' }),
  ({ attempts }) => attempts.ofConnection('a'),
  ({ secrets }) => secrets.newest('attempt', 'a'),
  ({ secrets }) => secrets.wrappedByOther('none', 9),
  ({ secrets }) => secrets.countByMasterKey(),
  ({ secrets }) => secrets.orphans(),
  ({ roleGrants }) => roleGrants.list(),
  ({ audit }) => audit.newest(9),
  ({ notices }) => notices.ready(2, 9),
  ({ notices }) => notices.nextAt(1),
  ({ notices }) => notices.editsOf('a', 2),
  ({ notices }) => notices.lost(1),
  ({ notices }) => notices.wasPaged('a'),
  ({ outlets }) => outlets.troubled(),
  ({ outlets }) => outlets.limited(1),
  ({ groupMembers }) => groupMembers.byId('a'),
  ({ interactions }) => interactions.byId('B'),
  ({ settings }) => settings.get('é'),
];

async function outcome(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return { value: await run() };
  } catch (error) {
    if (!(error instanceof RekeyError)) throw error;
    return { code: error.code, message: error.message, next: error.next };
  }
}

async function open(url: string): Promise<Stores> {
  const stores = await openStores({ url, exclusive: true, clock: systemClock, log: recordingLog() });
  onTestFinished(() => stores.close());
  return stores;
}

/** Holds that any sequence of batches of these writes, and then each read, has one result on both engines. */
async function sameResults(
  aWrite: fc.Arbitrary<(stores: Stores) => readonly Write[]>,
  reads: readonly Read[],
): Promise<void> {
  const urls = [`file:${join(temporaryFolder(), 'rekey.db')}`, await freshDatabase()];
  const engines = await Promise.all(urls.map(open));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(aWrite, { minLength: 1, maxLength: 4 }), { maxLength: 14 }),
      async (batches) => {
        await Promise.all(urls.map(emptyTables));
        for (const batch of batches) {
          const [one, other] = await Promise.all(
            engines.map((stores) => outcome(() => stores.atomically(batch.flatMap((make) => make(stores))))),
          );
          expect(one).toEqual(other);
        }
        for (const read of reads) {
          const [one, other] = await Promise.all(engines.map((stores) => outcome(() => read(stores))));
          expect(one).toEqual(other);
        }
      },
    ),
    { numRuns: 60 },
  );
}

test('any sequence of batches gives the same results on both engines', async () => {
  await sameResults(
    aWrite.map((make) => (stores) => [make(stores)]),
    EVERYTHING,
  );
}, 60_000);

test('so does any sequence of batches about keys', async () => {
  await sameResults(aKeyWrite, KEY_READS);
}, 60_000);
