import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStores, type OpenStores } from '../../db/open.ts';
import { startSandbox, type Sandbox } from '../../sandbox/main.ts';
import { ANY_KEY, type KeyRow } from '../../src/ports/inventory.ts';
import { binding, destination } from '../db/rotation-samples.ts';
import { recordingLog } from '../support/system-world.ts';
import { launchChromium, Visitor } from './sandbox-page.ts';

const SLOW = { timeout: 60_000 };
const USER = 'legacy-backup';

describe('a rotation on the sandbox page', () => {
  let sandbox: Sandbox;
  let browser: Browser;
  let visitor: Visitor;
  let stores: OpenStores;

  beforeAll(async () => {
    sandbox = await startSandbox(0);
    browser = await launchChromium();
    const context = await browser.newContext({ viewport: { width: 1280, height: 1100 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    visitor = new Visitor(await context.newPage());
    await visitor.page.goto(sandbox.url);
    await visitor.page.getByText('No AWS account is connected yet.').waitFor();
    const url = `file:${join(sandbox.folder, 'rekey.db')}`;
    stores = await openStores({ url, exclusive: false, clock: sandbox.clock, log: recordingLog() });
  });

  afterAll(async () => {
    await stores.close();
    await browser.close();
    await sandbox.stop();
  });

  /** The rotation's one message, with what it says by now. */
  function card(words: string): Locator {
    return visitor.page
      .getByRole('main')
      .locator('article, li, .message')
      .filter({ hasText: `Rotation of a key of ${USER}` })
      .filter({ hasText: words })
      .last();
  }

  async function later(step: string, times = 1): Promise<void> {
    const { page } = visitor;
    await page.getByRole('button', { name: /^The clock:/ }).click();
    for (let at = 0; at < times; at += 1) await page.getByRole('button', { name: step }).click();
    await page.keyboard.press('Escape');
  }

  it('shows what would be done, once an account that may rotate is connected', async () => {
    const { page } = visitor;
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    const form = visitor.window('Connect AWS');
    await form.getByLabel('Connection name').fill('Production');
    await visitor.pasteKey(form, 'Administrator');
    await form.getByRole('button', { name: 'Connect', exact: true }).click();
    const report = visitor.window('Connected');
    await report.waitFor(SLOW);
    await report.getByRole('button', { name: 'Close' }).click();
    await bindSecret();
    await visitor.type('aws-alerts', `/aws-rotate ${USER}`);
    const plan = visitor.window('Rotate');
    await plan.getByText('What will happen').waitFor(SLOW);
    await visitor.picture('rotation-plan');
  });

  /** Makes and binds a secret as an admin does in the settings. */
  async function bindSecret(): Promise<void> {
    const [connection] = await stores.connections.list();
    const { standings } = stores.inventory;
    let found: KeyRow | undefined;
    await expect
      .poll(
        async () => {
          [found] = await standings.page({ ...ANY_KEY, userName: USER }, null, 1);
          return found;
        },
        { timeout: 60_000 },
      )
      .toBeDefined();
    const key = found?.key;
    if (key === undefined || connection === undefined) throw new Error('Nothing was read.');
    const by = { createdBy: 'U1', createdAt: sandbox.clock.now() };
    await stores.atomically([
      stores.rotation.destinations.insert(
        destination({
          id: 'd1',
          name: 'Backup’s secret',
          connectionId: connection.id,
          target: {
            region: 'us-east-1',
            name: 'rekey/backup',
            mode: 'replace',
            fields: { accessKeyId: 'AWS_ACCESS_KEY_ID', secretAccessKey: 'AWS_SECRET_ACCESS_KEY' },
            kmsKeyId: null,
          },
          ...by,
        }),
      ),
      stores.rotation.bindings.insert(
        binding({
          id: 'b1',
          destinationId: 'd1',
          accountId: key.accountId,
          userId: key.userId,
          userName: key.userName,
          administrator: { known: true, value: false, asOf: sandbox.clock.now() },
          ...by,
        }),
      ),
    ]);
  }
});
