import type { Account } from '../../sandbox/aws/accounts/account.ts';
import type { ModalDriver } from '../../sandbox/slack/driver/modal.ts';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import type { OpenStores } from '../../db/open.ts';
import { policiesFor } from '../../src/domain/policy.ts';
import { connectKey } from './acting.ts';
import { DAY, setKeys } from './keys.ts';
import type { Scene } from './rekey.ts';

/** What admins do with destinations, in the words they see. */

/** The user whose keys are an administrator's. */
export const BOSS = 'boss';

/** The sample account as “Shop”, with an administrator in it, and “Writer”, which may deliver there. */
export async function setPlaces(scene: Scene, ada: PersonDriver): Promise<Account> {
  const { account } = await setKeys(scene);
  const attached = ['arn:aws:iam::aws:policy/AdministratorAccess'];
  account.addUser(BOSS, { path: '/people/', attached }).addKey({ createdAt: Date.now() - DAY });
  const target = { partition: account.partition, accountId: account.id } as const;
  const documents = policiesFor(['verify', 'inventory', 'deliver'], {
    ...target,
    principal: { kind: 'user', arn: null },
  });
  const policies = documents.map((document, at) => account.addPolicy(`writer-${at}`, document).arn);
  const key = account.addUser('rekey-writer', { attached: policies }).addKey({ createdAt: Date.now() - DAY });
  await (await connectKey(ada, 'Writer', key)).close('x');
  const stores = await scene.stores();
  const known = async () => {
    const user = await stores.inventory.users.byName(account.id, BOSS);
    return user !== null && (await stores.inventory.keys.ofUser(account.id, user.userId)).length > 0;
  };
  for (let tries = 0; !(await known()); tries += 1) {
    if (tries > 300) throw new Error('No sweep found the administrator');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stores.close();
  return account;
}

/** The window with this title, once it says what is expected. */
export async function windowOf(
  person: PersonDriver,
  title: string,
  words: string | RegExp = '',
): Promise<ModalDriver> {
  const says = (each: ModalDriver) =>
    typeof words === 'string' ? each.words.includes(words) : words.test(each.words);
  return person.waitForModal((each) => each.title === title && says(each), 30_000);
}

/** All destinations, from the settings. */
export async function destinationsOf(person: PersonDriver): Promise<ModalDriver> {
  await person.slash('/aws-settings');
  await (await windowOf(person, 'Rekey settings')).click('Destinations');
  return windowOf(person, 'Destinations');
}

/** The form of a new destination of this kind. */
export async function newPlace(person: PersonDriver, kind: string): Promise<ModalDriver> {
  await (await destinationsOf(person)).click('New destination');
  const kinds = await windowOf(person, 'New destination', 'Kind');
  await kinds.fill({ Kind: kind });
  await kinds.submit();
  return windowOf(person, 'New destination', 'Redeploy hook');
}

/** Makes a webhook's destination and opens it. */
export async function makeWebhook(person: PersonDriver, name: string, url: string): Promise<ModalDriver> {
  const form = await newPlace(person, 'Webhook');
  await form.fill({ Name: name, Address: url });
  const sent = await form.submit();
  if (sent.result !== 'closed') throw new Error(JSON.stringify(sent));
  return windowOf(person, 'Destination', 'was made');
}

/** Binds users from the open window of a destination, which then says so. */
export async function bind(
  person: PersonDriver,
  place: ModalDriver,
  users: readonly string[],
): Promise<ModalDriver> {
  await place.click('Bind users');
  const form = await windowOf(person, 'Bind users', 'Whose new access keys');
  for (const user of users) await form.field('IAM users').pick(user, `${user} · Shop`);
  await form.submit();
  const shown = await windowOf(person, 'Bind users', 'New keys of these users');
  const sent = await shown.submit();
  if (sent.result !== 'closed') throw new Error(JSON.stringify(sent));
  return windowOf(person, 'Destination', 'Bound:');
}

/** Opens a destination by its name. */
export async function openPlaceOf(person: PersonDriver, name: string): Promise<ModalDriver> {
  const list = await destinationsOf(person);
  await list.click('Open', { in: name });
  return windowOf(person, 'Destination', name);
}

/** Closes whatever windows are open. */
export async function closeAll(person: PersonDriver): Promise<void> {
  for (let tries = 0; person.modal() !== undefined && tries < 4; tries += 1) await person.modal()?.close('x');
}

/** The binding of a user, as it is kept. */
export async function bindingOf(stores: OpenStores, userName: string, name: string) {
  const place = await stores.rotation.destinations.byName(name);
  const all = place === null ? [] : await stores.rotation.bindings.ofDestination(place.id);
  return all.find((each) => each.userName === userName) ?? null;
}
