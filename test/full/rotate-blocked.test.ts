import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OpenStores } from '../../db/open.ts';
import type { MessageDriver } from '../../sandbox/slack/driver/message.ts';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import type { NewKey, User } from '../../sandbox/aws/world.ts';
import { ROTATE_TAG } from '../../src/domain/capability.ts';
import { DEFAULT_KEY_POLICY } from '../../src/domain/key-policy.ts';
import type { Block, BlockCode, Delivery, Rotation, RotationState } from '../../src/domain/rotation.ts';
import { blank, waiting } from '../../src/handlers/rotations/drawn-up.ts';
import { createIds } from '../../src/crypto/ids.ts';
import { MIN_QUIET_MS } from '../../src/rotation/quiet.ts';
import { binding, destination } from '../db/rotation-samples.ts';
import { DAY, setKeys, type KeyScene, type Planted } from '../support/keys.ts';
import { MovingClock } from '../support/moving-clock.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

const SECOND_ADMIN = 'U0ADMIN2';
const RESPONDER = 'U0RESPONDER';
const HOUR = 3_600_000;
const ROTATED = { [ROTATE_TAG.key]: ROTATE_TAG.value };

/** A user for each tale, so that none meets another's rotation. */
const NAMES = [
  'slot-stop',
  'slot-retry',
  'place-retry',
  'keys-accept',
  'user-gone',
  'quarantine',
  'orphan-ours',
  'orphan-not',
  'orphan-none',
  'orphan-end',
  'refused',
  'not-working',
  'preflight',
  'delivery',
  'hook',
  'denied',
  'secret',
  'receiver',
  'approval',
  'signer',
  'too-long',
  'used',
  'race',
  'deletes',
  'scheduled',
  'undone',
  'unbound-quiet',
  'unbound-soaking',
  'unbound-delivering',
] as const;

/** Nothing is bound to these at first. */
const UNBOUND: ReadonlySet<string> = new Set([
  'place-retry',
  'unbound-quiet',
  'unbound-soaking',
  'unbound-delivering',
]);

/** Reasons with a way on that no tale takes: where it stood, and what is pressed. */
const PRESSED = [
  ['no_destination', 'delivering', 'retry'],
  ['no_free_slot', 'creating', 'undo'],
  ['keys_changed', 'quiet', 'retry'],
  ['keys_changed', 'quiet', 'undo'],
  ['user_changed', 'quiet', 'retry'],
  ['quarantined', 'quiet', 'undo'],
  ['not_attributed', 'creating', 'retry'],
  ['not_attributed', 'creating', 'undo'],
  ['create_refused', 'creating', 'retry'],
  ['not_working', 'verifying', 'retry'],
  ['preflight_failed', 'planned', 'retry'],
  ['delivery_failed', 'delivering', 'retry'],
  ['delivery_failed', 'quiet', 'undo'],
  ['hook_failed', 'cutover', 'retry'],
  ['hook_failed', 'cutover', 'undo'],
  ['denied', 'quiet', 'retry'],
  ['denied', 'quiet', 'undo'],
  ['undo_failed', 'undoing', 'retry'],
  ['signer_is_target', 'quiet', 'undo'],
  ['too_long', 'quiet', 'retry'],
  ['too_long', 'quiet', 'undo'],
] as const satisfies readonly (readonly [BlockCode, RotationState, 'retry' | 'undo'])[];

type Name = (typeof NAMES)[number] | `pressed-${number}`;

const ALL: readonly Name[] = [...NAMES, ...PRESSED.map((_, at) => `pressed-${at}` as const)];

const SAMPLE: readonly Planted[] = ALL.map((name) => ({
  name,
  ageDays: 200,
  usedDays: 1,
  owner: PEOPLE.viewer,
  tags: { ...ROTATED, owner: PEOPLE.viewer },
}));

/** What a person does with a rotation that waits for them, over signed HTTP; AWS and the machine are real. */
describe('a rotation that waits for a person', () => {
  const clock = new MovingClock();
  const ids = createIds(clock);
  let scene: Scene;
  let keys: KeyScene;
  let stores: OpenStores;
  let omar: PersonDriver;
  let connectionId = '';

  beforeAll(async () => {
    scene = await Scene.set('http', 'sqlite');
    for (const id of [SECOND_ADMIN, RESPONDER]) scene.slack.addPerson({ id, name: id.toLowerCase() });
    await scene.start(
      {
        REKEY_ADMINS: `${PEOPLE.admin},${SECOND_ADMIN}`,
        REKEY_ALERT_CHANNEL: CHANNELS.alerts,
        REKEY_PRIVATE_WEBHOOKS: '127.0.0.1',
      },
      clock,
    );
    omar = scene.slack.as(PEOPLE.operator);
    keys = await setKeys(scene, SAMPLE, [
      'verify',
      'inventory',
      'rotate_self',
      'rotate_others',
      'watch',
      'deliver',
    ]);
    stores = await scene.stores();
    connectionId = (await stores.connections.list())[0]?.id ?? '';
    const grant = { subjectKind: 'user', grantedBy: PEOPLE.admin, grantedAt: 1 } as const;
    await stores.atomically([
      stores.roleGrants.insert({ id: 'g2', subjectId: PEOPLE.operator, role: 'operator', ...grant }),
      stores.roleGrants.insert({ id: 'g3', subjectId: RESPONDER, role: 'responder', ...grant }),
    ]);
    for (const name of ALL) if (!UNBOUND.has(name)) await bind(name);
  }, 120_000);

  afterAll(async () => {
    await stores.close();
    await scene.strike();
  });

  afterEach(async () => {
    for (const id of [...Object.values(PEOPLE), SECOND_ADMIN, RESPONDER]) {
      const person = scene.slack.as(id);
      for (let open = person.modal(); open !== undefined; open = person.modal()) await open.close('x');
    }
    const defects = scene.slack.defects.splice(0);
    if (defects.length > 0) throw new Error(JSON.stringify(defects));
  });

  function userOf(name: Name): User {
    const user = keys.account.users.get(name);
    if (user === undefined) throw new Error(`No user ${name}`);
    return user;
  }

  const id = (name: Name): string => keys.ids[name] ?? '';

  /** Bound to a secret of its own, or to what is given. */
  async function bind(name: Name, more: Parameters<typeof destination>[0] | object = {}): Promise<void> {
    const target = {
      region: 'us-east-1',
      name: `rekey/${name}`,
      mode: 'replace',
      fields: { accessKeyId: 'AWS_ACCESS_KEY_ID', secretAccessKey: 'AWS_SECRET_ACCESS_KEY' },
      kmsKeyId: null,
    };
    const by = { createdBy: PEOPLE.admin, createdAt: 1 };
    const kept = destination({
      id: `d-${name}`,
      name: `Place of ${name}`,
      connectionId,
      target,
      ...by,
      ...more,
    });
    const approved = { approvedBy: SECOND_ADMIN, approvedAt: 2 };
    await stores.atomically([
      stores.rotation.destinations.insert(kept),
      stores.rotation.bindings.insert(
        binding({
          id: `b-${name}`,
          destinationId: kept.id,
          accountId: keys.account.id,
          userId: userOf(name).userId,
          userName: name,
          ...by,
          ...(kept.kind === 'webhook' ? approved : {}),
        }),
      ),
    ]);
  }

  type Asked = Pick<Block, 'code' | 'choices'> & Partial<Block>;

  /** A rotation of this user's key that stands where it does, with AWS as it would be. */
  async function plant(name: Name, from: RotationState, asked: Asked | null, more: Partial<Rotation> = {}) {
    const now = clock.now();
    const { userId, name: userName, arn } = userOf(name);
    const about = { keyIds: [], seen: null, destinationId: null, why: `It stopped (${name}).` };
    const rotation = blank(
      { ids, clock },
      {
        accountId: keys.account.id,
        partition: 'aws',
        snapshot: {
          userId,
          userName,
          arn,
          keys: [{ accessKeyId: id(name), status: 'Active', createdAt: null }],
          takenAt: now,
        },
        oldKeyId: id(name),
        ownConnectionId: null,
        deliveries: [waiting(`d-${name}`, 'none')],
        requestedBy: PEOPLE.operator,
        quietMs: MIN_QUIET_MS,
        state: asked === null ? from : 'blocked',
        stateAt: now,
        nextAt: asked === null ? now + HOUR : null,
        block: asked === null ? null : { ...about, ...asked, from, since: now },
        reason: 'a test',
        ...more,
      },
    );
    await stores.atomically([stores.rotation.rotations.insert(rotation)]);
    return rotation.id;
  }

  async function rotationOf(name: Name): Promise<Rotation> {
    const all = await stores.rotation.rotations.page({ state: null, accountId: null, open: null }, null, 100);
    const found = all.find(({ oldKeyId }) => oldKeyId === id(name));
    if (found === undefined) throw new Error(`No rotation of ${name}`);
    return found;
  }

  async function comes(name: Name, test: (rotation: Rotation) => boolean): Promise<Rotation> {
    const until = Date.now() + 30_000;
    for (;;) {
      const rotation = await rotationOf(name);
      if (test(rotation)) return rotation;
      if (Date.now() > until) throw new Error(`It did not come to be: ${JSON.stringify(rotation)}`);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  }

  /** It went on so far that there is a new key. */
  const made = (name: Name) => comes(name, ({ newKeyId }) => newKeyId !== null);
  const reached = (name: Name, state: RotationState) => comes(name, (rotation) => rotation.state === state);

  async function modal(person: PersonDriver, title: string): Promise<ModalDriver> {
    return person.waitForModal((each) => each.title === title, 10_000);
  }

  /** The rotation's window, as whoever types the key's id sees it. */
  async function opened(name: Name, person = omar): Promise<ModalDriver> {
    await person.slash(`/aws-rotate ${id(name)}`);
    return modal(person, 'Rotation');
  }

  /** Presses a button of the rotation's window; agrees in the window that asks, where one does. */
  async function press(name: Name, label: string, asks: string | null, person = omar): Promise<string> {
    const shown = await opened(name, person);
    await shown.click(label);
    if (asks === null) return '';
    const form = await modal(person, asks);
    const { words } = form;
    expect(words).toContain(id(name));
    await form.submit();
    return words;
  }

  function statusOf(name: Name, accessKeyId: string | null): string {
    const key = userOf(name)
      .keys.existing()
      .find((each) => each.accessKeyId === accessKeyId);
    return key?.currentStatus ?? 'none';
  }

  function second(name: Name): NewKey {
    return userOf(name).addKey({ createdAt: clock.now() - DAY });
  }

  const held = (name: Name, hook: Delivery['hook'] = 'none'): Delivery => ({
    ...waiting(`d-${name}`, hook),
    state: 'held',
    attempts: 1,
    at: clock.now(),
  });

  /** A secret that holds this key, as Rekey wrote it. */
  function holds(name: Name, key: { accessKeyId: string; secretAccessKey: string }): void {
    const secret = keys.account.in('us-east-1').addSecret(`rekey/${name}`, { suffix: 'AbCdEf', at: 1 });
    const value = { AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey };
    secret.put({ id: 'v1', value: JSON.stringify(value), stages: ['AWSCURRENT'], at: 1 });
  }

  async function verbsOf(name: Name): Promise<string[]> {
    const { id: entityId } = await rotationOf(name);
    return (await stores.audit.newest(400))
      .filter((row) => row.entityId === entityId)
      .map(({ verb }) => verb);
  }

  it('ends with “End here…”, and nothing was touched: no free slot, a place that refuses', async () => {
    for (const [name, code] of [
      ['slot-stop', 'no_free_slot'],
      ['preflight', 'preflight_failed'],
    ] as const) {
      await plant(name, 'planned', { code, choices: ['retry', 'stop'] });
      await press(name, 'End here…', 'End it here?');
      expect((await reached(name, 'undone')).newKeyId).toBeNull();
      expect(statusOf(name, id(name))).toBe('Active');
      expect(await verbsOf(name)).toContain('rotation.stop');
    }
  });

  it('goes on with “Try again” once there is room, or a place', async () => {
    await plant('slot-retry', 'planned', { code: 'no_free_slot', choices: ['retry', 'stop'] });
    await plant('place-retry', 'planned', { code: 'no_destination', choices: ['retry', 'stop'] });
    await press('slot-retry', 'Try again', null);
    await press('place-retry', 'Try again', null);
    // Nothing is bound yet: the same is asked anew.
    const { block } = await comes(
      'place-retry',
      ({ block: now }) => now?.why.includes('no longer bound') === true,
    );
    expect(block?.code).toBe('no_destination');
    await bind('place-retry');
    await press('place-retry', 'Try again', null);
    for (const name of ['slot-retry', 'place-retry'] as const) {
      const { newKeyId } = await made(name);
      expect(statusOf(name, newKeyId)).toBe('Active');
    }
  });

  it('goes on with keys that were accepted, and touches none of them', async () => {
    const seen = [{ accessKeyId: id('keys-accept'), status: 'Active', createdAt: null }] as const;
    const gone = { accessKeyId: 'AKIAGONEGONEGONEGONE', status: 'Inactive', createdAt: null } as const;
    const { userId, arn } = userOf('keys-accept');
    await plant(
      'keys-accept',
      'planned',
      { code: 'keys_changed', choices: ['retry', 'stop', 'go_on'], seen, keyIds: [gone.accessKeyId] },
      { snapshot: { userId, userName: 'keys-accept', arn, keys: [...seen, gone], takenAt: 1 } },
    );
    await press('keys-accept', 'Accept these keys…', 'Accept these keys?');
    expect((await made('keys-accept')).snapshot.keys.map((key) => key.accessKeyId)).toEqual([
      id('keys-accept'),
    ]);
  });

  it('ends for a user that is another, and leaves its keys', async () => {
    const fresh = second('user-gone');
    await plant(
      'user-gone',
      'quiet',
      { code: 'user_changed', choices: ['retry', 'stop'], keyIds: [fresh.accessKeyId] },
      { newKeyId: fresh.accessKeyId, cutoverAt: 1, deliveries: [held('user-gone')] },
    );
    await press('user-gone', 'End here…', 'End it here?');
    await reached('user-gone', 'undone');
    expect(statusOf('user-gone', fresh.accessKeyId)).toBe('Active');
  });

  it('under quarantine is a responder’s, who tries again when the leak is dealt with', async () => {
    const responder = scene.slack.as(RESPONDER);
    await plant('quarantine', 'creating', { code: 'quarantined', choices: ['retry', 'undo'] });
    await press('quarantine', 'Try again', null, responder);
    await made('quarantine');
    await plant('refused', 'creating', { code: 'create_refused', choices: ['retry', 'undo'] });
    expect((await opened('refused', responder)).words).toMatch(/Not yours to do:[^]*takes the role operator/);
    await press('refused', 'Undo', 'Undo the rotation?');
    expect((await reached('refused', 'undone')).orphans).toEqual([]);
  });

  it('with a key that nobody can prove: Rekey’s goes an hour later, another’s stays, and of two answers one counts', async () => {
    const newcomers = {
      'orphan-ours': second('orphan-ours').accessKeyId,
      'orphan-not': second('orphan-not').accessKeyId,
      race: second('race').accessKeyId,
    };
    const choices = ['retry', 'orphan_is_ours', 'orphan_is_not_ours'] as const;
    for (const name of ['orphan-ours', 'orphan-not', 'race'] as const) {
      await plant(name, 'creating', { code: 'not_attributed', choices, keyIds: [newcomers[name]] });
    }
    const asked = await press('orphan-ours', 'It is Rekey’s…', 'Is it Rekey’s?');
    expect(asked).toContain(newcomers['orphan-ours']);
    const not = await press('orphan-not', 'It is not Rekey’s…', 'Is it not Rekey’s?');
    expect(not).toContain('is left alone');
    await reached('orphan-not', 'undone');
    expect(statusOf('orphan-not', newcomers['orphan-not'])).toBe('Active');
    await comes('orphan-ours', ({ orphans }) => orphans.some(({ inactiveAt }) => inactiveAt !== null));
    expect(statusOf('orphan-ours', newcomers['orphan-ours'])).toBe('Inactive');

    // Two people, two answers, one moment.
    const ada = scene.slack.as(PEOPLE.admin);
    await (await opened('race', omar)).click('It is Rekey’s…');
    await (await opened('race', ada)).click('It is not Rekey’s…');
    const forms = [await modal(omar, 'Is it Rekey’s?'), await modal(ada, 'Is it not Rekey’s?')] as const;
    await Promise.all(forms.map((form) => form.submit()));
    const decided = await comes('race', ({ block, state }) => block === null || state === 'undone');
    const verbs = (await verbsOf('race')).filter((verb) => verb.startsWith('rotation.orphan'));
    expect(verbs).toHaveLength(1);
    const [loser, won] = decided.orphans.length === 0 ? [omar, 'not'] : [ada, 'ours'];
    expect(verbs[0]).toBe(won === 'ours' ? 'rotation.orphan_is_ours' : 'rotation.orphan_is_not_ours');
    const told = await loser.waitForModal((each) => each.words.includes('Not done.'), 10_000);
    expect(told.words).toMatch(/moved on|no longer to be decided/);

    clock.forward(HOUR + 60_000);
    await made('orphan-ours');
    expect(statusOf('orphan-ours', newcomers['orphan-ours'])).toBe('none');
  });

  it('without a key to be seen: another try with “Go on…”, or the end', async () => {
    const intent = {
      nonce: 'n'.repeat(32),
      openedAt: 1,
      closesAt: 2,
      signer: 'arn:aws:iam::222233334444:user/rekey',
      keysBefore: [],
      outcome: 'open',
    } as const;
    const block = { code: 'not_attributed', choices: ['retry', 'go_on', 'stop'] } as const;
    await plant('orphan-none', 'creating', block, { intents: [intent] });
    await plant('orphan-end', 'creating', block, { intents: [intent] });
    await press('orphan-none', 'Go on…', 'Go on?');
    expect((await made('orphan-none')).intents.map(({ outcome }) => outcome)).toEqual(['refused', 'created']);
    await press('orphan-end', 'End here…', 'End it here?');
    await reached('orphan-end', 'undone');
    expect(statusOf('orphan-end', id('orphan-end'))).toBe('Active');
  });

  it('is taken back to its end: a key that does not work, a secret that is lost, a place that was never written', async () => {
    const fresh = new Map<Name, string>();
    for (const [name, from, code, choices] of [
      ['not-working', 'verifying', 'not_working', ['retry', 'undo']],
      ['secret', 'verifying', 'secret_lost', ['undo']],
      ['delivery', 'delivering', 'delivery_failed', ['retry', 'undo']],
    ] as const) {
      const { accessKeyId } = second(name);
      fresh.set(name, accessKeyId);
      const tried: Delivery = { ...waiting(`d-${name}`, 'none'), state: 'failed', attempts: 2 };
      await plant(
        name,
        from,
        { code, choices },
        {
          newKeyId: accessKeyId,
          ...(name === 'delivery' ? { deliveries: [tried] } : {}),
        },
      );
      const words = await press(name, 'Undo', 'Undo the rotation?');
      expect(words).toContain('deleted an hour later');
    }
    // Nothing says what was there before: a person does.
    const asks = await reached('delivery', 'blocked');
    expect([asks.block?.code, asks.block?.choices]).toEqual(['undo_failed', ['retry', 'go_on']]);
    await press('delivery', 'The old key is back…', 'Is the old key back?');
    for (const [name, accessKeyId] of fresh) {
      await comes(name, ({ orphans }) => orphans.some(({ inactiveAt }) => inactiveAt !== null));
      expect([name, statusOf(name, accessKeyId)]).toEqual([name, 'Inactive']);
    }
    clock.forward(HOUR + 60_000);
    for (const [name, accessKeyId] of fresh) {
      await reached(name, 'undone');
      expect([statusOf(name, accessKeyId), statusOf(name, id(name))]).toEqual(['none', 'Active']);
    }
  });

  it('from a card: Undo puts the old key back where it was, and the new one goes an hour later', async () => {
    const { secretAccessKey } = userOf('undone').keys.get(id('undone'));
    holds('undone', { accessKeyId: id('undone'), secretAccessKey });
    const target = {
      region: 'us-east-1',
      name: 'rekey/undone',
      mode: 'merge',
      fields: { accessKeyId: 'AWS_ACCESS_KEY_ID', secretAccessKey: 'AWS_SECRET_ACCESS_KEY' },
      kmsKeyId: null,
    };
    const kept = await stores.rotation.destinations.byId('d-undone');
    if (kept === null) throw new Error('No place');
    await stores.atomically([stores.rotation.destinations.update({ ...kept, target, version: 2 })]);
    await omar.slash(`/aws-rotate ${id('undone')}`);
    const plan = await omar.waitForModal(
      (each) => each.title === 'Rotate' && each.submitLabel !== undefined,
      30_000,
    );
    await plan.fill({ Reason: 'To be taken back' });
    await plan.submit();
    const waits = await reached('undone', 'quiet');
    const current = () =>
      JSON.parse(
        keys.account.in('us-east-1').secret('rekey/undone')?.at('AWSCURRENT')?.value ?? '{}',
      ) as object;
    expect(current()).toMatchObject({ AWS_ACCESS_KEY_ID: waits.newKeyId });
    const card = await cardOf('undone', 'Waits until nobody uses');
    await (await modal(omar, 'Rotation')).close('x');
    await card.click('Undo');
    const form = await modal(omar, 'Undo the rotation?');
    expect(form.words).toContain(waits.newKeyId ?? '');
    await form.submit();
    await comes('undone', ({ orphans }) => orphans.some(({ inactiveAt }) => inactiveAt !== null));
    expect(current()).toMatchObject({ AWS_ACCESS_KEY_ID: id('undone') });
    await cardOf('undone', 'Takes the rotation back');
    clock.forward(HOUR + 60_000);
    await reached('undone', 'undone');
    expect([statusOf('undone', waits.newKeyId), statusOf('undone', id('undone'))]).toEqual([
      'none',
      'Active',
    ]);
    expect((await cardOf('undone', 'Ended without replacing the key')).buttons).not.toContain('Undo');
    expect(await verbsOf('undone')).toEqual(expect.arrayContaining(['rotation.undo', 'key.delete']));
  });

  async function cardOf(name: Name, words: string): Promise<MessageDriver> {
    return omar.waitForMessage(
      (message) => [id(name), 'Asked for by', words].every((each) => message.words.includes(each)),
      { channel: CHANNELS.alerts, timeoutMs: 20_000 },
    );
  }

  it('is taken back without a receiver that is gone, when a person says so, who reads what it is not told', async () => {
    const fresh = second('receiver');
    const kept = await stores.rotation.destinations.byId('d-receiver');
    if (kept === null) throw new Error('No place');
    const url = 'http://127.0.0.1:9/token-in-path';
    await stores.atomically([
      stores.rotation.destinations.update({
        ...kept,
        kind: 'webhook',
        connectionId: null,
        target: { url },
        version: 2,
      }),
      ...(await stores.rotation.bindings.ofDestination('d-receiver')).map((each) =>
        stores.rotation.bindings.update(each, {
          ...each,
          approvedBy: SECOND_ADMIN,
          approvedAt: 2,
          destinationVersion: 2,
        }),
      ),
    ]);
    const delivered = { newKeyId: fresh.accessKeyId, cutoverAt: clock.now(), deliveries: [held('receiver')] };
    await plant('receiver', 'quiet', null, delivered);
    await press('receiver', 'Undo', 'Undo the rotation?');
    const asks = await reached('receiver', 'blocked');
    expect(asks.block).toMatchObject({
      code: 'undo_failed',
      choices: ['retry', 'go_on', 'leave_place'],
      destinationId: 'd-receiver',
      why: expect.stringMatching(/^Place of receiver cannot be asked which key it holds/) as string,
    });
    expect(statusOf('receiver', fresh.accessKeyId)).toBe('Active');
    // Somebody's word that the old key is back is looked into, and does not help either.
    await press('receiver', 'The old key is back…', 'Is the old key back?');
    const still = await comes('receiver', ({ block, stateAt }) => block !== null && stateAt > asks.stateAt);
    expect(still.block?.choices).toContain('leave_place');
    const words = await press('receiver', 'Leave it as it is…', 'Leave it as it is?');
    expect(words).toContain('It is told nothing');
    expect(words).toContain(fresh.accessKeyId);
    expect(words).not.toContain('token-in-path');
    const goes = await comes('receiver', ({ orphans }) =>
      orphans.some(({ inactiveAt }) => inactiveAt !== null),
    );
    expect(goes.deliveries).toMatchObject([{ state: 'left' }]);
    expect((await opened('receiver')).words).toContain('was not told that the new key goes');
    clock.forward(HOUR + 60_000);
    await reached('receiver', 'undone');
    expect([statusOf('receiver', fresh.accessKeyId), statusOf('receiver', id('receiver'))]).toEqual([
      'none',
      'Active',
    ]);
    const [row] = (await stores.audit.newest(100)).filter(({ verb }) => verb === 'rotation.leave_place');
    expect(row).toMatchObject({
      doer: { kind: 'person', userId: PEOPLE.operator },
      detail: { destinationId: 'd-receiver' },
    });
  });

  it('goes on by a person’s word: a hook that failed, a signer that was the key itself, an old key in use for too long', async () => {
    for (const [name, from, code, choices] of [
      ['hook', 'cutover', 'hook_failed', ['retry', 'go_on', 'undo']],
      ['signer', 'quiet', 'signer_is_target', ['retry', 'undo']],
      ['too-long', 'quiet', 'too_long', ['retry', 'go_on', 'undo']],
    ] as const) {
      const key = second(name);
      holds(name, key);
      await plant(
        name,
        from,
        { code, choices },
        {
          newKeyId: key.accessKeyId,
          cutoverAt: clock.now(),
          deliveries: [held(name, name === 'hook' ? 'waiting' : 'none')],
        },
      );
    }
    await press('hook', 'Go on…', 'Go on?');
    expect((await reached('hook', 'quiet')).deliveries).toMatchObject([{ hook: 'done', hookAttempts: 0 }]);
    await press('signer', 'Try again', null);
    expect(
      (await comes('signer', ({ state, nextAt }) => state === 'quiet' && nextAt !== null)).block,
    ).toBeNull();
    const words = await press('too-long', 'Deactivate now…', 'Deactivate now?');
    expect(words).toContain('What stops working');
    await comes('too-long', ({ deactivatedAt }) => deactivatedAt !== null);
    expect(statusOf('too-long', id('too-long'))).toBe('Inactive');
  });

  it('in its soak: Reactivate gives the old key back, and of Delete and Reactivate in one moment one is done', async () => {
    const amy = scene.slack.as(SECOND_ADMIN);
    for (const [name, from, code, choices] of [
      ['denied', 'deactivated', 'denied', ['retry', 'reactivate']],
      ['approval', 'soaking', 'needs_approval', ['approve', 'reactivate']],
      ['used', 'soaking', 'keys_changed', ['approve', 'reactivate']],
      ['deletes', 'soaking', 'needs_approval', ['approve', 'reactivate']],
      ['scheduled', 'soaking', 'needs_approval', ['approve', 'reactivate']],
    ] as const) {
      const key = second(name);
      holds(name, key);
      const at = clock.now() - 8 * DAY;
      userOf(name).keys.get(id(name)).change('Inactive', at);
      await plant(
        name,
        from,
        { code, choices },
        {
          newKeyId: key.accessKeyId,
          cutoverAt: at - DAY,
          deactivatedAt: at,
          deliveries: [held(name)],
          ...(name === 'scheduled'
            ? { requestedBy: null, trigger: 'policy', scheduledBy: [PEOPLE.admin] }
            : {}),
        },
      );
    }
    for (const name of ['denied', 'approval'] as const) {
      await press(name, 'Reactivate', null);
      await comes(name, ({ state, change }) => state === 'quiet' && change === null);
      expect(statusOf(name, id(name))).toBe('Active');
    }
    await press('used', 'Delete the old key…', 'Delete the old key?', amy);
    await reached('used', 'done');
    expect(statusOf('used', id('used'))).toBe('none');

    await (await opened('deletes', amy)).click('Delete the old key…');
    const form = await modal(amy, 'Delete the old key?');
    const shown = await opened('deletes', omar);
    await Promise.all([form.submit(), shown.click('Reactivate')]);
    const came = await comes(
      'deletes',
      ({ state, change }) => state === 'done' || (state === 'quiet' && change === null),
    );
    expect(statusOf('deletes', id('deletes'))).toBe(came.state === 'done' ? 'none' : 'Active');
    const verbs = await verbsOf('deletes');
    // Approved and then reactivated before it was deleted, it works: whoever was told so may rely on it.
    const reactivates = verbs.filter((verb) => verb === 'rotation.reactivate').length;
    expect(reactivates).toBe(came.state === 'done' ? 0 : 1);

    // Whoever set the schedule is not its second person; another admin is.
    const ada = scene.slack.as(PEOPLE.admin);
    expect((await opened('scheduled', ada)).words).toContain(
      'whoever set the schedule that began it is not the second person',
    );
    await press('scheduled', 'Delete the old key…', 'Delete the old key?', amy);
    await reached('scheduled', 'done');
  });

  it('stopped for any other reason is tried again, or taken back, by the button that says so', async () => {
    for (const [at, [code, from, act]] of PRESSED.entries()) {
      const name = `pressed-${at}` as const;
      const late = ['delivering', 'cutover', 'quiet', 'undoing'].includes(from);
      const fresh = late || from === 'verifying' ? second(name) : null;
      if (fresh !== null && from !== 'delivering') holds(name, fresh);
      const choices = act === 'undo' ? (['retry', 'undo'] as const) : (['retry'] as const);
      await plant(
        name,
        from,
        { code, choices },
        {
          newKeyId: fresh?.accessKeyId ?? null,
          ...(late && from !== 'delivering' ? { cutoverAt: clock.now(), deliveries: [held(name)] } : {}),
        },
      );
      const { stateAt } = await rotationOf(name);
      clock.forward(1);
      if (act === 'retry') await press(name, 'Try again', null);
      else await press(name, 'Undo', 'Undo the rotation?');
      const on = await comes(name, (rotation) => rotation.stateAt > stateAt);
      const went = act === 'retry' ? from : 'undoing';
      // It may be further by now, or ask what only this way leads to.
      const told = [code, from, act, on.state, on.block?.code, on.block?.from];
      if (act === 'undo') {
        expect([went, 'undone', 'blocked'], told.join()).toContain(on.state);
        if (on.block !== null) expect(on.block.from, told.join()).toBe('undoing');
      }
      expect(await verbsOf(name), told.join()).toContain(`rotation.${act}`);
    }
  });

  it('asks again, from wherever it stood, when its destination was unbound meanwhile', async () => {
    const from = {
      delivering: 'unbound-delivering',
      quiet: 'unbound-quiet',
      soaking: 'unbound-soaking',
    } as const;
    const at = clock.now() - 8 * DAY;
    for (const state of ['delivering', 'quiet', 'soaking'] as const) {
      const name = from[state];
      const fresh = second(name);
      if (state !== 'delivering') holds(name, fresh);
      if (state === 'soaking') userOf(name).keys.get(id(name)).change('Inactive', at);
      const word = { by: SECOND_ADMIN, at: clock.now() };
      await plant(name, state, null, {
        newKeyId: fresh.accessKeyId,
        nextAt: clock.now(),
        ...(state === 'delivering' ? {} : { cutoverAt: at, deliveries: [held(name)] }),
        ...(state === 'quiet' ? { approvals: [{ what: 'deactivate', ...word }] } : {}),
        ...(state === 'soaking' ? { deactivatedAt: at, approvals: [{ what: 'delete', ...word }] } : {}),
      });
    }
    const stopped = async (name: Name, choices: readonly string[], since = 0) => {
      const found = await comes(name, ({ block, stateAt }) => block !== null && stateAt > since);
      expect([name, found.block?.code, found.block?.choices]).toEqual([name, 'no_destination', choices]);
      return found.stateAt;
    };
    // The old key of each is as it was: nothing goes on without a place that holds the new one.
    await stopped('unbound-delivering', ['retry', 'undo']);
    const quiet = await stopped('unbound-quiet', ['retry', 'undo']);
    await stopped('unbound-soaking', ['retry', 'reactivate']);
    expect(statusOf('unbound-quiet', id('unbound-quiet'))).toBe('Active');
    expect(statusOf('unbound-soaking', id('unbound-soaking'))).toBe('Inactive');

    await press('unbound-delivering', 'Undo', 'Undo the rotation?');
    await comes('unbound-delivering', ({ orphans }) => orphans.some(({ inactiveAt }) => inactiveAt !== null));
    await press('unbound-soaking', 'Reactivate', null);
    await comes('unbound-soaking', ({ state, change }) => state === 'quiet' && change === null);
    expect(statusOf('unbound-soaking', id('unbound-soaking'))).toBe('Active');
    await press('unbound-quiet', 'Try again', null);
    await stopped('unbound-quiet', ['retry', 'undo'], quiet);
    await bind('unbound-quiet');
    await press('unbound-quiet', 'Try again', null);
    await comes('unbound-quiet', ({ deactivatedAt }) => deactivatedAt !== null);
    expect(statusOf('unbound-quiet', id('unbound-quiet'))).toBe('Inactive');
  });

  it('answers what nobody should type, and starts for owners exactly while the policy lets them', async () => {
    const vera = scene.slack.as(PEOPLE.viewer);
    const told = async (text: string): Promise<string> => {
      const before = new Set(omar.ephemerals().map(({ ts }) => ts));
      await omar.slash(`/aws-rotate ${text}`);
      return (await omar.waitForEphemeral(({ ts }) => !before.has(ts), 10_000)).words;
    };
    expect(await told('help')).toContain('/aws-rotate');
    expect(await told('AKIAOTHERACCOUNT0001')).toContain('knows no');
    expect(await told('’; DROP TABLE keys --')).toContain('knows no key of such a user');
    expect(await told('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY')).not.toContain('wJalrXUtnFEMI');

    const policy = {
      connectionId,
      policy: { ...DEFAULT_KEY_POLICY, ownersRotate: true },
      updatedBy: PEOPLE.admin,
      updatedAt: 1,
      version: 1,
    };
    await stores.atomically([stores.inventory.keyPolicies.insert(policy)]);
    // What is pasted comes with what stood around it.
    await vera.slash(`/aws-rotate   “\`${id('orphan-end').toLowerCase()}\`”  `);
    const ready = (each: ModalDriver) => each.title === 'Rotate' && !each.words.includes('sking AWS');
    const plan = await vera.waitForModal(ready, 30_000);
    expect(plan.submitLabel).toBe('Rotate');
    await plan.fill({ Reason: 'My own key' });
    await stores.atomically([
      stores.inventory.keyPolicies.update({ ...policy, policy: DEFAULT_KEY_POLICY, version: 2 }),
    ]);
    const refused = await plan.submit();
    expect(`${JSON.stringify(refused)} ${vera.modal()?.words ?? ''}`).toContain(
      'does not let owners start it',
    );
    expect(await stores.rotation.rotations.openOfKey(id('orphan-end'))).toBeNull();
    await stores.atomically([stores.inventory.keyPolicies.update({ ...policy, version: 3 })]);
    for (let open = vera.modal(); open !== undefined; open = vera.modal()) await open.close('x');
    await vera.slash(`/aws-rotate ${id('orphan-end')}`);
    const again = await vera.waitForModal(ready, 30_000);
    await again.fill({ Reason: 'My own key' });
    expect((await again.submit()).result).toBe('updated');
    const begun = await made('orphan-end');
    expect(begun.requestedBy).toBe(PEOPLE.viewer);
    // Nothing more than that: what she began is for operators to take back.
    expect((await opened('orphan-end', vera)).words).toMatch(/Undo: that takes the role operator/);
  });

  it('does not begin for a key that is Inactive or gone, whatever was known of it', async () => {
    const planOf = async (name: Name): Promise<ModalDriver> => {
      await omar.slash(`/aws-rotate ${id(name)}`);
      return omar.waitForModal(
        (each) => each.title === 'Rotate' && !each.words.includes('sking AWS'),
        30_000,
      );
    };
    // AWS's clock was not put forward.
    userOf('slot-stop').keys.get(id('slot-stop')).change('Inactive', Date.now());
    const inactive = await planOf('slot-stop');
    expect(inactive.words).toContain('The key is Inactive: nothing that works would be replaced.');
    expect(inactive.submitLabel).toBeUndefined();
    await inactive.close('x');
    userOf('preflight').keys.get(id('preflight')).change('Deleted', Date.now());
    const missing = await planOf('preflight');
    expect(missing.words).toContain(`AWS does not list ${id('preflight')}`);
    expect(missing.submitLabel).toBeUndefined();
  });

  it('is not decided by somebody who lost the role with the window open', async () => {
    const { id: grantId } = (await stores.roleGrants.list()).find(({ role }) => role === 'operator') ?? {
      id: '',
    };
    await (await opened('orphan-end')).click('Undo');
    const form = await modal(omar, 'Undo the rotation?');
    await stores.atomically([stores.roleGrants.remove(grantId)]);
    await form.submit();
    const seen = () => [omar.modal()?.words ?? '', ...omar.ephemerals().map(({ words }) => words)].join();
    await expect.poll(seen, { timeout: 10_000 }).toContain('You may not');
    expect((await rotationOf('orphan-end')).state).not.toBe('undoing');
    expect(await verbsOf('orphan-end')).not.toContain('rotation.undo');
  });
});
