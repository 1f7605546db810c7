import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { addAdmins, connectKey, freshUser, kept, keyForm, outcome } from '../support/acting.ts';
import { PEOPLE, Scene } from '../support/rekey.ts';

type SampleName = keyof Scene['samples']['keys'];

const REFUSED: readonly [SampleName, string, RegExp][] = [
  ['inactive', 'Not connected', /AWS does not accept the access key/],
  ['root', 'Not connected', /belongs to the root user/],
  ['quarantined', 'Not connected', /AWS has quarantined the user/],
  ['wrongSecret', 'Not connected', /the secret does not belong to it/],
  ['denyBySourceIp', 'Not connected', /from where Rekey runs/],
];

const TAKEN: readonly [SampleName, RegExp][] = [
  ['good', /Inventory: yes/],
  ['admin', /administrator/i],
  ['noPermissions', /could not check/i],
  ['console', /sign in to the console/],
  ['old', /older than|days old/],
];

describe('connecting an access key', () => {
  let scene: Scene;
  let admins: PersonDriver[];

  beforeAll(async () => {
    scene = await Scene.set('socket', 'sqlite');
    admins = addAdmins(scene, 12);
    await scene.start();
  });

  afterAll(async () => {
    await scene.strike();
  });

  const someone = (): PersonDriver => {
    const person = admins.shift();
    if (person === undefined) throw new Error('Add more admins');
    return person;
  };

  it('draws no key that was typed behind the command', async () => {
    const person = someone();
    const { accessKeyId, secretAccessKey } = scene.samples.keys.good;
    for (const typed of [
      `${accessKeyId} ${secretAccessKey.slice(0, 30)}`,
      `${accessKeyId},${secretAccessKey}`,
      secretAccessKey,
    ]) {
      await person.slash(`/aws-connect ${typed}`);
      const form = await person.waitForModal((modal) => modal.title === 'Connect AWS', 10_000);
      expect(form.field('Connection name').value ?? '').toBe('');
      expect(JSON.stringify(form.blocks)).not.toContain(secretAccessKey.slice(0, 12));
      await form.close('x');
    }
  });

  describe('the samples', () => {
    it.concurrent.each(REFUSED)('refuses the sample %s and says why', async (sample, title, words) => {
      const person = someone();
      const key = scene.samples.keys[sample];
      const view = await connectKey(person, `Refused ${sample}`, key);
      expect(view.title).toBe(title);
      expect(view.words).toMatch(words);
      expect(view.words).toContain('How to mend it');
      expect(view.words).toContain('Nothing was kept');

      await view.click('Back to the form');
      const again = await person.waitForModal((modal) => modal.title === 'Connect AWS');
      expect(again.field('Connection name').value).toBe(`Refused ${sample}`);
      expect(again.field('Access key ID').value).toBe(key.accessKeyId);
      expect(again.field('Secret access key').value ?? '').toBe('');
      expect(JSON.stringify(again.blocks)).not.toContain(key.secretAccessKey);
    });

    it.concurrent.each(TAKEN)('connects the sample %s and says what to know', async (sample, words) => {
      const view = await connectKey(someone(), `Taken ${sample}`, scene.samples.keys[sample]);
      expect(view.title).toBe('Connected');
      expect(view.words).toMatch(words);
    });

    it.concurrent('connects from the same window once the secret is put right', async () => {
      const ada = someone();
      const { key } = freshUser(scene, 'corrected');
      const wrong = { ...key, secretAccessKey: scene.samples.keys.good.secretAccessKey };
      const failed = await connectKey(ada, 'Corrected', wrong, { Description: 'Kept over the way back' });
      expect(failed.title).toBe('Not connected');
      await failed.click('Back to the form');
      const again = await ada.waitForModal((modal) => modal.title === 'Connect AWS');
      expect(again.field('Description').value).toBe('Kept over the way back');
      const right = { 'Secret access key': key.secretAccessKey };
      await again.fill(right);
      expect((await again.submit()).result).toBe('updated');
      const done = await outcome(ada);
      expect(done.words).toContain('is connected');
    });
  });

  it('leaves of the refused nothing, and of the others one sealed secret each', async () => {
    const now = await kept(scene);
    expect(now.connections.map(({ name }) => name)).toEqual(
      [...TAKEN.map(([sample]) => `Taken ${sample}`), 'Corrected'].sort(),
    );
    expect(now).toMatchObject({ attempts: [], orphans: 0, sealed: TAKEN.length + 1 });
    expect(scene.slack.defects).toEqual([]);
  });

  it('shows capabilities of a key without permissions as no or unknown, never as yes', async () => {
    const connection = (await kept(scene)).connections.find(({ name }) => name === 'Taken noPermissions');
    const check = connection?.lastCheck;
    if (check?.status !== 'verified') throw new Error('It was not verified');
    const answers = Object.values(check.report.capabilities).map(({ answer }) => answer);
    expect(answers).not.toContain('yes');
    expect(check.report.warnings.map(({ code }) => code)).toContain('could_not_check');
  });

  it('refuses an account other than the one typed, and a trap, before any call', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    scene.aws.requests.clear();
    const { otherAccount, canary, good } = scene.samples.keys;
    const other = await keyForm(ada, 'Other', otherAccount, { 'Account ID': good.accountId });
    const sent = await other.submit();
    expect(sent.result).toBe('errors');
    expect(Object.values(sent.errors).join()).toContain('account');
    const trap = await keyForm(ada, 'Trap', canary);
    const refused = await trap.submit();
    expect(JSON.stringify(refused.errors)).toMatch(/trap|canary|decoy/i);
    expect([...scene.aws.requests]).toEqual([]);
  });
});
