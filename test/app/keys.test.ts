import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MessageDriver } from '../../sandbox/slack/driver/message.ts';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { setKeys, type KeyScene } from '../support/keys.ts';
import { PEOPLE, Scene } from '../support/rekey.ts';

describe.each([
  ['socket', 'sqlite'],
  ['http', 'postgres'],
] as const)('access keys over %s on %s', (transport, engine) => {
  let scene: Scene;
  let keys: KeyScene;
  let ada: PersonDriver;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    await scene.start();
    ada = scene.slack.as(PEOPLE.admin);
    keys = await setKeys(scene);
    const stores = await scene.stores();
    const at = Date.now();
    const grant = { subjectKind: 'user', grantedBy: PEOPLE.admin, grantedAt: at } as const;
    await stores.atomically([
      stores.roleGrants.insert({ id: 'g1', subjectId: PEOPLE.viewer, role: 'viewer', ...grant }),
      stores.roleGrants.insert({ id: 'g2', subjectId: PEOPLE.operator, role: 'operator', ...grant }),
    ]);
    await stores.close();
  });

  afterAll(async () => {
    await scene.strike();
  });

  afterEach(async () => {
    scene.slack.faults.clear();
    for (const id of Object.values(PEOPLE)) await scene.slack.as(id).modal()?.close('x');
  });

  function id(name: string): string {
    return keys.ids[name] ?? '';
  }

  /** The private answer to a line. */
  async function answer(person: PersonDriver, line: string): Promise<MessageDriver> {
    const before = person.ephemerals().length;
    const asked = await person.slash(line);
    expect(asked.error).toBeUndefined();
    return person.waitForEphemeral(() => person.ephemerals().length > before, 10_000);
  }

  /** Whose keys a list shows, in its order. */
  function usersIn(message: MessageDriver): string[] {
    return [...message.words.matchAll(/^\*([\w-]+)\* · `AKIA/gm)].map(([, name]) => name ?? '');
  }

  async function modal(person: PersonDriver, title: string): Promise<ModalDriver> {
    return person.waitForModal((each) => each.title === title, 10_000);
  }

  it('lists keys by urgency, with what is known and how complete that is', async () => {
    const list = await answer(ada, '/aws-keys');
    expect(list.words).toContain('9 access keys, most urgent first');
    expect(usersIn(list)).toEqual([
      'deploy-shop',
      'old-job',
      'never-ever',
      'backup',
      'ci-runner',
      'ci-runner',
      'retired',
      'rekey',
    ]);
    expect(list.words).toContain(`Owner <@${PEOPLE.nobody}> (by tag)`);
    expect(list.words).toContain('110 days over its maximum age');
    expect(list.words).toMatch(/Shop: read less than a minute ago; complete/);
    expect(list.words).toContain('Page 1 of 2');
    expect(list.buttons).toEqual(['Next', 'Refresh', 'Sweep now', 'Export CSV']);
    expect(scene.slack.defects).toEqual([]);
  });

  it('pages both ways in its one message, and keeps the filter', async () => {
    const list = await answer(ada, '/aws-keys status:active account:shop');
    expect(list.words).toContain('8 of 9 access keys, most urgent first');
    expect(list.words).toContain('account Shop (`222233334444`) · status Active');
    const all = await answer(ada, '/aws-keys account:"Shop"');
    const shown = ada.ephemerals().length;
    await all.click('Next');
    await expect.poll(() => all.words).toContain('Page 2 of 2');
    expect(usersIn(all)).toEqual(['fresh']);
    expect(all.words).toContain('account Shop');
    expect(all.buttons).toContain('Previous');
    await all.click('Previous');
    await expect.poll(() => all.words).toContain('Page 1 of 2');
    expect(usersIn(all)).toHaveLength(8);
    expect(ada.ephemerals()).toHaveLength(shown);
    expect(scene.slack.defects).toEqual([]);
  });

  it.each([
    ['user:deploy*', ['deploy-shop']],
    ['user:CI-', ['ci-runner', 'ci-runner']],
    [`owner:@nora`, ['deploy-shop']],
    [`owner: @nora`, ['deploy-shop']],
    ['owner:none status:active older:75d', ['old-job', 'backup']],
    ['status:inactive', ['retired']],
    ['inactive', ['retired']],
    ['older:90d', ['deploy-shop']],
    ['older:12w', ['deploy-shop', 'old-job', 'retired']],
    ['unused', ['old-job']],
    ['never-used', ['never-ever']],
    ['two-active user:ci*', ['ci-runner', 'ci-runner']],
    ['console-user no-owner', ['never-ever']],
    ['222233334444 over-age', ['deploy-shop']],
    ['account:shop older:1y', []],
    ['snoozed', []],
  ])('takes the filter %s', async (filter, users) => {
    const list = await answer(ada, `/aws-keys ${filter}`);
    expect(usersIn(list)).toEqual(users);
    expect(list.words.includes('None of 9 access keys matches.')).toBe(users.length === 0);
    expect(scene.slack.defects).toEqual([]);
  });

  it('says what words there are, and which is nearest', async () => {
    expect((await answer(ada, '/aws-keys unsed')).words).toContain('Did you mean `unused`?');
    expect((await answer(ada, '/aws-keys ovner:none')).words).toContain('Did you mean `owner:`?');
    expect((await answer(ada, '/aws-keys account:shob')).words).toContain('Did you mean “Shop”?');
    expect((await answer(ada, '/aws-keys older:soon')).words).toContain('older:90d');
    expect((await answer(ada, '/aws-keys owner:@nowhere')).words).toContain('choose the person');
    expect((await answer(ada, '/aws-keys help')).words).toContain('`two-active`');
    const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzEXAMPL';
    const told = await answer(ada, `/aws-keys user:${secret}`);
    expect(told.words).toContain('looks like a secret access key');
    expect(JSON.stringify(scene.slack.received)).not.toContain(secret);
    expect(scene.logLines.join('\n')).not.toContain(secret);
  });

  it('shows one key in full, from its menu and by its id alone', async () => {
    const list = await answer(ada, '/aws-keys');
    await list.choose('Details', { in: id('old-job') });
    const view = await modal(ada, 'Access key');
    for (const words of [
      `*old-job* · \`${id('old-job')}\``,
      'Unused: over the policy’s limit',
      'Deactivate it first: that can be undone.',
      `aws iam update-access-key --user-name=old-job --access-key-id ${id('old-job')} --status Inactive`,
      'users/details/old-job?section=security_credentials',
      'AWS records a use at most once in 15 minutes',
      'a new key after 90 days',
      'work until somebody deactivates them',
    ]) {
      expect(view.words).toContain(words);
    }
    expect(view.buttons).toEqual(['Rotate', 'Snooze', 'Deactivate', 'Kind, owners, limits']);
    await view.close('x');
    await ada.slash(`/aws-keys ${id('ci-runner').toLowerCase()}`);
    const byId = await modal(ada, 'Access key');
    expect(byId.words).toContain('Another key of this user');
    expect(byId.words).toContain(id('ci-runner-2'));
    await byId.close('x');
    const unknown = await answer(ada, '/aws-keys AKIAIOSFODNN7EXAMPLE');
    expect(unknown.words).toContain('Rekey knows no such access key');
    expect(scene.slack.defects).toEqual([]);
  });

  it('names on Home what needs whom', async () => {
    const mine = await ada.openHome({ timeoutMs: 10_000 });
    expect(mine.words).toContain('The most urgent access keys');
    expect(mine.words).toContain('1 over age');
    expect(mine.words).toContain('Access keys: 9 keys of 8 users, read less than a minute ago');
    const nora = scene.slack.as(PEOPLE.nobody);
    const hers = await nora.openHome({ timeoutMs: 10_000 });
    expect(hers.words).toContain('You have no role here yet');
    expect(hers.words).toContain('*deploy-shop*');
    expect(hers.words).not.toContain('old-job');
    expect(hers.words).not.toContain('The most urgent access keys');
    await hers.choose('Details', { in: id('deploy-shop') });
    expect((await modal(nora, 'Access key')).buttons).toEqual(['Rotate', 'Snooze']);
    const vera = scene.slack.as(PEOPLE.viewer);
    const looking = await vera.openHome({ timeoutMs: 10_000 });
    expect(looking.words).not.toContain('The most urgent access keys');
    expect(looking.words).toContain('Access keys: 9 keys of 8 users');
    expect(scene.slack.defects).toEqual([]);
  });

  it('says how to rotate by hand, and that no third key can be made', async () => {
    const list = await answer(ada, '/aws-keys');
    // This connection may not rotate: the window says so, and leads to the steps.
    const byHand = async (): Promise<string> => {
      const plan = await ada.waitForModal(({ words }) => words.includes('cannot be rotated now'), 30_000);
      await plan.click('Rotate by hand');
      const { words } = await modal(ada, 'Rotate by hand');
      while (ada.modal() !== undefined) await ada.modal()?.close('x');
      return words;
    };
    await list.choose('Rotate', { in: id('deploy-shop') });
    const one = await byHand();
    const order = ['Make a second key', 'Distribute', 'last use', 'Inactive', 'Wait', 'Delete'];
    const places = order.map((words) => one.indexOf(words));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    await list.choose('Rotate', { in: id('ci-runner') });
    const two = await byHand();
    expect(two).toContain('No new key can be made yet.');
    expect(two).toContain(id('ci-runner-2'));
    expect(scene.slack.defects).toEqual([]);
  });
});
