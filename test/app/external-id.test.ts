import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { addAdmins, chooseFor, kept, keptWhen, outcome } from '../support/acting.ts';
import { holdCall } from '../support/instants.ts';
import { Scene } from '../support/rekey.ts';

const EXTERNAL_ID = /external ID `([^`]+)`/;

describe('the external ID of a role', () => {
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

  const submitRole = async (
    form: ModalDriver,
    name: string,
    roleArn: string,
    account = '',
  ): Promise<void> => {
    const typed = { 'Connection name': name, 'Role ARN': roleArn, 'Account ID': account };
    await form.fill(typed);
    await form.submit();
  };

  it('uses the external ID it showed, also after a refusal, a mistyped account and a new form', async () => {
    const person = someone();
    const first = await open(person);
    const externalId = externalIdOf(first);
    await submitRole(first, 'Shown', 'arn:aws:iam::999999999999:role/mistyped');
    expect((await outcome(person)).title).toBe('Not connected');
    const again = await open(person);
    expect(externalIdOf(again)).toBe(externalId);
    await submitRole(again, 'Shown', scene.samples.createRoleFor(externalId).arn);
    expect((await outcome(person)).title).toBe('Connected');
    expect((await kept(scene)).connections.find(({ name }) => name === 'Shown')?.externalId).toBe(externalId);
  });

  it('shows one external ID in the form, its setup, the other method and back', async () => {
    const person = someone();
    const form = await open(person);
    const externalId = externalIdOf(form);
    const account = { 'Account ID': scene.samples.customer.id };
    await form.fill(account);
    await form.click('Show setup');
    const setup = await person.waitForModal((modal) => modal.title === 'Set up the role');
    expect(setup.words).toContain(externalId);
    await setup.close();
    const key = { Method: 'Access key' };
    await form.fill(key);
    await person.waitForModal((modal) => modal.labels.includes('Secret access key'));
    const role = { Method: 'IAM role' };
    await form.fill(role);
    const back = await person.waitForModal((modal) => modal.labels.includes('Role ARN'));
    expect(externalIdOf(back)).toBe(externalId);
  });

  it('lets one external ID serve one connection, though two forms show it', async () => {
    const person = someone();
    const form = await open(person);
    const externalId = externalIdOf(form);
    const [one, two] = [scene.samples.createRoleFor(externalId), scene.samples.createRoleFor(externalId)];
    const held = holdCall(scene, { action: 'AssumeRole' }, { kind: 'latency', ms: 1_500 });
    await submitRole(form, 'Window 1', one.arn);
    await held();
    const second = await open(person);
    expect(externalIdOf(second)).toBe(externalId);
    await submitRole(second, 'Window 2', two.arn);
    await outcome(person);
    const { connections } = await keptWhen(scene, ({ attempts }) => attempts.length === 0);
    expect(connections.filter((each) => each.externalId === externalId)).toHaveLength(1);
  });

  it('draws the form again when the account typed has a promise of its own', async () => {
    const person = someone();
    const stores = await scene.stores();
    const accountId = scene.samples.customer.id;
    const own = { id: `own-${person.id}`, teamId: 'T0REKEY', userId: person.id, accountId };
    const times = { createdAt: 1, expiresAt: Date.now() + 60_000 };
    await stores.atomically([
      stores.externalIdDrafts.insert({ ...own, externalId: 'rekey-own', ...times }),
      stores.externalIdDrafts.insert({
        ...own,
        ...times,
        id: `no-${person.id}`,
        accountId: '',
        externalId: 'rekey-new',
        createdAt: 2,
      }),
    ]);
    await stores.close();
    const form = await open(person);
    expect(externalIdOf(form)).toBe('rekey-new');
    const account = { 'Account ID': accountId };
    await form.fill(account);
    await form.click('Show setup');
    const setup = await person.waitForModal((modal) => modal.title === 'Set up the role');
    expect(setup.words).toContain('rekey-own');
    await setup.close();
    const drawn = await person.waitForModal((modal) => modal.words.includes('rekey-own'));
    await submitRole(drawn, 'Own promise', scene.samples.createRoleFor('rekey-own').arn, accountId);
    expect((await outcome(person)).title).toBe('Connected');
    expect(externalIdOf(await open(person))).toBe('rekey-new');
  });

  it('says so when the external ID of an old form is taken', async () => {
    const person = someone();
    const form = await open(person);
    const externalId = externalIdOf(form);
    const role = scene.samples.createRoleFor(externalId);
    const stores = await scene.stores();
    const holder = (await stores.connections.list()).find((each) => each.method === 'role');
    if (holder === undefined) throw new Error('No role is connected');
    const other = { ...holder, id: 'other', name: 'Other holder', roleArn: `${role.arn}-2`, externalId };
    await stores.atomically([stores.connections.insert(other), stores.externalIdDrafts.consume(externalId)]);
    const twin = { ...other, id: 'twin', name: 'Twin', roleArn: `${role.arn}-3` };
    await expect(stores.atomically([stores.connections.insert(twin)])).rejects.toMatchObject({
      code: 'conflict',
    });
    await stores.close();
    const typed = { 'Connection name': 'Late', 'Role ARN': role.arn };
    await form.fill(typed);
    expect(JSON.stringify(await form.submit())).toContain('belongs to another connection now');
    expect(externalIdOf(await open(person))).not.toBe(externalId);
  });

  it('replaces: the same role keeps its external ID, another uses up the one promised', async () => {
    const person = someone();
    const form = await open(person);
    const own = externalIdOf(form);
    await submitRole(form, 'Replacing', scene.samples.createRoleFor(own).arn);
    await outcome(person);
    const replace = async (): Promise<ModalDriver> => {
      await person.modal()?.close('x');
      await chooseFor(person, 'Replacing', 'Replace credentials');
      return person.waitForModal((modal) => modal.title === 'Replace credentials');
    };
    const idKept = async (): Promise<string | null | undefined> =>
      (await kept(scene)).connections.find(({ name }) => name === 'Replacing')?.externalId;
    const unchanged = await replace();
    expect(unchanged.words).toContain(`keeps its own, \`${own}\``);
    const promised = externalIdOf(unchanged);
    expect(promised).not.toBe(own);
    await unchanged.submit();
    expect((await outcome(person)).title).toBe('Credentials replaced');
    expect(await idKept()).toBe(own);
    const another = await replace();
    expect(externalIdOf(another)).toBe(promised);
    const role = { 'Role ARN': scene.samples.createRoleFor(promised).arn };
    await another.fill(role);
    await another.submit();
    expect((await outcome(person)).title).toBe('Credentials replaced');
    expect(await idKept()).toBe(promised);
    expect([own, promised]).not.toContain(externalIdOf(await open(person)));
  });
});
