import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OpenStores } from '../../db/open.ts';
import type { MessageDriver } from '../../sandbox/slack/driver/message.ts';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { createIds } from '../../src/crypto/ids.ts';
import type { Rotation } from '../../src/domain/rotation.ts';
import { blank, waiting } from '../../src/handlers/rotations/drawn-up.ts';
import { MIN_QUIET_MS } from '../../src/rotation/quiet.ts';
import { DAY, type KeyScene } from '../support/keys.ts';
import { MovingClock } from '../support/moving-clock.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';
import { setRotations } from '../support/rotation-scene.ts';

const SECOND_ADMIN = 'U0ADMIN2';
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
/** What nobody may read in an answer: a defect, or text that was only typed. */
const DEFECT = /Something broke|reference `|undefined|\[object/;

/** What somebody types who means harm, or nothing at all. */
const TYPED = [
  '%',
  '_',
  '%%%%',
  '\\',
  "' OR 1=1 --",
  '"><script>alert(1)</script>',
  '<!channel> <@U0ADMIN> <#C0ALERTS>',
  'a\u0000b',
  '\ud83d\ude80'.repeat(200),
  '\u202egnihtyna',
  'x'.repeat(2_900),
  'deploy backup',
  'AKIA',
  'AKIAIOSFODNN7EXAMPLE AKIAI44QH8DHBEXAMPLE',
  'AIDACKCEVSQ6C2EXAMPLE',
  'ASIAIOSFODNN7EXAMPLE',
  'arn:aws:iam::222233334444:user/deploy',
  `AKIAIOSFODNN7EXAMPLE ${SECRET}`,
  SECRET,
  '--help me',
  'constructor',
  '__proto__',
];

/** Whoever means harm at `/aws-rotate`, over signed HTTP. */
describe('a hostile person at /aws-rotate', () => {
  const clock = new MovingClock();
  const ids = createIds(clock);
  let scene: Scene;
  let keys: KeyScene;
  let stores: OpenStores;
  let ada: PersonDriver;
  let amy: PersonDriver;
  let omar: PersonDriver;
  let vera: PersonDriver;
  let nora: PersonDriver;
  /** Of `backup`, as it waited for the second person first. */
  let rotation: Rotation;

  beforeAll(async () => {
    scene = await Scene.set('http', 'postgres');
    scene.slack.addPerson({ id: SECOND_ADMIN, name: 'amy' });
    await scene.start(
      { REKEY_ADMINS: `${PEOPLE.admin},${SECOND_ADMIN}`, REKEY_ALERT_CHANNEL: CHANNELS.alerts },
      clock,
    );
    ada = scene.slack.as(PEOPLE.admin);
    amy = scene.slack.as(SECOND_ADMIN);
    omar = scene.slack.as(PEOPLE.operator);
    vera = scene.slack.as(PEOPLE.viewer);
    nora = scene.slack.as(PEOPLE.nobody);
    keys = await setRotations(scene);
    stores = await scene.stores();
    const grant = { subjectKind: 'user', grantedBy: PEOPLE.admin, grantedAt: 1 } as const;
    await stores.atomically([
      stores.roleGrants.insert({ id: 'g1', subjectId: PEOPLE.viewer, role: 'viewer', ...grant }),
      stores.roleGrants.insert({ id: 'g2', subjectId: PEOPLE.operator, role: 'operator', ...grant }),
    ]);
  }, 120_000);

  afterAll(async () => {
    await stores.close();
    await scene.strike();
  });

  afterEach(async () => {
    for (const each of [ada, amy, omar, vera, nora]) await shut(each);
    const defects = scene.slack.defects.splice(0);
    if (defects.length > 0) throw new Error(JSON.stringify(defects));
  });

  const id = (name: string): string => keys.ids[name] ?? '';

  async function shut(person: PersonDriver): Promise<void> {
    for (let open = person.modal(); open !== undefined; open = person.modal()) await open.close('x');
  }

  /** All that somebody reads in answer to an act: in windows, and in private. */
  async function answer(person: PersonDriver, act: () => Promise<unknown>): Promise<string> {
    const before = new Set(person.ephemerals().map(({ ts }) => ts));
    const shown = person.modal()?.words ?? '';
    await act();
    const end = Date.now() + 15_000;
    for (;;) {
      const told = person.ephemerals().find(({ ts }) => !before.has(ts));
      const now = person.modal()?.words ?? '';
      if (told !== undefined) return told.words;
      if (now !== shown && !/Asking AWS|One moment|Opening/.test(now)) return now;
      if (Date.now() > end) throw new Error(`No answer; the window says: ${now}`);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  }

  async function until(what: string, test: () => boolean | Promise<boolean>): Promise<void> {
    const end = Date.now() + 30_000;
    while (!(await test())) {
      if (Date.now() > end) throw new Error(`It did not come to be: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** A button in the channel, as a message of another time, or of nobody, would have it. */
  async function post(actionId: string, value: string): Promise<MessageDriver> {
    const text = { type: 'plain_text', text: 'Forged' };
    const element = { type: 'button', text, action_id: actionId, value };
    const blocks = [{ type: 'actions', elements: [element] }];
    const posted = await fetch(`${scene.slack.url}chat.postMessage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${scene.slack.botToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel: CHANNELS.alerts, text: 'A row', blocks }),
    });
    const { ts } = (await posted.json()) as { ts: string };
    const found = omar.messages(CHANNELS.alerts).find((message) => message.ts === ts);
    if (found === undefined) throw new Error('Nothing was posted.');
    return found;
  }

  /** As `post`, and pressed by somebody. */
  function forged(person: PersonDriver, actionId: string, value: string): Promise<string> {
    return answer(person, async () => {
      const message = await post(actionId, value);
      const mine = person.messages(CHANNELS.alerts).find(({ ts }) => ts === message.ts);
      await (mine ?? message).click('Forged');
    });
  }

  async function plan(person: PersonDriver, text: string): Promise<ModalDriver> {
    await person.slash(`/aws-rotate ${text}`);
    return person.waitForModal(
      (each) => each.title === 'Rotate' && !each.words.includes('Asking AWS'),
      30_000,
    );
  }

  /** A rotation of `backup` at the end of its soak, asked for by Omar, that waits for the second person. */
  async function soaked(): Promise<Rotation> {
    const user = keys.account.users.get('backup');
    if (user === undefined) throw new Error('No user.');
    const fresh = user.addKey({ createdAt: clock.now() - 8 * DAY });
    const secret = keys.account.in('us-east-1').addSecret('rekey/backup', { suffix: 'AbCdEf', at: 1 });
    const pair = { AWS_ACCESS_KEY_ID: fresh.accessKeyId, AWS_SECRET_ACCESS_KEY: fresh.secretAccessKey };
    secret.put({ id: 'v1', value: JSON.stringify(pair), stages: ['AWSCURRENT'], at: 1 });
    const now = clock.now();
    const at = now - 8 * DAY;
    user.keys.get(id('backup')).change('Inactive', at);
    const drawn = blank(
      { ids, clock },
      {
        accountId: keys.account.id,
        partition: 'aws',
        snapshot: {
          userId: user.userId,
          userName: user.name,
          arn: user.arn,
          keys: [{ accessKeyId: id('backup'), status: 'Active', createdAt: null }],
          takenAt: at,
        },
        oldKeyId: id('backup'),
        newKeyId: fresh.accessKeyId,
        ownConnectionId: null,
        deliveries: [{ ...waiting('d-backup', 'none'), state: 'held', attempts: 1, at }],
        requestedBy: PEOPLE.operator,
        quietMs: MIN_QUIET_MS,
        cutoverAt: at - DAY,
        deactivatedAt: at,
        state: 'blocked',
        stateAt: now,
        nextAt: null,
        block: {
          from: 'soaking',
          code: 'needs_approval',
          why: 'The soak is over.',
          choices: ['approve', 'reactivate'],
          keyIds: [],
          seen: null,
          destinationId: null,
          since: now,
        },
        reason: 'a test',
      },
    );
    await stores.atomically([stores.rotation.rotations.insert(drawn)]);
    return drawn;
  }

  const kept = async (rotationId: string): Promise<Rotation> => {
    const found = await stores.rotation.rotations.byId(rotationId);
    if (found === null) throw new Error('The rotation is gone.');
    return found;
  };
  const statusOf = (name: string): string =>
    keys.account.users
      .get(name)
      ?.keys.existing()
      .find(({ accessKeyId }) => accessKeyId === id(name))?.currentStatus ?? 'none';

  it('who types anything is answered in words, and nothing begins', async () => {
    for (const typed of TYPED) {
      const words = await answer(omar, () => omar.slash(`/aws-rotate ${typed}`));
      expect([typed, words]).toEqual([typed, expect.not.stringMatching(DEFECT)]);
      expect(words).not.toContain('wJalrXUtnFEMI');
      expect(words).not.toMatch(/<!channel>|<@U0ADMIN>|<script>/);
      await shut(omar);
    }
    expect(await stores.rotation.rotations.countOpen()).toBe(0);
    expect(JSON.stringify(await stores.audit.newest(500))).not.toContain('wJalrXUtnFEMI');
  }, 120_000);

  it('who has no role, or another’s key, learns nothing of keys and rotations', async () => {
    for (const name of ['deploy', 'backup', 'unbound', 'ci-runner']) {
      // Nora owns the key of deploy, and no other.
      if (name === 'deploy') continue;
      const byName = await answer(nora, () => nora.slash(`/aws-rotate ${name}`));
      expect(byName).not.toContain(id(name));
      expect(byName).toMatch(/that you may see|takes the role/);
      await shut(nora);
      const byKey = await answer(nora, () => nora.slash(`/aws-rotate ${id(name)}`));
      expect(byKey).toMatch(/takes the role/);
      await shut(nora);
    }
    rotation = await soaked();
    const value = `${rotation.id}:${rotation.stateAt}`;
    for (const act of ['details', 'snippets', 'approve', 'reactivate', 'undo', 'wait', 'hurry', 'well']) {
      const words = await forged(nora, `rotation.${act}`, value);
      expect([act, words]).toEqual([act, expect.stringMatching(/You may not|takes the role/)]);
      expect(words).not.toContain(id('backup'));
      await shut(nora);
      // Whether there is such a rotation is not told either.
      const unknown = await forged(nora, `rotation.${act}`, `${ids.next()}:1`);
      expect([act, unknown]).toEqual([act, expect.not.stringMatching(DEFECT)]);
      await shut(nora);
    }
    expect((await kept(rotation.id)).version).toBe(rotation.version);
  }, 120_000);

  it('whose buttons are forged is told so, whatever they carry', async () => {
    const values = ['', 'x', ':', `${rotation.id}`, `${rotation.id}:-1`, `${rotation.id}:1e9`, `a\u0000:1`];
    for (const act of ['details', 'approve', 'reactivate', 'retry', 'keep_new', 'end_wait']) {
      for (const value of values.slice(act === 'details' ? 0 : 3)) {
        const words = await forged(ada, `rotation.${act}`, value === '' ? ' ' : value);
        expect([act, value, words]).toEqual([act, value, expect.not.stringMatching(DEFECT)]);
        await shut(ada);
      }
    }
    for (const value of ['x', `${id('deploy')}:99999999999999999999`, `${id('deploy')}:-3`]) {
      const words = await forged(omar, 'rotation.dry_run', value);
      expect([value, words]).toEqual([value, expect.not.stringMatching(DEFECT)]);
      await shut(omar);
    }
    expect((await kept(rotation.id)).version).toBe(rotation.version);
  }, 120_000);

  it('with an old button or an old window deletes nothing', async () => {
    const value = `${rotation.id}:${rotation.stateAt}`;
    // Who asked for it is not the second person, though an admin by now.
    const grant = { subjectKind: 'user', grantedBy: PEOPLE.admin, grantedAt: 1 } as const;
    await stores.atomically([
      stores.roleGrants.insert({ id: 'g3', subjectId: PEOPLE.operator, role: 'admin', ...grant }),
    ]);
    expect(await forged(omar, 'rotation.approve', value)).toContain('not the second person');
    await stores.atomically([stores.roleGrants.remove('g3')]);
    await shut(omar);
    // An admin who is asked, and one with the window open, while it is reactivated and soaks again.
    const message = await post('rotation.approve', value);
    const open = async (person: PersonDriver): Promise<ModalDriver> => {
      const mine = person.messages(CHANNELS.alerts).find(({ ts }) => ts === message.ts);
      await (mine ?? message).click('Forged');
      return person.waitForModal(({ title }) => title === 'Delete the old key?', 10_000);
    };
    const old = await open(ada);
    await answer(omar, async () => {
      const mine = await post('rotation.reactivate', value);
      await mine.click('Forged');
    });
    await until('it is Active', () => statusOf('backup') === 'Active');
    await old.submit();
    const told = await ada.waitForModal((each) => each.words.includes('Not done'), 10_000);
    expect(told.words).toMatch(/moved on|no longer to be decided/);
    await shut(ada);
    expect(await forged(ada, 'rotation.approve', value)).toContain('does not exist any more');
    const now = await kept(rotation.id);
    expect([now.state, now.approvals, statusOf('backup')]).toEqual(['quiet', [], 'Active']);
  }, 120_000);

  it('who clicks twice, or in the same moment as somebody else, does it once', async () => {
    // Soaked again, with a second admin's window submitted twice, beside another admin's.
    const now = await kept(rotation.id);
    const at = clock.now() - 8 * DAY;
    keys.account.users.get('backup')?.keys.get(id('backup')).change('Inactive', at);
    const asks = {
      ...now,
      state: 'blocked',
      stateAt: clock.now(),
      nextAt: null,
      change: null,
      deactivatedAt: at,
      cutoverAt: at - DAY,
      leaseOwner: null,
      leaseUntil: 0,
      block: rotation.block,
      version: now.version + 1,
    } as Rotation;
    await stores.atomically([stores.rotation.rotations.update(asks)]);
    const open = async (person: PersonDriver): Promise<ModalDriver> => {
      await person.slash(`/aws-rotate ${id('backup')}`);
      const shown = await person.waitForModal(({ title }) => title === 'Rotation', 10_000);
      await shown.click('Delete the old key…');
      return person.waitForModal(({ title }) => title === 'Delete the old key?', 10_000);
    };
    const forms = [await open(ada), await open(amy)] as const;
    await Promise.all([forms[0].submit(), forms[0].submit(), forms[1].submit()]);
    scene.slack.defects.splice(0);
    await until('it is deleted', async () => (await kept(rotation.id)).state === 'done');
    const verbs = (await stores.audit.newest(400)).filter(({ entityId }) => entityId === rotation.id);
    expect(verbs.filter(({ verb }) => verb === 'rotation.approve')).toHaveLength(1);
    expect(scene.aws.requests.of('DeleteAccessKey')).toHaveLength(1);
  }, 120_000);

  it('two who rotate one key, or one user, begin one rotation; a window of before begins none', async () => {
    const first = await plan(omar, id('deploy'));
    const other = await plan(ada, id('deploy'));
    const late = await plan(amy, id('deploy'));
    for (const form of [first, other, late]) await form.fill({ Reason: 'Hurry' });
    await Promise.all([first.submit(), other.submit()]);
    const open = async (): Promise<Rotation[]> => {
      const filter = { state: null, accountId: null, open: true };
      return (await stores.rotation.rotations.page(filter, null, 9)).filter(
        ({ oldKeyId }) => oldKeyId === id('deploy'),
      );
    };
    const [begun, second] = await open();
    expect([begun?.state === undefined, second]).toEqual([false, undefined]);
    const [winner, loser] = begun?.requestedBy === PEOPLE.admin ? [ada, omar] : [omar, ada];
    expect(winner.modal()?.words).toContain('The rotation has begun');
    expect(loser.modal()?.words).toContain(`is under way, begun by <@${winner.id}>`);
    await until('a new key', async () => (await kept(begun?.id ?? '')).newKeyId !== null);
    // Hours later, from a window that knows nothing of it.
    clock.forward(3 * 3_600_000);
    await late.submit();
    expect(amy.modal()?.words).toContain('is under way');
    expect(await open()).toHaveLength(1);
    expect(scene.aws.requests.of('CreateAccessKey')).toHaveLength(1);
  }, 120_000);
});
