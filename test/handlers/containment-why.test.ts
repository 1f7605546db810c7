import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/domain/connection.ts';
import { undoContainment } from '../../src/handlers/containments/take-back.ts';
import { holdPass } from '../../src/pollers/hold.ts';
import { InventoryWorld, PATIENT } from '../pollers/world.ts';
import { contain, request, RESPONDER, saidSince, servicesFor, stolen, victim } from './containment-world.ts';

const HOUR = 3_600_000;

/** What is said of a containment that somebody wants taken back after what Rekey signs with was broken. */
async function said(
  world: InventoryWorld,
  connection: Connection,
  breaks: (connection: Connection) => Promise<void> | void,
): Promise<string> {
  const services = servicesFor(world);
  const { key } = victim(world.account);
  const { id, holders } = await contain(services, stolen(key));
  await breaks(connection);
  // Sessions of roles end.
  world.forward(2 * HOUR);
  await undoContainment(services, request(services, RESPONDER), {
    containmentId: id,
    holderId: holders[0]?.id ?? '',
    reason: 'a false alarm',
    activate: false,
    again: 0,
  });
  await holdPass(services, PATIENT);
  return saidSince(world);
}

describe('a containment nobody can sign for says why, and what mends it', () => {
  const opened = () => InventoryWorld.open({ capabilities: ['contain'] });

  it.each([
    [
      'was made Inactive',
      (world: InventoryWorld, id: string) => world.robot.keys.get(id).change('Inactive', 1),
    ],
    ['was deleted', (world: InventoryWorld, id: string) => world.robot.keys.get(id).change('Deleted', 1)],
  ])('where the key of its connection %s', async (_, breaks) => {
    await using world = await opened();
    const words = await said(world, await world.connect(), ({ accessKeyId }) =>
      breaks(world, accessKeyId ?? ''),
    );
    expect(words).toContain('does not accept the access key that Rekey’s connection signs with');
    expect(words).toContain('Make that key Active again in IAM, or give the connection a new one');
    expect(words).not.toMatch(/Nothing connects|aws-connect/);
  });

  it('where the secret of its connection is missing', async () => {
    await using world = await opened();
    const words = await said(world, await world.connect(), ({ id }) =>
      world.stores.atomically([world.stores.secrets.erase('connection', id)]),
    );
    expect(words).toContain('Nobody can act on the user since');
    expect(words).toContain('is missing from the database');
    expect(words).toContain('Use Replace credentials to give it a new one.');
    expect(words).not.toMatch(/Nothing connects|aws-connect/);
  });

  it('where its role cannot be assumed any more', async () => {
    await using world = await opened();
    const words = await said(world, await world.connectRole(), () => {
      world.account.removeRole('rekey');
    });
    expect(words).toContain('does not let Rekey assume the connection’s role');
    expect(words).not.toMatch(/may call|aws-connect/);
  });

  it('where nothing connects to its account any more', async () => {
    await using world = await opened();
    const words = await said(world, await world.connect(), ({ id, version }) =>
      world.stores.atomically([world.stores.connections.remove(id, version)]),
    );
    expect(words).toContain('Nothing connects to the account');
    expect(words).toContain('An admin connects it (again) with');
    expect(words).toContain('/aws-connect');
  });
});
