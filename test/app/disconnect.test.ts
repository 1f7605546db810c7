import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { addAdmins, chooseFor, connectKey, freshUser, kept, outcome } from '../support/acting.ts';
import { Scene } from '../support/rekey.ts';

describe('disconnecting, when things are not as they look', () => {
  let scene: Scene;
  let admins: PersonDriver[];

  beforeAll(async () => {
    scene = await Scene.set('socket', 'sqlite');
    admins = addAdmins(scene, 6);
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

  const connected = async (name: string) => {
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
});
