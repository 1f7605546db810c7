import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { addAdmins, chooseFor, connectKey, freshUser, kept, outcome } from '../support/acting.ts';
import { Scene } from '../support/rekey.ts';

describe('disconnecting, when things are not as they look', () => {
  let scene: Scene;
  let admins: PersonDriver[];

  beforeAll(async () => {
    scene = await Scene.set('socket', 'sqlite');
    // More than are needed once: a test that is tried again takes others.
    admins = addAdmins(scene, 24);
    await scene.start();
  });

  afterAll(async () => {
    await scene.strike();
  });

  const person = (): PersonDriver => {
    const next = admins.shift();
    if (next === undefined) throw new Error('Add more admins');
    return next;
  };

  let users = 0;
  /** Under a name of its own, no part of another's: cards are found by it, and a test may be tried again. */
  const connected = async (what: string) => {
    users += 1;
    const name = `${String(users).padStart(2, '0')}-${what}`;
    const ada = person();
    const made = freshUser(scene, name, ['verify', 'inventory', 'rotate_self']);
    await (await connectKey(ada, name, made.key)).close();
    return { ada, name, ...made };
  };

  const sure = async (ada: PersonDriver, name: string, key: { accessKeyId: string }) => {
    await chooseFor(ada, name, 'Disconnect');
    const window = await ada.waitForModal((modal) => modal.title === 'Disconnect', 10_000);
    await window.fill({ 'Access key in AWS': [`Also deactivate ${key.accessKeyId}`] });
    return window;
  };

  const of = async (name: string) =>
    (await kept(scene)).connections.find((connection) => connection.name === name);

  const statusOf = (key: { accessKeyId: string }) =>
    scene.aws.world.findKey(key.accessKeyId)?.key.currentStatus;

  it.concurrent('does not touch a key that the window never named', async () => {
    const { ada, name, key, user } = await connected('stale');
    const window = await sure(ada, name, key);
    const bea = person();
    const next = user.addKey({ createdAt: Date.now() - 86_400_000 });
    await chooseFor(bea, name, 'Replace credentials');
    const replacing = await bea.waitForModal((modal) => modal.title === 'Replace credentials', 10_000);
    const typed = { 'Access key ID': next.accessKeyId, 'Secret access key': next.secretAccessKey };
    await replacing.fill(typed);
    await replacing.submit();
    expect((await outcome(bea)).title).toBe('Credentials replaced');
    const sent = await window.submit();
    expect(JSON.stringify(sent.errors)).toContain('changed since you opened this window');
    expect([statusOf(key), statusOf(next)]).toEqual(['Active', 'Active']);
    expect((await of(name))?.state).toBe('connected');
  });

  it.concurrent('does not take one refusal for a dead key', async () => {
    const { ada, name, key } = await connected('flap');
    const message = 'The security token included in the request is invalid.';
    scene.aws.faults.add({
      action: 'GetUser',
      accessKeyId: key.accessKeyId,
      times: 1,
      effect: { kind: 'error', code: 'InvalidClientTokenId', status: 403, message },
    });
    await (await sure(ada, name, key)).submit();
    expect((await outcome(ada)).words).toContain('is Inactive');
    expect(statusOf(key)).toBe('Inactive');
  });

  it.concurrent('says that AWS refuses a key that it keeps refusing', async () => {
    const { ada, name, key } = await connected('dead');
    scene.aws.world.findKey(key.accessKeyId)?.key.change('Inactive', scene.aws.world.clock());
    await (await sure(ada, name, key)).submit();
    expect((await outcome(ada)).words).toContain('AWS refuses this key');
    expect(await of(name)).toBeUndefined();
  }, 30_000);

  it.concurrent('repeats a deactivation whose answer was lost', async () => {
    const { ada, name, key } = await connected('lost-once');
    const rule = { action: 'UpdateAccessKey', accessKeyId: key.accessKeyId, times: 1 };
    scene.aws.faults.add({ ...rule, effect: { kind: 'drop-before' } });
    await (await sure(ada, name, key)).submit();
    expect((await outcome(ada)).title).toBe('Disconnected');
    expect(statusOf(key)).toBe('Inactive');
  }, 30_000);

  it.concurrent('says that nobody knows when no answer to the deactivation comes', async () => {
    const { ada, name, key } = await connected('lost');
    const rule = { action: 'UpdateAccessKey', accessKeyId: key.accessKeyId };
    scene.aws.faults.add({ ...rule, effect: { kind: 'drop-before' } });
    await (await sure(ada, name, key)).submit();
    const view = await outcome(ada);
    expect(view.title).toBe('Outcome unknown');
    expect(view.words).toContain('AWS may have deactivated');
    const row = await of(name);
    expect(row).toMatchObject({ state: 'connected', lastCheck: { status: 'unknown' } });
    const last = (await kept(scene)).audit.find(
      ({ entityId, outcome: how }) => entityId === row?.id && how !== null,
    );
    expect(last?.outcome).toBe('unknown');
  }, 60_000);

  it.concurrent('does not deactivate the key that Rekey itself works with', async () => {
    const ada = person();
    const { host } = scene.samples;
    await (await connectKey(ada, 'Itself', host)).close();
    await (await sure(ada, 'Itself', host)).submit();
    expect((await outcome(ada)).words).toContain('cut off every role connection');
    expect(statusOf(host)).toBe('Active');
    expect((await of('Itself'))?.state).toBe('connected');
  }, 30_000);
});
