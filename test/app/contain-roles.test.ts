import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { stsClient } from '../sandbox/aws/clients.ts';
import { accountOf, connectKey, freshUser } from '../support/acting.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

const LONG = 60_000;

let scene: Scene;
let ada: PersonDriver;
let otto: PersonDriver;

beforeAll(async () => {
  scene = await Scene.set('socket', 'sqlite');
  await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
  [ada, otto] = [scene.slack.as(PEOPLE.admin), scene.slack.as(PEOPLE.viewer)];
  const { key } = freshUser(scene, 'guard', ['verify', 'contain', 'watch']);
  await (await connectKey(ada, 'main', key)).close();
}, LONG);

afterAll(async () => {
  await scene.strike();
});

const inThread = (person: PersonDriver, ...words: string[]) =>
  person.waitForMessage((each) => words.every((word) => each.words.includes(word)), {
    channel: CHANNELS.alerts,
    timeoutMs: LONG,
  });

it(
  'revokes the sessions of a role that a stolen key assumed, when a second person says so, and undoes that',
  async () => {
    const account = accountOf(scene);
    const user = account.addUser('mallory', { attached: ['ReadOnlyAccess'] });
    const key = user.addKey();
    const role = account.addRole('deploy', {
      trust: {
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: { AWS: user.arn }, Action: 'sts:AssumeRole' },
      },
    });
    const sts = stsClient({ endpoint: scene.aws.url }, key);
    await sts.send(new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'thief' }));
    sts.destroy();

    await ada.slash(`/aws-deactivate ${key.accessKeyId} seen abroad`);
    const form = await ada.waitForModal((modal) => modal.title === 'Deactivate');
    await form.submit();
    await (
      await ada.waitForModal(
        (modal) => modal.title === 'Containment' && modal.words.includes('3 reads'),
        LONG,
      )
    ).close();
    const found = await inThread(ada, 'A session of the key assumed the role', role.arn);
    const REVOKE = 'Revoke sessions of deploy';

    // Nobody without the right, over the same button.
    await found.click(REVOKE);
    const ask = await ada.waitForModal(
      (modal) => modal.words.includes('Who assumed it in the last 12 hours'),
      LONG,
    );
    expect(ask.words).toContain('mallory');
    expect((await ask.submit()).result).toBe('errors');
    await ask.fill({ Reason: 'the thief has one' });
    await ask.submit();
    await (
      await ada.waitForModal((modal) => modal.words.includes('waits for a second person'), LONG)
    ).close();
    const asked = await inThread(ada, 'A second person decides', 'the thief has one');
    await asked.click('Review');
    const own = await ada.waitForModal(
      (modal) => modal.words.includes('Somebody else must approve this'),
      LONG,
    );
    await own.close();
    const seen = await inThread(otto, 'A second person decides', 'the thief has one');
    await seen.click('Review');
    expect((await otto.waitForEphemeral(({ words }) => words.includes('may not'))).words).toContain(
      'responder',
    );
    expect(role.policies.inlineNames()).toEqual([]);

    const stores = await scene.stores();
    const responder = { subjectKind: 'user', subjectId: PEOPLE.viewer, role: 'responder' } as const;
    await stores.atomically([
      stores.roleGrants.insert({ id: 'g1', ...responder, grantedBy: PEOPLE.admin, grantedAt: 1 }),
    ]);
    await seen.click('Review');
    const review = await otto.waitForModal(
      (modal) => modal.title === 'Revoke sessions' && modal.words.includes('Who assumed it'),
      LONG,
    );
    await review.submit();
    await (
      await otto.waitForModal((modal) => modal.words.includes('its sessions from before are denied'), LONG)
    ).close();
    expect(role.policies.inlineNames()).toEqual(['RekeyRevokeOlderSessions']);

    const card = await inThread(ada, 'Held until', 'Sessions issued before', role.arn);
    await card.click('Undo', { in: 'deploy' });
    const undo = await ada.waitForModal((modal) => modal.title === 'Undo revocation', LONG);
    await undo.fill({ Reason: 'it was ours' });
    await undo.submit();
    await ada.waitForModal((modal) => modal.words.includes('The revocation was taken off'), LONG);
    expect(role.policies.inlineNames()).toEqual([]);
    const verbs = (await stores.audit.newest(80)).map(
      ({ verb, outcome }) => `${verb} ${outcome ?? 'intent'}`,
    );
    for (const verb of [
      'role.revoke done',
      'role.approve refused',
      'role.approve done',
      'role.put_deny done',
      'role.lift done',
      'role.delete_deny done',
    ]) {
      expect(verbs).toContain(verb);
    }
    await stores.close();
    expect(scene.slack.defects).toEqual([]);
  },
  4 * LONG,
);
