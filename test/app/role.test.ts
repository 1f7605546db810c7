import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { addAdmins, chooseFor, kept, outcome } from '../support/acting.ts';
import { textsToCopy } from '../support/texts-to-copy.ts';
import { PEOPLE, Scene } from '../support/rekey.ts';

const EXTERNAL_ID = /external ID `([^`]+)`/;

describe('connecting a role', () => {
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

  const someone = (): PersonDriver => {
    const person = admins.shift();
    if (person === undefined) throw new Error('Add more admins');
    return person;
  };

  const open = async (person: PersonDriver): Promise<ModalDriver> => {
    await person.modal()?.close('x');
    await person.slash('/aws-connect');
    return person.waitForModal((modal) => modal.title === 'Connect AWS', 10_000);
  };

  const externalIdOf = (form: ModalDriver): string => EXTERNAL_ID.exec(form.words)?.[1] ?? '';

  it('offers the role first, with an external ID that stays the same when the form is opened again', async () => {
    const person = someone();
    const first = await open(person);
    expect(first.labels.indexOf('Role ARN')).toBeGreaterThan(0);
    const externalId = externalIdOf(first);
    expect(externalId.length).toBeGreaterThanOrEqual(22);
    expect(externalIdOf(await open(person))).toBe(externalId);
    expect(externalIdOf(await open(someone()))).not.toBe(externalId);
  });

  it('connects a role made with the external ID, over a refusal and the way back', async () => {
    const person = someone();
    const form = await open(person);
    const externalId = externalIdOf(form);
    const role = scene.samples.createRoleFor(externalId);
    const missing = { 'Connection name': 'By role', 'Role ARN': `${role.arn}-not-there` };
    await form.fill(missing);
    expect((await form.submit()).result).toBe('updated');
    const refused = await outcome(person);
    expect(refused.words).toContain(externalId);
    await refused.click('Back to the form');
    const again = await person.waitForModal((modal) => modal.title === 'Connect AWS');
    expect(externalIdOf(again)).toBe(externalId);
    const right = { 'Role ARN': role.arn };
    await again.fill(right);
    await again.submit();
    const view = await outcome(person);
    expect(view.title).toBe('Connected');
    const connection = (await kept(scene)).connections.find(({ name }) => name === 'By role');
    expect(connection).toMatchObject({ method: 'role', externalId, roleArn: role.arn, accessKeyId: null });
    // An external ID belongs to one connection.
    expect(externalIdOf(await open(person))).not.toBe(externalId);
  });

  it('tests and disconnects it, and leaves the role in AWS alone', async () => {
    const ada = scene.slack.as(PEOPLE.admin);
    await ada.slash('/aws-test By role');
    expect((await outcome(ada)).title).toBe('Test passed');
    await ada.modal()?.close();
    await chooseFor(ada, 'By role', 'Disconnect');
    const sure = await ada.waitForModal((modal) => modal.title === 'Disconnect');
    expect(sure.labels).toEqual([]);
    await sure.submit();
    expect((await outcome(ada)).words).toContain('still exists in AWS');
    expect(await kept(scene)).toMatchObject({ attempts: [], sealed: 0, orphans: 0 });
  });

  it('refuses a role that can be assumed without the external ID, and keeps nothing of it', async () => {
    const person = someone();
    const form = await open(person);
    const typed = { 'Connection name': 'Open', 'Role ARN': scene.samples.openRole.arn };
    await form.fill(typed);
    await form.submit();
    const view = await outcome(person);
    expect(view.title).toBe('Not connected');
    expect(view.words).toContain('can be assumed without');
    const now = await kept(scene);
    expect(now.connections.map(({ name }) => name)).not.toContain('Open');
    expect(now.attempts).toEqual([]);
  });

  it('keeps what was typed when the method changes, but never a secret', async () => {
    const person = someone();
    const { secretAccessKey, accessKeyId } = scene.samples.keys.good;
    const form = await open(person);
    const typed = { 'Connection name': 'Changing', Description: 'Mine', Method: 'Access key' };
    await form.fill(typed);
    const secret = { 'Access key ID': accessKeyId, 'Secret access key': secretAccessKey };
    await form.fill(secret);
    const astray = { Description: `my secret is ${secretAccessKey}`, Method: 'IAM role' };
    await form.fill(astray);
    await person.waitForModal((modal) => modal.labels.includes('Role ARN'));
    const back = { Method: 'Access key' };
    await form.fill(back);
    await person.waitForModal((modal) => modal.labels.includes('Secret access key'));
    expect(form.field('Connection name').value).toBe('Changing');
    expect(form.field('Secret access key').value ?? '').toBe('');
    const drawn = scene.slack.received.filter(({ method }) => method.startsWith('views.'));
    expect(JSON.stringify(drawn)).not.toContain(secretAccessKey);
  });

  it('shows texts to make the role with: they name the external ID and the account, and parse', async () => {
    const person = someone();
    const form = await open(person);
    const account = { 'Account ID': scene.samples.customer.id };
    await form.fill(account);
    await form.click('Show setup');
    const setup = await person.waitForModal((modal) => modal.title === 'Set up the role');
    const externalId = /external ID is `([^`]+)`/.exec(setup.words)?.[1] ?? 'none';
    const all = textsToCopy(setup);
    const [trust, ...policies] = all.slice(0, -2).map((text) => JSON.parse(text) as { Statement: unknown });
    expect(JSON.stringify(trust)).toContain(externalId);
    expect(policies.length).toBeGreaterThan(0);
    expect(JSON.stringify(policies)).toContain(scene.samples.customer.id);
    const [template = '', terraform = ''] = all.slice(-2);
    const cloudFormation = parse(template, { logLevel: 'silent' }) as { Resources: Record<string, unknown> };
    expect(Object.keys(cloudFormation.Resources).length).toBeGreaterThan(0);
    expect(template).toContain(externalId);
    expect(terraform).toContain('resource "aws_iam_role"');
    expect(terraform).toContain(externalId);
    const connecting = {
      'Role ARN': scene.samples.createRoleFor(externalId).arn,
      'Connection name': 'Set up',
    };
    await setup.close();
    await form.fill(connecting);
    await form.submit();
    expect((await outcome(person)).title).toBe('Connected');
  });
});

describe('without a host identity', () => {
  it('offers no role, and says why', async () => {
    const scene = await Scene.set('http', 'sqlite');
    const [id, secret] = [process.env['AWS_ACCESS_KEY_ID'], process.env['AWS_SECRET_ACCESS_KEY']];
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
    try {
      await scene.start({ AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined });
      const ada = scene.slack.as(PEOPLE.admin);
      await ada.slash('/aws-connect');
      const form = await ada.waitForModal((modal) => modal.title === 'Connect AWS', 15_000);
      expect(form.labels).not.toContain('Role ARN');
      expect(form.words).toContain('IAM role is not offered');
      const role = { Method: 'IAM role' };
      await expect(form.fill(role)).rejects.toThrow('IAM role');
    } finally {
      process.env['AWS_ACCESS_KEY_ID'] = id;
      process.env['AWS_SECRET_ACCESS_KEY'] = secret;
      await scene.strike();
    }
  });
});
