import { describe, expect, it } from 'vitest';
import { madeSession, roleSession } from '../../src/detections/example.ts';
import type { Expectation } from '../../src/domain/expectation.ts';
import { MINUTE } from './trail-queue-world.ts';
import { found, happen, KEY, told, watch, openWatched } from './watch-world.ts';
import { ENGINES, HOUR_MS, type InventoryWorld } from './world.ts';

const SESSION = 'ASIAFIRSTSESSION0001';

async function open(engine: 'sqlite' | 'postgres'): Promise<InventoryWorld> {
  const world = await openWatched(engine);
  await watch(world);
  return world;
}

/** A session does something; nobody knows yet whose key made it. */
async function act(world: InventoryWorld): Promise<void> {
  happen(world, 'iam:DeactivateMFADevice', { minutesAgo: 2, by: roleSession('r', 's', SESSION) });
  await later(world);
}

/** Now it is known. */
async function become(world: InventoryWorld): Promise<void> {
  happen(world, 'sts:AssumeRole', { minutesAgo: 9, answered: madeSession(SESSION) });
  await later(world);
}

async function later(world: InventoryWorld): Promise<void> {
  world.forward(6 * MINUTE);
  await watch(world);
}

function expectation(world: InventoryWorld, changes: Partial<Expectation> = {}): Expectation {
  const now = world.clock.now();
  return {
    id: 'e1',
    accountId: world.accountId,
    subject: KEY,
    network: null,
    agent: null,
    action: 'iam:DeactivateMFADevice',
    reason: 'planned',
    by: 'U1',
    at: now,
    until: now + HOUR_MS,
    endedAt: null,
    endedBy: null,
    ...changes,
  };
}

describe.each(ENGINES)('an incident of a session whose key becomes known, on %s', (engine) => {
  it('says in its message that it goes on elsewhere, and ends its page', async () => {
    const world = await open(engine);
    const pager = { kind: 'pagerduty', region: 'us', host: null, least: 'medium', setBy: 'U1', setAt: 1 };
    await world.stores.atomically([world.stores.settings.set('pager', JSON.stringify(pager), 1)]);
    await act(world);
    const { heads } = await told(world);
    const [head, page, ...others] = heads;
    expect(others).toEqual([]);
    expect(page?.target).toMatchObject({ kind: 'pager', action: 'trigger' });
    await become(world);
    const after = await told(world);
    const [edit, ...more] = after.all.filter(({ edits }) => edits === head?.id);
    expect(more).toEqual([]);
    expect(JSON.stringify(edit?.blocks)).toContain('Closed as part of another incident by Rekey');
    expect(JSON.stringify(edit?.blocks)).toContain('DeactivateMFADevice');
    expect(JSON.stringify(edit?.blocks)).not.toContain('incident.expect');
    const resolved = after.heads.filter(({ incidentKey }) => incidentKey === page?.incidentKey);
    expect(resolved.map(({ target }) => target)).toEqual([expect.objectContaining({ action: 'resolve' })]);
    expect(after.heads.filter((each) => !resolved.includes(each)).map(({ text }) => text)).toEqual([
      expect.stringContaining(KEY),
      expect.stringContaining(KEY),
    ]);
  });

  it('raises no other where a person said that this is expected of the key', async () => {
    const world = await open(engine);
    await world.stores.atomically([world.stores.watch.expectations.add(expectation(world))]);
    await act(world);
    expect((await told(world)).heads).toHaveLength(1);
    await become(world);
    expect((await told(world)).heads).toEqual([]);
    expect(Object.values(await found(world)).flat()).toEqual([]);
    expect([...(await world.stores.watch.signals.countExpected())]).toEqual([['e1', 1]]);
    expect(await world.stores.watch.signals.unattributed(world.accountId, 0, 9)).toEqual([]);
    const [incident, ...others] = await world.stores.watch.incidents.page(
      { open: null, least: null, accountId: null, text: null },
      null,
      9,
    );
    expect(others).toEqual([]);
    expect(incident?.closed).toMatchObject({ verdict: 'ours', by: 'rekey' });
  });

  it('does raise one where what is expected is over, of another key, program or network, or nothing alike', async () => {
    const world = await open(engine);
    const now = world.clock.now();
    const unlike: readonly Partial<Expectation>[] = [
      { until: now },
      { endedAt: now, endedBy: 'U1' },
      { subject: 'AKIAI44QH8DHBEXAMPLE' },
      { accountId: '999999999999' },
      { agent: 'Boto3' },
      { network: '192.0.2.0/24' },
      { action: 'iam:DeleteVirtualMFADevice' },
    ];
    await world.stores.atomically(
      unlike.map((changes, place) =>
        world.stores.watch.expectations.add(expectation(world, { id: `e${place}`, ...changes })),
      ),
    );
    await act(world);
    await become(world);
    expect((await found(world))[KEY]).toContain('mfa-removed');
    expect([...(await world.stores.watch.signals.countExpected())]).toEqual([]);
  });
});
