import { expect, it } from 'vitest';
import { undoableOf } from '../../src/domain/containment-acts.ts';
import { timesAskedAgain } from '../../src/domain/containment-reasons.ts';
import { RekeyError } from '../../src/errors.ts';
import { beginContainment } from '../../src/handlers/containments/begin.ts';
import { undoContainment } from '../../src/handlers/containments/take-back.ts';
import { holdPass } from '../../src/pollers/hold.ts';
import { InventoryWorld, PATIENT } from '../pollers/world.ts';
import { Chance } from '../rotation/model/chance.ts';
import { OTHER, request, RESPONDER, servicesFor, stolen, truth, victim } from './containment-world.ts';

const ACTS = ['contain', 'contain', 'undo', 'fault', 'pass', 'other pass', 'time', 'rename'] as const;
const ACTIONS = ['UpdateAccessKey', 'AttachUserPolicy', 'DetachUserPolicy', 'ListAccessKeys', 'GetUser'];
const FAULTS = [{ kind: 'throttle' }, { kind: 'drop-after' }, { kind: 'service-failure' }] as const;
const LONG = 120_000;

it.each(Array.from({ length: 12 }, (_, at) => 1 + at))(
  'what several do at once to a user with two keys comes to rest, and each wish has one outcome: seed %i',
  async (seed) => {
    await using world = await InventoryWorld.open({ capabilities: ['contain', 'inventory'] });
    await world.connect();
    const services = servicesFor(world);
    const other = { ...services, instanceId: 'other', onlyInstance: false };
    const { user, key } = victim(world.account);
    const keys = [key, user.addKey()];
    const before = truth(user);
    const chance = new Chance(seed);
    const under: Promise<unknown>[] = [];
    const begin = (work: Promise<unknown>): void => {
      under.push(
        work.catch((error: unknown) => {
          if (!(error instanceof RekeyError)) throw error;
        }),
      );
    };
    const open = () => services.stores.containments.open(9);
    for (let step = 0; step < 20; step += 1) {
      const act = chance.pick(ACTS);
      if (act === 'contain') {
        const wish = stolen(chance.pick(keys), { kind: chance.pick(['stolen', 'planned'] as const) });
        begin(beginContainment(services, request(services, chance.pick([RESPONDER, OTHER])), wish));
      } else if (act === 'undo') {
        for (const row of await open()) {
          const [first] = undoableOf(row);
          if (first === undefined) continue;
          const about = {
            containmentId: row.id,
            holderId: first.id,
            reason: 'a false alarm',
            activate: true,
          };
          begin(undoContainment(services, request(services), { ...about, again: timesAskedAgain(first) }));
        }
      } else if (act === 'fault') {
        world.standIn.faults.add({ action: chance.pick(ACTIONS), times: 2, effect: chance.pick(FAULTS) });
      } else if (act === 'rename') {
        world.account.renameUser(user.name, `name-${step}`);
      } else if (act === 'time') {
        await Promise.all(under.splice(0));
        world.forward(chance.pick([500, 3_000, 31_000, 400_000]));
      } else {
        begin(holdPass(act === 'pass' ? services : other, PATIENT));
      }
    }
    await Promise.all(under.splice(0));
    world.standIn.faults.clear();
    for (let round = 0; round < 30; round += 1) {
      world.forward(31_000);
      await holdPass(services, PATIENT);
    }
    const rows = await open();
    expect(rows.length).toBeLessThanOrEqual(1);
    const [row] = rows;
    const rested = row === undefined ? truth(user) : row.state;
    expect(row === undefined ? [before] : ['holding', 'standing']).toContainEqual(rested);
    const audit = (await services.stores.audit.newest(2_000)).filter(
      ({ verb, outcome }) => verb.startsWith('containment.') && outcome !== 'refused',
    );
    const named = (phase: string): string[] =>
      audit.filter((each) => each.phase === phase).map((each) => `${each.verb} ${each.correlationId}`);
    const intents = named('intent').filter((each) => /contain |hold /.test(each));
    const outcomes = named('outcome').filter((each) => /contain |hold /.test(each));
    expect(new Set(outcomes).size).toBe(outcomes.length);
    expect(outcomes.filter((each) => !intents.includes(each))).toEqual([]);
  },
  LONG,
);
