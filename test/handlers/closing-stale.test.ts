import { describe, expect, it } from 'vitest';
import type { Actor } from '../../src/domain/actor.ts';
import type { IncidentLook, KeptIncident } from '../../src/domain/incident.ts';
import { closeIncident } from '../../src/handlers/close-incident.ts';
import { expectSignals } from '../../src/handlers/expect-incident.ts';
import { lookIncident } from '../../src/handlers/look-incident.ts';
import type { Services } from '../../src/handlers/services.ts';
import {
  closeForm,
  expectForm,
  parseClosing,
  parseExpectation,
} from '../../commands/modals/incident-forms.ts';
import type { FieldValue, IncomingView } from '../../commands/incoming.ts';
import { happen, servicesFor, watch } from '../pollers/watch-world.ts';
import { InventoryWorld } from '../pollers/world.ts';
import { request, RESPONDER } from './containment-world.ts';

const ACTOR: Actor = RESPONDER;
const ANY = { open: true, least: null, accountId: null, text: null } as const;

async function incident(services: Services): Promise<KeptIncident> {
  const [found] = await services.stores.watch.incidents.page(ANY, null, 10);
  if (found === undefined) throw new Error('There is no open incident');
  return found;
}

/** A window as it comes back, with these fields chosen or typed. */
function sent(
  form: { readonly private_metadata?: string },
  fields: Readonly<Record<string, string>>,
): IncomingView {
  const one = (value: string): FieldValue => ({ one: value, many: [] });
  return {
    id: 'V1',
    type: 'modal',
    hash: 'h',
    rootId: null,
    previousId: null,
    callbackId: '',
    metadata: form.private_metadata ?? '',
    values: new Map(Object.entries(fields).map(([name, value]) => [name, one(value)])),
  };
}

function closing(look: IncidentLook, verdict: string) {
  const parsed = parseClosing(sent(closeForm(look), { 'field.verdict': verdict }));
  if (!parsed.ok) throw new Error('It does not parse');
  return parsed.input;
}

function expecting(look: IncidentLook, action: string) {
  const parsed = parseExpectation(
    sent(expectForm(look), {
      'field.expectNetwork': '*',
      'field.expectAgent': '*',
      'field.expectAction': action,
      'field.expectDays': '7',
      'field.expectReason': 'ours',
    }),
  );
  if (!parsed.ok) throw new Error('It does not parse');
  return parsed.input;
}

/** An incident that somebody has a window open for, and what a thief did meanwhile. */
async function overtaken(world: InventoryWorld, services: Services, meanwhile: string) {
  happen(world, 'iam:DeactivateMFADevice', { minutesAgo: 10 });
  await watch(world, services);
  const look = await lookIncident(services, ACTOR, (await incident(services)).id);
  happen(world, meanwhile, { minutesAgo: 5, asked: { userName: 'eve' } });
  world.forward(5 * 60_000);
  await watch(world, services);
  const { id, count } = await incident(services);
  expect(id).toBe(look.incident.id);
  expect(count).toBeGreaterThan(look.incident.count);
  return look;
}

async function open(): Promise<{ world: InventoryWorld; services: Services }> {
  const world = await InventoryWorld.open({ capabilities: ['watch'] });
  await world.connect();
  return { world, services: servicesFor(world) };
}

describe('a window that stood open while more was found', () => {
  it('calls nothing harmless that nobody saw', async () => {
    const opened = await open();
    await using world = opened.world;
    const { services } = opened;
    const look = await overtaken(world, services, 'iam:CreateAccessKey');
    for (const verdict of ['ours', 'false_alarm', 'test']) {
      await expect(closeIncident(services, request(services), closing(look, verdict))).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('found since this window was opened') as string,
      });
    }
    expect((await incident(services)).closed).toBeNull();
    const fresh = await lookIncident(services, ACTOR, look.incident.id);
    const closed = await closeIncident(services, request(services), closing(fresh, 'ours'));
    expect(closed.closed?.verdict).toBe('ours');
  });

  it('may always be called an attack', async () => {
    const opened = await open();
    await using world = opened.world;
    const { services } = opened;
    const look = await overtaken(world, services, 'iam:CreateAccessKey');
    const { closed } = await closeIncident(services, request(services), closing(look, 'attack'));
    expect(closed?.verdict).toBe('attack');
  });

  it('expects nothing, unless all that came is alike', async () => {
    const opened = await open();
    await using world = opened.world;
    const { services } = opened;
    const look = await overtaken(world, services, 'iam:CreateAccessKey');
    const input = expecting(look, 'iam:DeactivateMFADevice');
    await expect(expectSignals(services, request(services), input)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('found since this window was opened') as string,
    });
    const now = await incident(services);
    expect(now.closed).toBeNull();
    expect(await services.stores.watch.expectations.inForce(world.clock.now())).toEqual([]);
    const fresh = await lookIncident(services, ACTOR, now.id);
    const { closed } = await expectSignals(
      services,
      request(services),
      expecting(fresh, 'iam:DeactivateMFADevice'),
    );
    expect(closed).toBe(true);
  });

  it('closes with more of what it was opened for', async () => {
    const opened = await open();
    await using world = opened.world;
    const { services } = opened;
    happen(world, 'iam:DeactivateMFADevice', { minutesAgo: 10 });
    await watch(world, services);
    const look = await lookIncident(services, ACTOR, (await incident(services)).id);
    const { incidents, signals } = services.stores.watch;
    const [first] = await signals.ofIncident(look.incident.id, 10);
    if (first === undefined) throw new Error('There is no signal');
    const { count, version } = look.incident;
    await services.stores.atomically([
      incidents.update({ ...look.incident, count: count + 1, version: version + 1 }),
      signals.add([{ ...first, signal: { ...first.signal, id: 'again' } }]),
    ]);
    const input = expecting(look, 'iam:DeactivateMFADevice');
    expect((await expectSignals(services, request(services), input)).closed).toBe(true);
  });
});
