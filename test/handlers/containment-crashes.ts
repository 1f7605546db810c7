import { expect } from 'vitest';
import { recoverContainment, undoContainment } from '../../src/handlers/containments/take-back.ts';
import { beginContainment } from '../../src/handlers/containments/begin.ts';
import { pursue } from '../../src/handlers/containments/pursue.ts';
import type { Services } from '../../src/handlers/services.ts';
import type { EngineName } from '../support/rekey.ts';
import { InventoryWorld, PATIENT } from '../pollers/world.ts';
import { holdFor, read, request, servicesFor, settled, stolen, truth, victim } from './containment-world.ts';

class Killed extends Error {}

/**
 * A process that dies at a step outward, its n-th one or the first of a name: before the call or write (`early`), or after
 * it. From then on nothing of it reaches anything, not even the end of a lease.
 */
function mortal(services: Services, at: number | string, early: boolean): Services {
  let steps = 0;
  let dead = false;
  const through = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    if (dead) throw new Killed();
    steps += 1;
    const last = steps === at || name === at;
    if (last && early) {
      dead = true;
      throw new Killed();
    }
    const came = await work();
    if (last) {
      dead = true;
      throw new Killed();
    }
    return came;
  };
  const wrapped = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function'
          ? (...given: unknown[]) =>
              through(String(name), () => Promise.resolve(Reflect.apply(value, target, given)))
          : value;
      },
    });
  const { aws, stores } = services;
  return {
    ...services,
    instanceId: `mortal-${at}-${early}`,
    aws: {
      ...aws,
      iam: (...given) => wrapped(aws.iam(...given)),
      iamDeny: (...given) => wrapped(aws.iamDeny(...given)),
      iamRoles: (...given) => wrapped(aws.iamRoles(...given)),
    },
    stores: { ...stores, atomically: (writes) => through('atomically', () => stores.atomically(writes)) },
  };
}

/**
 * Lets a process die at every `stride`-th of its effects while it contains a user and takes that back, and another one
 * complete it: contained, then undone or recovered, exactly. Answers how often it died.
 */
export async function dieAtEffects(engine: EngineName, stride: number): Promise<number> {
  await using world = await InventoryWorld.open({ engine, capabilities: ['contain'] });
  await world.connect();
  // On PostgreSQL another process may only take over when the lease is over.
  const next = servicesFor(world, { onlyInstance: engine === 'sqlite', instanceId: 'next' });
  const survive = async (id: string) => {
    if (engine === 'postgres') world.forward(31_000);
    return settled(next, id);
  };
  let deaths = 0;
  for (let at = 1; ; at += stride) {
    const early = at % 2 === 0;
    const { user, key } = victim(world.account, `user${at}`);
    const before = truth(user);
    const act = at % 4 < 2 ? undoContainment : recoverContainment;
    const dying = mortal(next, at, early);
    let id: string | null = null;
    let died = false;
    const die = async (work: () => Promise<unknown>) => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
        died = true;
      }
    };
    await die(async () => {
      id = (await beginContainment(dying, request(dying), stolen(key))).id;
      await pursue(dying, id, 60_000, PATIENT);
    });
    id ??=
      (await next.stores.containments.open(100)).find(({ accessKeyId }) => accessKeyId === key.accessKeyId)
        ?.id ?? null;
    if (id === null) {
      // Killed before anything was written: nothing happened.
      expect(truth(user)).toEqual(before);
      deaths += 1;
      continue;
    }
    const containmentId: string = id;
    if (died) await survive(containmentId);
    expect(truth(user)).toMatchObject({
      keys: ['Inactive'],
      attached: ['AWSDenyAll', 'AdministratorAccess'],
    });
    const row = await read(next, containmentId);
    expect(row.keys).toEqual([{ accessKeyId: key.accessKeyId, before: 'Active' }]);
    const input = { containmentId, holderId: row.holders[0]?.id ?? '', reason: 'r' };
    if (died) {
      await act(next, request(next), input);
      await survive(containmentId);
    } else {
      await die(async () => {
        await act(dying, request(dying), input);
        await pursue(dying, containmentId, 60_000, PATIENT);
      });
      if (died && (await read(next, containmentId)).holders[0]?.phase === 'held') {
        await act(next, request(next), input);
      }
      if (died) await survive(containmentId);
    }
    if (act === undoContainment) {
      expect((await read(next, containmentId)).state).toBe('undone');
      expect(truth(user)).toEqual(before);
    } else {
      expect((await read(next, containmentId)).state).toBe('recovered');
      expect(truth(user)).toMatchObject({ keys: ['Inactive'], attached: ['AdministratorAccess'] });
    }
    if (!died) break;
    deaths += 1;
  }
  // Nobody was left with a lease, or half-way.
  await holdFor(world, next, 1_000);
  const states = (await next.stores.containments.open(200)).map(({ state }) => state);
  expect(states.filter((state) => state !== 'recovered')).toEqual([]);
  expect(await openIntents(next)).toEqual([]);
  return deaths;
}

/** Lets a process die at a call of this name: before AWS hears of it (`early`), or before it hears of AWS. */
export async function dieAtCall(
  services: Services,
  name: string,
  early: boolean,
  work: (dying: Services) => Promise<unknown>,
): Promise<void> {
  await expect(work(mortal(services, name, early))).rejects.toThrow(Killed);
}

/** What the audit log says somebody set out to do, more often than it says what came of it. */
export async function openIntents(services: Services): Promise<readonly string[]> {
  const open = new Map<string, number>();
  for (const { verb, entityId, phase } of await services.stores.audit.newest(10_000)) {
    const name = `${verb} ${entityId}`;
    open.set(name, (open.get(name) ?? 0) + (phase === 'intent' ? 1 : -1));
  }
  return [...open].filter(([, count]) => count > 0).map(([name]) => name);
}
