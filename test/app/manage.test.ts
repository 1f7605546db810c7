import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import { addAdmins, chooseFor, connectKey, freshUser, kept, keptWhen, outcome } from '../support/acting.ts';
import { Scene } from '../support/rekey.ts';

const SELF = ['verify', 'inventory', 'rotate_self'] as const;

describe('a connection over its life', () => {
  let scene: Scene;
  let admins: PersonDriver[];

  beforeAll(async () => {
    scene = await Scene.set('http', 'sqlite');
    admins = addAdmins(scene, 14);
    await scene.start();
  });

  afterAll(async () => {
    await scene.strike();
  });

  /** A person of one's own with a connection of one's own, so that all of these happen side by side. */
  const owner = async (name: string, capabilities: Parameters<typeof freshUser>[2] = SELF) => {
    const person = admins.shift();
    if (person === undefined) throw new Error('Add more admins');
    const made = freshUser(scene, name, capabilities);
    await (await connectKey(person, name, made.key)).close();
    return { person, name, ...made };
  };

  const form = async (person: PersonDriver, name: string, choice: string, title: string) => {
    await chooseFor(person, name, choice);
    return person.waitForModal((modal) => modal.title === title, 10_000);
  };

  const replace = async (
    person: PersonDriver,
    name: string,
    key: { accessKeyId: string; secretAccessKey: string },
  ): Promise<ModalDriver> => {
    const window = await form(person, name, 'Replace credentials', 'Replace credentials');
    await window.fill({ Method: 'Access key' });
    const typed = { 'Access key ID': key.accessKeyId, 'Secret access key': key.secretAccessKey };
    await window.fill(typed);
    return window;
  };

  const of = async (name: string) =>
    (await kept(scene)).connections.find((connection) => connection.name === name);

  const sealedOf = async (name: string): Promise<string | undefined> => {
    const connection = await of(name);
    const stores = await scene.stores();
    const held = connection === undefined ? null : await stores.secrets.newest('connection', connection.id);
    await stores.close();
    return held?.id;
  };

  const statusOf = (key: { accessKeyId: string }) =>
    scene.aws.world.findKey(key.accessKeyId)?.key.currentStatus;

  const setStatus = (key: { accessKeyId: string }, status: 'Active' | 'Inactive') => {
    scene.aws.world.findKey(key.accessKeyId)?.key.change(status, scene.aws.world.clock());
  };

  describe('replacing, testing, editing and disconnecting', () => {
    it.concurrent('takes a new key of the same user, and erases the old secret', async () => {
      const { person, name, user } = await owner('replace-same');
      const before = await sealedOf(name);
      const next = user.addKey();
      await (await replace(person, name, next)).submit();
      expect((await outcome(person)).title).toBe('Credentials replaced');
      expect((await of(name))?.accessKeyId).toBe(next.accessKeyId);
      expect(await sealedOf(name)).not.toBe(before);
    });

    it.concurrent('takes a key of another user of the account, which tests well afterwards', async () => {
      const { person, name } = await owner('replace-other');
      const { key, user } = freshUser(scene, 'replace-other-next');
      await (await replace(person, name, key)).submit();
      expect((await outcome(person)).title).toBe('Credentials replaced');
      expect((await of(name))?.arn).toBe(user.arn);
      await person.slash(`/aws-test ${name}`);
      expect((await outcome(person)).title).toBe('Test passed');
    });

    it.concurrent('refuses a key of another account before any call, and keeps the old one working', async () => {
      const { person, name, key } = await owner('replace-foreign');
      const { otherAccount } = scene.samples.keys;
      await (await replace(person, name, otherAccount)).submit();
      const { words } = await outcome(person);
      expect(words).toContain('not to the account of this connection');
      expect(words).toContain('Rekey made no call with it');
      expect(words).not.toContain('Account ID');
      expect(
        [...scene.aws.requests].some(({ accessKeyId }) => accessKeyId === otherAccount.accessKeyId),
      ).toBe(false);
      expect((await of(name))?.accessKeyId).toBe(key.accessKeyId);
    });

    it.concurrent('keeps the old key in use when the new one is refused', async () => {
      const { person, name, key } = await owner('replace-refused');
      const before = await sealedOf(name);
      const { key: next } = freshUser(scene, 'replace-refused-next');
      setStatus(next, 'Inactive');
      await (await replace(person, name, next)).submit();
      const view = await outcome(person);
      expect(view.title).toBe('Not replaced');
      expect(view.words).toContain('goes on with those it had');
      expect(view.words).toContain('AWS does not accept');
      expect((await of(name))?.accessKeyId).toBe(key.accessKeyId);
      expect(await sealedOf(name)).toBe(before);
      await view.close();
      await person.slash(`/aws-test ${name}`);
      expect((await outcome(person)).title).toBe('Test passed');
    });

    it.concurrent('refuses to replace by a key that another connection uses', async () => {
      const { person, name } = await owner('replace-taken');
      const { key: taken, name: other } = await owner('replace-taken-other');
      const sent = await (await replace(person, name, taken)).submit();
      expect(sent.errors).toEqual({ 'Access key ID': expect.stringContaining(other) });
      expect((await of(name))?.accessKeyId).not.toBe(taken.accessKeyId);
    });

    it.concurrent('says what a test found after the key was deactivated, and again when it is back', async () => {
      const { person, name, key } = await owner('tested');
      setStatus(key, 'Inactive');
      await person.slash(`/aws-test ${name}`);
      const failed = await outcome(person);
      expect(failed.title).toBe('Test failed');
      expect(failed.words).toContain('AWS does not accept the access key');
      expect(failed.words).toContain('Changed since the last check');
      await failed.close();
      const home = await person.openHome();
      expect(home.words).toMatch(/tested.*does not work/s);
      setStatus(key, 'Active');
      await person.slash(`/aws-test ${name}`);
      const passed = await outcome(person);
      expect(passed.title).toBe('Test passed');
      expect(passed.words).toContain('Changed since the last check');
    });

    it.concurrent('edits what a connection is called; names are taken whatever their case', async () => {
      const { person, name } = await owner('edit-me');
      const { name: taken } = await owner('edit-taken');
      const window = await form(person, name, 'Edit', 'Edit connection');
      const wanted = { 'Connection name': taken.toUpperCase() };
      await window.fill(wanted);
      expect(Object.keys((await window.submit()).errors)).toEqual(['Connection name']);
      const abroad = { 'Connection name': name, 'Default region': 'cn-north-1' };
      await window.fill(abroad);
      const sent = await window.submit();
      expect(JSON.stringify(sent.errors)).toContain('partition');
      expect(Object.keys(sent.errors)).toEqual(['Default region']);
      const fine = { 'Connection name': 'Edited', 'Default region': 'eu-central-1', Description: 'Billing' };
      await window.fill(fine);
      expect((await window.submit()).result).toBe('closed');
      expect(await of('Edited')).toMatchObject({
        region: 'eu-central-1',
        description: 'Billing',
        version: 2,
      });
    });

    it.concurrent('does not undo by a stale window what somebody edited meanwhile', async () => {
      const { person, name } = await owner('edit-stale');
      const stale = await form(person, name, 'Edit', 'Edit connection');
      const stores = await scene.stores();
      const before = await stores.connections.byName(name);
      if (before === null) throw new Error('No such connection');
      const edited = { ...before, description: 'By Bea', version: before.version + 1 };
      await stores.atomically([stores.connections.update(edited)]);
      await stores.close();
      await stale.fill({ 'Default region': 'eu-central-1' });
      await stale.submit();
      expect(person.modal()?.words ?? '').not.toContain('Saved');
      expect(await of(name)).toMatchObject({ description: 'By Bea', region: null });
    });

    it.concurrent('disconnects, and leaves the key in AWS as it is', async () => {
      const { person, name, key } = await owner('gone-plain');
      await (await form(person, name, 'Disconnect', 'Disconnect')).submit();
      expect((await outcome(person)).words).toContain('was not touched in AWS');
      expect(statusOf(key)).toBe('Active');
      expect(await of(name)).toBeUndefined();
    });

    it.concurrent('disconnects and deactivates the key, and sees AWS refuse it', async () => {
      const { person, name, key } = await owner('gone-inactive');
      const window = await form(person, name, 'Disconnect', 'Disconnect');
      await window.fill({ 'Access key in AWS': [`Also deactivate ${key.accessKeyId}`] });
      await window.submit();
      expect((await outcome(person)).words).toContain('AWS was seen refusing it');
      expect(statusOf(key)).toBe('Inactive');
      expect(await of(name)).toBeUndefined();
    });

    it.concurrent('stays connected, and says why, when AWS does not allow the deactivation', async () => {
      const { person, name, key } = await owner('gone-denied', ['verify', 'inventory']);
      const window = await form(person, name, 'Disconnect', 'Disconnect');
      await window.fill({ 'Access key in AWS': [`Also deactivate ${key.accessKeyId}`] });
      await window.submit();
      const view = await outcome(person);
      expect(view.words).toContain('is still connected');
      expect(view.words).toMatch(/UpdateAccessKey/);
      expect(statusOf(key)).toBe('Active');
      expect((await of(name))?.state).toBe('connected');
    });

    it.concurrent('stays connected when the sealed secret cannot be opened for a deactivation', async () => {
      const { person, name, key } = await owner('gone-unsealed');
      const stores = await scene.stores();
      const connection = await of(name);
      await stores.atomically([stores.secrets.erase('connection', connection?.id ?? '')]);
      await stores.close();
      const window = await form(person, name, 'Disconnect', 'Disconnect');
      await window.fill({ 'Access key in AWS': [`Also deactivate ${key.accessKeyId}`] });
      await window.submit();
      expect((await outcome(person)).words).toContain('missing');
      expect((await of(name))?.state).toBe('connected');
      await person.modal()?.close();
      await (await form(person, name, 'Disconnect', 'Disconnect')).submit();
      expect((await outcome(person)).title).toBe('Disconnected');
    });
  });

  it('leaves nothing pending and no secret of nobody', async () => {
    const now = await keptWhen(scene, ({ attempts }) => attempts.length === 0);
    expect(now).toMatchObject({ orphans: 0, sealed: now.connections.length });
    expect(scene.slack.defects).toEqual([]);
  });
});
