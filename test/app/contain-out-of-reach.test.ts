import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import type { NewKey, User } from '../../sandbox/aws/world.ts';
import { CONTAINMENT_LEAVE, CONTAINMENT_UNDO } from '../../src/slack/blocks/containment-buttons.ts';
import {
  addAdmins,
  chooseFor,
  connectKey,
  freshUser,
  grantRole,
  kept,
  outcome,
  sendUndo,
  standingInIam,
  victimOf,
} from '../support/acting.ts';
import { rawButton } from '../support/raw-payloads.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

const LONG = 60_000;
const OUT_OF_REACH = 'Nobody can act on the user since';

describe.each([
  ['socket', 'sqlite'],
  ['http', 'postgres'],
] as const)('what stands in an account that was disconnected, over %s on %s', (transport, engine) => {
  let scene: Scene;
  let ada: PersonDriver;
  let bea: PersonDriver;
  let vera: PersonDriver;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    const [other] = addAdmins(scene, 1);
    if (other === undefined) throw new Error('no second admin');
    bea = other;
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    [ada, vera] = [scene.slack.as(PEOPLE.admin), scene.slack.as(PEOPLE.viewer)];
    await grantRole(scene, PEOPLE.viewer, 'viewer');
  }, LONG);

  afterAll(async () => {
    await scene.strike();
  });

  const card = (person: PersonDriver, name: string, ...words: string[]) =>
    person.waitForMessage(
      (each) =>
        each.threadTs === undefined &&
        each.buttons.length > 0 &&
        [name, ...words].every((word) => each.words.includes(word)),
      { channel: CHANNELS.alerts, timeoutMs: LONG },
    );

  /** Contains a user of an account that is connected for this, stops the hold, and disconnects it. */
  async function stranded(name: string): Promise<{ user: User; key: NewKey; guard: NewKey }> {
    const { key: guard } = freshUser(scene, `guard-${name}`, ['verify', 'contain']);
    await (await connectKey(ada, `to-${name}`, guard)).close();
    const { user, key } = victimOf(scene, name);
    await ada.slash(`/aws-deactivate ${key.accessKeyId} seen abroad`);
    await (await ada.waitForModal((modal) => modal.title === 'Deactivate')).submit();
    const held = await ada.waitForModal(
      (modal) => modal.title === 'Containment' && modal.words.includes('IAM confirms Inactive and the deny'),
      LONG,
    );
    await held.click('Stop holding', { confirm: true });
    await (await ada.waitForModal((modal) => modal.words.includes('The hold was stopped'))).close();
    await chooseFor(ada, `to-${name}`, 'Disconnect');
    await (await ada.waitForModal((modal) => modal.title === 'Disconnect')).submit();
    await (await outcome(ada)).close();
    return { user, key, guard };
  }

  it(
    'says so, and is closed as it is by a person, with AWS as it was',
    async () => {
      const { user, key } = await stranded('adrift');
      const stores = await scene.stores();
      const id = (await stores.containments.open(9)).find(({ userName }) => userName === 'adrift')?.id ?? '';
      await stores.close();
      const shown = await card(vera, 'adrift', OUT_OF_REACH);
      expect(shown.words).toContain('Nothing connects to the account');
      expect(shown.words).not.toMatch(/Nobody looks any more|the first answer comes|is being read/);
      expect(shown.buttons).toEqual(['Undo', 'Recover', 'Close as it is', 'Evidence']);
      await shown.click('Close as it is');
      const refused = await vera.waitForModal((modal) => modal.title === 'Not done').catch(() => null);
      const said =
        refused?.words ?? (await vera.waitForEphemeral(({ words }) => words.includes('may not'))).words;
      expect(said).toContain('that takes the role responder');

      // Undo waits for a connection that may never come: it is closed from there, too.
      await (await card(ada, 'adrift', OUT_OF_REACH)).click('Undo');
      await sendUndo(ada, 'a false alarm');
      await ada.waitForModal(({ words }) => words.includes('Being taken back'));
      await ada.modal()?.close('x');
      const waiting = await card(ada, 'adrift', 'Being taken back', OUT_OF_REACH);
      await waiting.click('Close as it is');
      const form = await ada.waitForModal((modal) => modal.title === 'Close as it is');
      expect(form.words).toContain(`${key.accessKeyId} Inactive`);
      expect(form.words).toContain('AWSDenyAll on the user adrift');
      expect(form.words).toContain('Nothing changes in AWS');
      expect(form.words).toContain('There is no Undo afterwards');
      expect((await form.submit()).result).toBe('errors');
      await form.fill({ Reason: 'the account was closed' });
      await form.submit();
      const done = await ada.waitForModal((modal) => modal.title === 'Containment');
      expect(done.words).toContain('Closed as it is: nothing was taken back');
      await done.close();
      const over = await card(ada, 'adrift', 'Closed as it is: nothing was taken back');
      expect(over.words).toContain('the account was closed');
      expect(over.words).not.toContain(OUT_OF_REACH);
      expect(over.buttons).toEqual(['Evidence']);
      expect(standingInIam(user)).toEqual({ keys: ['Inactive'], denied: true });

      // Old copies change nothing, and say how it stands.
      const place = { slack: scene.slack, userId: PEOPLE.admin };
      await rawButton(place, CONTAINMENT_LEAVE, id);
      await (await ada.waitForModal(({ words }) => words.includes('It need not be closed as it is'))).close();
      await rawButton(place, CONTAINMENT_UNDO, id);
      await (await ada.waitForModal(({ words }) => words.includes('Nothing is left to take back'))).close();
      await ada.slash('/aws-deactivate');
      await ada.waitForEphemeral(({ words }) => words.includes('Nothing is contained or deactivated'));
      const { audit } = await kept(scene);
      const rows = audit.filter(({ verb }) => verb === 'containment.close');
      expect(rows.map(({ phase, outcome: came }) => [phase, came])).toEqual([
        ['outcome', 'done'],
        ['outcome', 'refused'],
      ]);
      const undone = audit.filter(({ verb }) => verb === 'containment.undo');
      expect(undone.map(({ phase }) => phase).toSorted()).toEqual(['intent', 'outcome']);
    },
    3 * LONG,
  );

  it(
    'is taken back once the account is connected again, and not closed by an old window',
    async () => {
      const { user, guard } = await stranded('ashore');
      await (await card(ada, 'ashore', OUT_OF_REACH)).click('Close as it is');
      const form = await ada.waitForModal((modal) => modal.title === 'Close as it is');
      await form.fill({ Reason: 'nobody can connect it' });
      await (await connectKey(bea, 'ashore again', guard)).close();
      const back = await card(ada, 'ashore', 'Contained, not held any more');
      await expect
        .poll(async () => (await card(ada, 'ashore')).words, { timeout: LONG })
        .not.toContain(OUT_OF_REACH);
      const sent = await form.submit();
      expect(sent.result).toBe('errors');
      expect(sent.errors['Reason']).toContain('Rekey can act on its user');
      await ada.modal()?.close('x');
      await back.click('Undo');
      await sendUndo(ada, 'a false alarm');
      await expect
        .poll(() => standingInIam(user), { timeout: LONG })
        .toEqual({ keys: ['Active'], denied: false });
      await ada.modal()?.close('x');
    },
    3 * LONG,
  );
});
