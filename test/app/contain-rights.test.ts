import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewKey, User } from '../../sandbox/aws/world.ts';
import type { Ack } from '../../sandbox/slack/delivery.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import type { OpenStores } from '../../db/open.ts';
import {
  ROLE_APPROVE_FORM,
  ROLE_ASK_FORM,
  ROLE_DECLINE,
  ROLE_LIFT_FORM,
} from '../../commands/modals/role-forms.ts';
import { DELETE_FORM } from '../../commands/modals/delete-form.ts';
import { DRILL_FORM } from '../../commands/modals/drill-form.ts';
import { OTHER_KEY, ROLE_LIFT, ROLE_REVIEW, ROLE_REVOKE } from '../../src/slack/blocks/containment-around.ts';
import { DELETION_APPROVE, DELETION_DECLINE } from '../../src/slack/blocks/deletion.ts';
import { DRILL_GIVE_BACK, DRILL_STOP } from '../../src/slack/blocks/drill.ts';
import {
  EVIDENCE_CONTAIN,
  EVIDENCE_DETAILS,
  EVIDENCE_ITEM,
  EVIDENCE_READ,
} from '../../src/slack/blocks/evidence.ts';
import { KEY_DELETE, KEY_MENU } from '../../src/slack/blocks/keys.ts';
import { keptIncident } from '../db/watch-samples.ts';
import { connectKey, freshUser, standingInIam, victimOf } from '../support/acting.ts';
import { rawButton, rawCommand, rawSubmission, said, type RawPlace } from '../support/raw-payloads.ts';
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

  const victim = (name: string) => victimOf(scene, name);

  const truth = ({ user }: { user: User }) => standingInIam(user);

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
      ['the button of a key', (place) => rawButton(place, 'key.deactivate', key), 'contain', []],
      ['the menu of a key', (place) => rawButton(place, 'key.menu', `deactivate:${key}`), 'contain', []],
      [
        'the button of an incident',
        (place) => rawButton(place, 'incident.deactivate', 'i1'),
        'contain',
        ['i1'],
      ],
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
      ['the button Undo', (place) => rawButton(place, 'containment.undo', containmentId), 'undo', ['i0']],
      [
        'the window of Undo',
        (place) => submit(place, 'containment.undo_form', { private_metadata: taken, values: reason }),
        'undo',
        ['i0'],
      ],
      [
        'the button Recover',
        (place) => rawButton(place, 'containment.recover', containmentId),
        'recover',
        ['i0'],
      ],
      [
        'the window of Recover',
        (place) => submit(place, 'containment.recover_form', { private_metadata: taken, values: reason }),
        'recover',
        ['i0'],
      ],
      [
        'Stop holding',
        (place) => rawButton(place, 'containment.stop', containmentId),
        'stop_holding',
        ['i0'],
      ],
      ['Close as it is', (place) => rawButton(place, 'containment.leave', containmentId), 'close', ['i0']],
      [
        'the window of Close as it is',
        (place) => submit(place, 'containment.leave_form', { private_metadata: taken, values: reason }),
        'close',
        ['i0'],
      ],
    ];
  }

  /** Ways to the evidence, to the sessions of roles, to deletions and drills. Null: which incident is not carried. */
  function moreWays(): [
    name: string,
    send: (place: RawPlace) => Promise<Ack>,
    verb: string,
    incidents: string[] | undefined,
  ][] {
    const role = `arn:aws:iam::${scene.samples.keys.good.accountId}:role/deploy`;
    const about = `${containmentId} ${role}`;
    const carried = JSON.stringify({ id: containmentId, role, at: 1 });
    const why = { 'field.roleReason': { a: { value: 'mine' } } };
    const key = free.key.accessKeyId;
    const of = (...parts: string[]): string => JSON.stringify(['incident', 'i0', ...parts]);
    const asks = { private_metadata: JSON.stringify({ key }), values: {} };
    const view = { id: 'V0DECLINE', type: 'modal', callback_id: ROLE_APPROVE_FORM, hash: '1' };
    const command = (text: string) => (place: RawPlace) =>
      rawCommand({ ...place, changes: { ...place.changes, text } }, '/aws-incidents');
    return [
      ['evidence, the command', command(`evidence ${held.key.accessKeyId}`), 'evidence.read', ['i0']],
      ['evidence, its button', (place) => rawButton(place, EVIDENCE_READ, of()), 'evidence.read', ['i0']],
      ['evidence, its window', (place) => rawButton(place, EVIDENCE_DETAILS, of()), 'evidence.read', ['i0']],
      [
        'evidence, a thing in it',
        (place) => rawButton(place, EVIDENCE_ITEM, of('1')),
        'evidence.read',
        ['i0'],
      ],
      ['a key in it', (place) => rawButton(place, EVIDENCE_CONTAIN, of(key)), 'containment.contain', []],
      ['a key beside it', (place) => rawButton(place, OTHER_KEY, key), 'containment.contain', []],
      ['a role, the button', (place) => rawButton(place, ROLE_REVOKE, about), 'role.revoke', ['i0']],
      [
        'a role, the window',
        (place) => submit(place, ROLE_ASK_FORM, { private_metadata: carried, values: why }),
        'role.revoke',
        ['i0'],
      ],
      ['a role, Review', (place) => rawButton(place, ROLE_REVIEW, about), 'role.approve', ['i0']],
      [
        'a role, Approve',
        (place) => submit(place, ROLE_APPROVE_FORM, { private_metadata: carried, values: {} }),
        'role.approve',
        ['i0'],
      ],
      [
        'a role, Decline',
        (place) =>
          rawButton(
            { ...place, changes: { ...place.changes, view: { ...view, private_metadata: carried } } },
            ROLE_DECLINE,
            'x',
          ),
        'role.decline',
        ['i0'],
      ],
      ['a role, Undo', (place) => rawButton(place, ROLE_LIFT, about), 'role.lift', ['i0']],
      [
        'a role, the window of Undo',
        (place) => submit(place, ROLE_LIFT_FORM, { private_metadata: carried, values: why }),
        'role.lift',
        ['i0'],
      ],
      ['a drill, Stop', (place) => rawButton(place, DRILL_STOP, 'd1'), 'drill.stop', undefined],
      ['a drill, the window', (place) => submit(place, DRILL_FORM, asks), 'drill.start', undefined],
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

  /** Whoever has no role: an operator may ask for a key to be deleted. */
  function deletingWays(): [name: string, send: (place: RawPlace) => Promise<Ack>, verb: string][] {
    const key = free.key.accessKeyId;
    return [
      ['the button of a key', (place) => rawButton(place, KEY_DELETE, key), 'key.delete_ask'],
      ['the menu of a key', (place) => rawButton(place, KEY_MENU, `delete:${key}`), 'key.delete_ask'],
      [
        'the window',
        (place) =>
          submit(place, DELETE_FORM, {
            private_metadata: JSON.stringify({ key }),
            values: { 'field.deleteReason': { a: { value: 'mine' } } },
          }),
        'key.delete_ask',
      ],
    ];
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
    await expect
      .poll(words, { timeout: 5_000 })
      .toMatch(/may not|not available|works only|by hand|takes the role/);
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

  it.each([
    ['somebody without a role', PEOPLE.nobody, /takes the role/],
    ['a viewer', PEOPLE.viewer, /takes the role/],
    ['a guest', PEOPLE.guest, /Ask a full member of the workspace/],
    ['somebody of a shared channel', PEOPLE.stranger, /works only for members/],
  ])(
    'nor is that to evidence, to sessions of roles, to deletions and drills by %s, on any way',
    async (_, userId, words) => {
      for (const [name, send, verb, incidents] of [...moreWays(), ...deletingWays()]) {
        const before = (await rows()).length;
        const answer = await heard(() => send({ slack: scene.slack, userId }));
        expect(`${name}: ${answer}`).toMatch(words);
        const fresh = (await rows()).slice(0, (await rows()).length - before);
        expect([name, fresh]).toMatchObject([name, [{ verb, userId }]]);
        expect([name, incidents === undefined ? incidents : fresh[0]?.incidents]).toEqual([name, incidents]);
      }
      await unchanged();
      expect(scene.slack.received.filter(({ method }) => method.startsWith('files.'))).toEqual([]);
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
      const all = [
        ...ways().map(([name, send, verb]) => [name, send, `containment.${verb}`] as const),
        ...moreWays(),
        ...deletingWays(),
      ];
      for (const [name, send, verb] of all) {
        const before = (await rows()).length;
        await send({ slack: scene.slack, userId: PEOPLE.admin, changes });
        await expect.poll(async () => (await rows()).length, { timeout: 5_000 }).toBe(before + 1);
        const [row] = await rows();
        expect({ name, ...row }).toMatchObject({
          name,
          verb,
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
      await rawButton(place, 'containment.stop', 'x');
      await expect.poll(async () => (await rows()).length, { timeout: 5_000 }).toBe(before + 6);
      for (const action of [
        EVIDENCE_READ,
        EVIDENCE_CONTAIN,
        OTHER_KEY,
        ROLE_REVOKE,
        ROLE_LIFT,
        ROLE_DECLINE,
      ]) {
        await rawButton(place, action, 'forged');
      }
      await rawButton(place, DELETION_APPROVE, `${free.key.accessKeyId}:forged`);
      await rawButton(place, DELETION_DECLINE, 'forged');
      await rawButton(place, DRILL_GIVE_BACK, 'forged');
      await expect.poll(async () => (await rows()).length, { timeout: 5_000 }).toBe(before + 6 + 9);
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
