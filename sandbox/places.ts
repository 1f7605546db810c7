import { ROTATE_TAG } from '../src/domain/capability.ts';
import { policiesFor } from '../src/domain/policy.ts';
import type { AwsStandIn } from './aws/stand-in.ts';
import type { Account, NewKey } from './aws/world.ts';
import { CAST } from './cast.ts';
import type { ModalDriver } from './slack/driver/modal.ts';
import type { PersonDriver } from './slack/driver/person.ts';
import type { SlackStandIn } from './slack/stand-in.ts';

const DAY = 86_400_000;
const PATIENCE_MS = 60_000;
/** A first sweep of the account ends within this, or nothing can be bound. */
const SWEPT_WITHIN_MS = 60_000;

const BILLING = 'Billing';

/** The account whose keys a visitor rotates; it waits until it is set up. */
export interface BillingAccount {
  readonly account: Account;
  /** May rotate the users of the account, and deliver. */
  readonly key: NewKey;
}

/** Makes the account, with users whose keys may be rotated. */
export function seedBilling(aws: AwsStandIn): BillingAccount {
  const now = aws.world.clock();
  const account = aws.world.addAccount({ alias: 'acme-billing', createdAt: now - 900 * DAY });
  const tags = { [ROTATE_TAG.key]: ROTATE_TAG.value, owner: 'bo.larsen@example.com' };
  const lastUsed = { at: now - 2 * 3_600_000, service: 's3', region: 'eu-central-1' };
  for (const [name, age] of [
    ['checkout-worker', 120],
    ['invoice-export', 95],
  ] as const) {
    account
      .addUser(name, { tags, createdAt: now - 400 * DAY })
      .addKey({ createdAt: now - age * DAY, lastUsed });
  }
  const administrator = {
    attached: ['AdministratorAccess'],
    tags,
    path: '/people/',
    createdAt: now - 500 * DAY,
  };
  account.addUser('billing-admin', administrator).addKey({ createdAt: now - 130 * DAY, lastUsed });
  const documents = policiesFor(['verify', 'inventory', 'rotate_self', 'rotate_others', 'watch', 'deliver'], {
    partition: account.partition,
    accountId: account.id,
    principal: { kind: 'user', arn: null },
  });
  const attached = documents.map(
    (document, at) => account.addPolicy(`rekey-rotator-${at + 1}`, document).arn,
  );
  const rotator = account.addUser('rekey-rotator', { attached, createdAt: now - 60 * DAY });
  return { account, key: rotator.addKey({ createdAt: now - 20 * DAY }) };
}

/**
 * Connects the account and makes its destinations, as people do, through the running Rekey: a secret and a parameter
 * that may take keys, and one by Deepa, whom this makes an admin, that waits for Ada's approval. Throws when it was done
 * before.
 */
export async function setUpPlaces(slack: SlackStandIn, { key }: BillingAccount): Promise<void> {
  const ada = slack.as(CAST.ada.id);
  const deepa = slack.as(CAST.deepa.id);
  await connect(ada, key);
  await makeAdmin(ada, CAST.deepa.id);
  await makePlace(ada, 'AWS Secrets Manager', 'Checkout secret', {
    'Secret: name or ARN': 'rekey/billing/checkout-worker',
  });
  await bind(ada, 'checkout-worker');
  await makePlace(ada, 'SSM Parameter Store', 'Invoice parameter', {
    'Parameter: name or ARN': '/rekey/billing/invoice-export',
  });
  await bind(ada, 'invoice-export');
  await makePlace(deepa, 'AWS Secrets Manager', 'Administrator’s secret', {
    'Secret: name or ARN': 'rekey/billing/billing-admin',
  });
  await bind(deepa, 'billing-admin');
}

async function connect(ada: PersonDriver, key: NewKey): Promise<void> {
  await ada.slash('/aws-connect');
  const form = await windowOf(ada, 'Connect AWS');
  await form.fill({
    'Connection name': BILLING,
    Method: 'Access key',
    'Access key ID': key.accessKeyId,
    'Secret access key': key.secretAccessKey,
  });
  const { result, errors } = await form.submit();
  if (result !== 'updated') {
    await form.close('x');
    throw new Error(Object.values(errors)[0] ?? 'The account could not be connected.');
  }
  await (await windowOf(ada, 'Connected')).close('x');
}

async function makeAdmin(ada: PersonDriver, userId: string): Promise<void> {
  await ada.slash('/aws-settings');
  await (await windowOf(ada, 'Rekey settings')).click('Give a role');
  const form = await windowOf(ada, 'Give a role');
  await form.fill({ Role: 'admin', People: [userId] });
  await form.submit();
  await (await windowOf(ada, 'Given')).close('x');
}

/** Makes a destination and leaves its window open. */
async function makePlace(
  person: PersonDriver,
  kind: string,
  name: string,
  place: Readonly<Record<string, string>>,
): Promise<void> {
  await person.slash('/aws-settings');
  await (await windowOf(person, 'Rekey settings')).click('Destinations');
  await (await windowOf(person, 'Destinations')).click('New destination');
  const kinds = await windowOf(person, 'New destination');
  await kinds.fill({ Kind: kind });
  await kinds.submit();
  const form = await windowOf(person, 'New destination', 'Redeploy hook');
  await form.fill({ Name: name, Connection: BILLING, Region: 'eu-central-1', ...place });
  await form.submit();
  await windowOf(person, 'Destination', 'was made');
}

/** Binds a user in the open window of a destination, and closes all. */
async function bind(person: PersonDriver, userName: string): Promise<void> {
  await (await windowOf(person, 'Destination')).click('Bind users');
  const form = await windowOf(person, 'Bind users', 'Whose new access keys');
  const users = form.field('IAM users');
  const until = performance.now() + SWEPT_WITHIN_MS;
  while ((await users.suggest(userName)).length === 0 && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await users.pick(userName, `${userName} · ${BILLING}`);
  await form.submit();
  await (await windowOf(person, 'Bind users', 'New keys of these users')).submit();
  await (await windowOf(person, 'Destination', 'Bound:')).close('x');
  for (let open = person.modal(); open !== undefined; open = person.modal()) await open.close('x');
}

function windowOf(person: PersonDriver, title: string, words = ''): Promise<ModalDriver> {
  return person.waitForModal((each) => each.title === title && each.words.includes(words), PATIENCE_MS);
}
