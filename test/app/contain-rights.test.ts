import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewKey, User } from '../../sandbox/aws/world.ts';
import type { Ack } from '../../sandbox/slack/delivery.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import type { OpenStores } from '../../db/open.ts';
import { keptIncident } from '../db/watch-samples.ts';
import { accountOf, connectKey, freshUser } from '../support/acting.ts';
import { rawAction, rawCommand, rawSubmission, said, type RawPlace } from '../support/raw-payloads.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

const LONG = 60_000;
const OTHER_TEAM = 'T0OTHER';

/** Nobody without the right contains, undoes, recovers or stops holding, by whatever way they come. */
describe('the right to contain, over signed HTTP', () => {
  let scene: Scene;
  let stores: OpenStores;
  let ada: PersonDriver;
  let vera: PersonDriver;
  let held: { user: User; key: NewKey };
  let free: { user: User; key: NewKey };
  let containmentId = '';
  let holderId = '';

  beforeAll(async () => {
    scene = await Scene.set('http', 'sqlite');
    scene.slack.addWorkspace({ id: OTHER_TEAM, name: 'Elsewhere', domain: 'elsewhere' });
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    stores = await scene.stores();
    [ada, vera] = [scene.slack.as(PEOPLE.admin), scene.slack.as(PEOPLE.viewer)];
    const by = { grantedBy: PEOPLE.admin, grantedAt: 1 };
    const viewer = { subjectKind: 'user', subjectId: PEOPLE.viewer, role: 'viewer' } as const;
    const operator = { subjectKind: 'user', subjectId: PEOPLE.operator, role: 'operator' } as const;
    const { key } = freshUser(scene, 'guard', ['verify', 'contain']);
    await (await connectKey(ada, 'main', key)).close();
    [held, free] = [victim('mallory'), victim('free')];
    const { accountId } = scene.samples.keys.good;
    await stores.atomically([
      stores.roleGrants.insert({ id: 'g1', ...viewer, ...by }),
      stores.roleGrants.insert({ id: 'g2', ...operator, ...by }),
      ...[held, free].map(({ key: { accessKeyId } }, at) =>
        stores.watch.incidents.insert(keptIncident({ id: `i${at}`, accountId, subject: accessKeyId })),
      ),
    ]);
    await submit({ slack: scene.slack, userId: PEOPLE.admin }, 'containment.form', {
      private_metadata: JSON.stringify({ key: held.key.accessKeyId, incident: 'i0' }),
      values: { 'field.containKind': { a: { selected_option: { value: 'stolen' } } } },
    });
    await vera.waitForMessage(({ buttons }) => buttons.includes('Stop holding'), {
      channel: CHANNELS.alerts,
      timeoutMs: LONG,
    });
    const [row] = await stores.containments.open(9);
    containmentId = row?.id ?? '';
    holderId = row?.holders[0]?.id ?? '';
  }, LONG);

  afterAll(async () => {
    await stores.close();
    await scene.strike();
  });

  function victim(name: string): { user: User; key: NewKey } {
    const user = accountOf(scene).addUser(name, { attached: ['ReadOnlyAccess'] });
    return { user, key: user.addKey() };
  }

  const truth = ({ user }: { user: User }) => ({
    keys: user.keys.existing().map((key) => key.currentStatus),
    denied: user.policies.attachedArns().some((arn) => arn.endsWith('/AWSDenyAll')),
  });

  let views = 0;
  function submit(
    place: RawPlace,
    callbackId: string,
    { private_metadata, values }: { private_metadata: string; values: Record<string, unknown> },
  ): Promise<Ack> {
    views += 1;
    const view = {
      id: `V0RIGHT${views}`,
      type: 'modal',
      callback_id: callbackId,
      hash: `${views}.right`,
      private_metadata,
      state: { values },
    };
    return rawSubmission({ ...place, changes: { ...place.changes, view } }, callbackId);
  }

  function click(place: RawPlace, actionId: string, value: string): Promise<Ack> {
    views += 1;
    const action = { action_id: actionId, block_id: 'b', action_ts: `${views}.r`, type: 'button', value };
    return rawAction({ ...place, changes: { ...place.changes, actions: [action] } }, actionId);
  }

  /** Every way to each act: what is sent, and the incident its row in the audit log names (none: only its key is known). */
  function ways(): [
    name: string,
    send: (place: RawPlace) => Promise<Ack>,
    verb: string,
    incidents: string[],
  ][] {
    const reason = { 'field.containmentReason': { a: { value: 'mine' } } };
    const kind = { 'field.containKind': { a: { selected_option: { value: 'stolen' } } } };
    const taken = JSON.stringify({ id: containmentId, holder: `held ${holderId}` });
    const key = free.key.accessKeyId;
    return [
      [
        'the command',
        (place) => rawCommand({ ...place, changes: { ...place.changes, text: key } }, '/aws-deactivate'),
        'contain',
        [],
      ],
      ['the button of a key', (place) => click(place, 'key.deactivate', key), 'contain', []],
      ['the menu of a key', (place) => click(place, 'key.menu', `deactivate:${key}`), 'contain', []],
      ['the button of an incident', (place) => click(place, 'incident.deactivate', 'i1'), 'contain', ['i1']],
      [
        'the window',
        (place) =>
          submit(place, 'containment.form', {
            private_metadata: JSON.stringify({ key, incident: 'i1' }),
            values: kind,
          }),
        'contain',
        ['i1'],
      ],
      ['the button Undo', (place) => click(place, 'containment.undo', containmentId), 'undo', ['i0']],
      [
        'the window of Undo',
        (place) => submit(place, 'containment.undo_form', { private_metadata: taken, values: reason }),
        'undo',
        ['i0'],
      ],
      [
        'the button Recover',
        (place) => click(place, 'containment.recover', containmentId),
        'recover',
        ['i0'],
      ],
      [
        'the window of Recover',
        (place) => submit(place, 'containment.recover_form', { private_metadata: taken, values: reason }),
        'recover',
        ['i0'],
      ],
      ['Stop holding', (place) => click(place, 'containment.stop', containmentId), 'stop_holding', ['i0']],
    ];
  }

  async function rows(): Promise<{ verb: string; incidents: unknown; teamId: string; userId: string }[]> {
    return (await stores.audit.newest(300))
      .filter(({ outcome }) => outcome === 'refused')
      .map(({ verb, detail, doer }) => ({
        verb,
        incidents: detail['incidents'],
        teamId: doer.kind === 'person' ? doer.teamId : '',
        userId: doer.kind === 'person' ? doer.userId : '',
      }));
  }

  async function unchanged(): Promise<void> {
    const row = await stores.containments.byId(containmentId);
    expect(row).toMatchObject({ state: 'holding', holdStoppedBy: null });
    expect(row?.holders).toMatchObject([{ phase: 'held' }]);
    expect(truth(held)).toEqual({ keys: ['Inactive'], denied: true });
    expect(truth(free)).toEqual({ keys: ['Active'], denied: false });
    expect(await stores.containments.open(9)).toHaveLength(1);
  }

  /** All that was said because of it, once something was. */
  async function heard(send: () => Promise<Ack>): Promise<string> {
    const from = scene.slack.received.length;
    await send();
    const words = (): string => said(scene.slack.received.slice(from));
    await expect.poll(words, { timeout: 5_000 }).toMatch(/may not|not available|works only|by hand/);
    return words();
  }

  it.each([
    ['somebody without a role', PEOPLE.nobody, /takes the role (?:responder|viewer)/],
    ['a viewer', PEOPLE.viewer, /takes the role responder|A responder shuts this key off/],
    ['an operator', PEOPLE.operator, /takes the role responder|A responder shuts this key off/],
    ['a guest', PEOPLE.guest, /Ask a full member of the workspace/],
    ['somebody of a shared channel', PEOPLE.stranger, /works only for members/],
  ])(
    'is not had by %s, on any way; each refusal says who has it and is on record',
    async (_, userId, words) => {
      for (const [name, send, verb, incidents] of ways()) {
        const before = (await rows()).length;
        const answer = await heard(() => send({ slack: scene.slack, userId }));
        expect(`${name}: ${answer}`).toMatch(words);
        const namesWho = !/takes the role|A responder/.test(answer) || answer.includes(`<@${PEOPLE.admin}>`);
        expect([name, namesWho]).toEqual([name, true]);
        const fresh = (await rows()).slice(0, (await rows()).length - before);
        expect([name, fresh]).toMatchObject([name, [{ verb: `containment.${verb}`, userId }]]);
        expect([name, fresh[0]?.incidents]).toEqual([name, incidents]);
      }
      await unchanged();
    },
    LONG,
  );

  it(
    'is not had by an admin’s id of another workspace, nor by what is forged',
    async () => {
      const changes = {
        team_id: OTHER_TEAM,
        team: { id: OTHER_TEAM },
        user: { id: PEOPLE.admin, team_id: OTHER_TEAM },
      };
      for (const [name, send, verb] of ways()) {
        const before = (await rows()).length;
        await send({ slack: scene.slack, userId: PEOPLE.admin, changes });
        await expect.poll(async () => (await rows()).length, { timeout: 5_000 }).toBe(before + 1);
        const [row] = await rows();
        expect({ name, ...row }).toMatchObject({
          name,
          verb: `containment.${verb}`,
          teamId: OTHER_TEAM,
          userId: PEOPLE.admin,
        });
      }
      // Of our own admin, but with a value that never was in such a window.
      const place = { slack: scene.slack, userId: PEOPLE.admin };
      const before = (await rows()).length;
      const values = { 'field.containmentReason': { a: { value: 'mine' } } };
      for (const private_metadata of [
        'forged',
        JSON.stringify({ id: containmentId, holder: 'undone x' }),
        JSON.stringify({ id: containmentId, holder: 'held x' }),
        JSON.stringify({ id: 'x', holder: `held ${holderId}` }),
      ]) {
        await submit(place, 'containment.undo_form', { private_metadata, values });
      }
      const mixed = JSON.stringify({ key: free.key.accessKeyId, incident: 'i0' });
      const kind = { 'field.containKind': { a: { selected_option: { value: 'stolen' } } } };
      await submit(place, 'containment.form', { private_metadata: mixed, values: kind });
      await click(place, 'containment.stop', 'x');
      await expect.poll(async () => (await rows()).length, { timeout: 5_000 }).toBe(before + 6);
      await unchanged();
    },
    LONG,
  );

  it(
    'is asked for again at the click of an old message, and at the submission of a window that was opened with it',
    async () => {
      const card = await vera.waitForMessage(
        ({ words, buttons }) => words.includes('mallory') && buttons.includes('Stop holding'),
        { channel: CHANNELS.alerts, timeoutMs: LONG },
      );
      await card.click('Stop holding', { confirm: true });
      const refusal = await vera.waitForEphemeral(({ words }) => words.includes('may not'));
      expect(refusal.words).toContain('takes the role responder');
      expect(refusal.words).toContain(`<@${PEOPLE.admin}>`);

      // Somebody opened the window as a responder, and is none by the time they submit it.
      const omar = scene.slack.as(PEOPLE.operator);
      const grant = { subjectKind: 'user', subjectId: PEOPLE.operator, role: 'responder' } as const;
      await stores.atomically([
        stores.roleGrants.insert({ id: 'g3', ...grant, grantedBy: PEOPLE.admin, grantedAt: 1 }),
      ]);
      await (
        await omar.waitForMessage(({ ts }) => ts === card.ts, { channel: CHANNELS.alerts })
      ).click('Undo');
      const form = await omar.waitForModal((modal) => modal.title === 'Undo');
      await form.fill({ Reason: 'I can still' });
      await stores.atomically([stores.roleGrants.remove('g3')]);
      expect(JSON.stringify(await form.submit())).toContain('takes the role responder');
      await unchanged();
      expect(scene.slack.defects).toEqual([]);
    },
    LONG,
  );
});
