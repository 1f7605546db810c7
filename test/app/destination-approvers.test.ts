import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import type { OpenStores } from '../../db/open.ts';
import {
  bind,
  bindingOf,
  closeAll,
  makeWebhook,
  openPlaceOf,
  setPlaces,
  windowOf,
} from '../support/places.ts';
import { PEOPLE, Scene } from '../support/rekey.ts';

const ASKED = 'A second admin must approve';

describe.each([
  ['http', 'sqlite'],
  ['socket', 'postgres'],
] as const)('approvals without an alert channel over %s on %s', (transport, engine) => {
  let scene: Scene;
  let stores: OpenStores;
  let ada: PersonDriver;
  let vera: PersonDriver;

  beforeAll(async () => {
    scene = await Scene.set(transport, engine);
    await scene.start({ REKEY_PRIVATE_WEBHOOKS: '127.0.0.1' });
    ada = scene.slack.as(PEOPLE.admin);
    vera = scene.slack.as(PEOPLE.viewer);
    await setPlaces(scene, ada);
    stores = await scene.stores();
  }, 120_000);

  afterAll(async () => {
    await stores.close();
    await scene.strike();
  });

  afterEach(async () => {
    await closeAll(ada);
    await closeAll(vera);
    const defects = scene.slack.defects.splice(0);
    if (defects.length > 0) throw new Error(JSON.stringify(defects));
  });

  function asked(person: PersonDriver, user: string) {
    return person.waitForMessage((each) => each.words.includes(ASKED) && each.words.includes(user), {
      timeoutMs: 15_000,
    });
  }

  it('say that nobody else is there, and how to change it', async () => {
    const place = await makeWebhook(ada, 'Hook', 'http://127.0.0.1:9/in');
    const bound = await bind(ada, place, ['backup']);
    expect(bound.words).toContain('*Nobody else can approve this:*');
    expect(bound.words).toContain('REKEY_ADMINS');
    expect((await asked(ada, 'backup')).words).toContain('Give somebody else the role admin');
    await bound.click('Review');
    const review = await windowOf(ada, 'Approve delivery');
    expect(review.words).toContain('Somebody else must approve this');
    expect(review.words).toContain('Nobody else can approve this');
    expect(review.submitLabel).toBeUndefined();
  });

  it('go to every admin, and are answered in each message', async () => {
    const grant = { subjectKind: 'user', subjectId: PEOPLE.viewer, role: 'admin' } as const;
    await stores.atomically([
      stores.roleGrants.insert({ id: `g-${engine}`, ...grant, grantedBy: PEOPLE.admin, grantedAt: 1 }),
    ]);
    await bind(ada, await openPlaceOf(ada, 'Hook'), ['old-job']);
    const [hers, own] = await Promise.all([asked(vera, 'old-job'), asked(ada, 'old-job')]);
    expect(hers.words).not.toContain('Nobody else');
    await hers.click('Review');
    const review = await windowOf(vera, 'Approve delivery');
    expect(review.words).toContain('*backup*');
    expect(review.words).toContain('*old-job*');
    expect((await review.submit()).result).toBe('updated');
    await windowOf(vera, 'Approved', '*old-job*');
    for (const message of [hers, own]) {
      await expect
        .poll(() => message.words, { timeout: 15_000 })
        .toContain(`*approved* by <@${PEOPLE.viewer}>`);
    }
    expect(await bindingOf(stores, 'backup', 'Hook')).toMatchObject({ approvedBy: PEOPLE.viewer });
  });

  it('are for nobody who may not, whatever button they press', async () => {
    await bind(ada, await openPlaceOf(ada, 'Hook'), ['retired']);
    const message = await asked(vera, 'retired');
    await stores.atomically([stores.roleGrants.remove(`g-${engine}`)]);
    await message.click('Review');
    const refused = await vera.waitForEphemeral((each) => each.words.includes('You may not'), 10_000);
    expect(refused.words).toContain('takes the role admin');
    expect(await bindingOf(stores, 'retired', 'Hook')).toMatchObject({ approvedBy: null });
  });

  it('end with the binding, which is said in the message that asked', async () => {
    const message = await asked(ada, 'retired');
    const place = await openPlaceOf(ada, 'Hook');
    await place.click('Unbind', { in: 'retired', confirm: true });
    await windowOf(ada, 'Destination', 'was unbound');
    await expect.poll(() => message.words, { timeout: 15_000 }).toContain('unbound by');
    expect(message.buttons).toEqual([]);
  });
});
