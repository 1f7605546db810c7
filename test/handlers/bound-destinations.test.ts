import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStores } from '../../db/open.ts';
import { known, unknown } from '../../src/domain/known.ts';
import { boundDestinations } from '../../src/handlers/destinations/bound.ts';
import { binding, destination } from '../db/rotation-samples.ts';
import { connection } from '../db/samples.ts';
import { freshDatabase } from '../support/postgres.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const USER = { accountId: '123456789012', userId: 'AIDA1' };

describe.each(['sqlite', 'postgres'] as const)('the destinations of a user on %s', (engine) => {
  it('are those bound to it, by name, with the reason why not yet', async () => {
    const url = engine === 'sqlite' ? `file:${join(temporaryFolder(), 'rekey.db')}` : await freshDatabase();
    const stores = await openStores({ url, exclusive: true, clock: systemClock, log: recordingLog() });
    onTestFinished(() => stores.close());
    const { destinations, bindings } = stores.rotation;
    await stores.atomically([
      stores.connections.insert(connection({ id: 'c1' })),
      destinations.insert(destination({ id: 'd4', name: 'Orphan', connectionId: 'c9' })),
      bindings.insert(binding({ id: 'b4', destinationId: 'd4', userId: 'AIDA1' })),
      destinations.insert(destination({ id: 'd1', name: 'Vault of the shop' })),
      destinations.insert(
        destination({ id: 'd2', name: 'a hook', kind: 'webhook', target: { url: 'https://hook.example/' } }),
      ),
      destinations.insert(destination({ id: 'd3', name: 'Another user’s' })),
      bindings.insert(binding({ id: 'b1', destinationId: 'd1', userId: 'AIDA1' })),
      bindings.insert(binding({ id: 'b2', destinationId: 'd2', userId: 'AIDA1' })),
      bindings.insert(binding({ id: 'b3', destinationId: 'd3', userId: 'AIDA2' })),
    ]);
    const refusals = async (...about: Parameters<typeof boundDestinations>) =>
      (await boundDestinations(...about)).map((each) => [each.destination.id, each.refusal]);

    expect(await refusals({ stores }, USER, known(false, 1))).toEqual([
      ['d2', expect.stringContaining('because it is a webhook')],
      ['d4', expect.stringContaining('The connection that writes there is gone.')],
      ['d1', null],
    ]);
    expect(await refusals({ stores }, USER, unknown('denied', 1))).toEqual([
      ['d2', expect.stringContaining('webhook')],
      ['d4', expect.stringContaining('gone')],
      ['d1', expect.stringContaining('not known whether deploy has administrator rights (denied)')],
    ]);
    expect(await boundDestinations({ stores }, { ...USER, userId: 'AIDA9' }, known(false, 1))).toEqual([]);
  });
});
