import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStores, type OpenStores } from '../../db/open.ts';
import { startSandbox, type Sandbox } from '../../sandbox/main.ts';
import { ANY_KEY, type KeyRow } from '../../src/ports/inventory.ts';
import { binding, destination } from '../db/rotation-samples.ts';
import { recordingLog } from '../support/system-world.ts';
import { launchChromium, Visitor } from './sandbox-page.ts';

const SLOW = { timeout: 120_000 };
const USER = 'legacy-backup';

describe('a rotation on the sandbox page', { timeout: 600_000 }, () => {
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
    await visitor.arrive(sandbox.url);
    const url = `file:${join(sandbox.folder, 'rekey.db')}`;
    stores = await openStores({ url, exclusive: false, clock: sandbox.clock, log: recordingLog() });
  });

  afterAll(async () => {
    await stores.close();
    await browser.close();
    await sandbox.stop();
  });

  /** The rotation's one message, once it says so. */
  function card(words: string): Locator {
    return visitor.page
      .locator('article.message')
      .filter({ hasText: `Rotation of a key of ${USER}` })
      .filter({ hasText: words })
      .last();
  }

  async function later(step: '1 hour later' | '1 week later', times: number): Promise<void> {
    const { page } = visitor;
    const length = step === '1 hour later' ? 3_600_000 : 7 * 86_400_000;
    await page.getByRole('button', { name: /^The clock:/ }).click();
    for (let at = 0; at < times; at += 1) {
      const before = sandbox.clock.ahead;
      await page.getByRole('button', { name: step }).click();
      // A week goes by in steps, and others live through them.
      await expect.poll(() => sandbox.clock.ahead, SLOW).toBeGreaterThanOrEqual(before + length);
    }
    await page.keyboard.press('Escape');
  }

  /**
   * Waits until the card says so. On a busy machine a look may come too late for the time that was leapt over, and the
   * next one waits for the clock again: then another hour goes by.
   */
  async function comes(words: string): Promise<void> {
    for (let hours = 0; hours < 5; hours += 1) {
      const came = await card(words)
        .waitFor({ timeout: 45_000 })
        .then(
          () => true,
          () => false,
        );
      if (came) return;
      await later('1 hour later', 1);
    }
    await card(words).waitFor(SLOW);
  }

  async function open(channel: string): Promise<void> {
    await visitor.page.getByRole('navigation').getByRole('button', { name: channel }).click();
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
    const settings = await visitor.windowOf('aws-alerts', '/aws-settings', 'Rekey settings');
    await settings.getByLabel('Alert channel').selectOption({ label: '#aws-alerts' });
    await settings.getByRole('button', { name: 'Save' }).click();
    await settings.waitFor({ state: 'detached' });
    await visitor.become('Omar');
    await visitor.type('aws-alerts', `/aws-rotate ${USER}`);
    const plan = visitor.window('Rotate');
    await plan.getByText('What will happen').waitFor(SLOW);
    await visitor.picture('rotation-plan');
    await plan.getByRole('button', { name: 'Dry run' }).click();
    await visitor.window('Dry run').getByText('iam:CreateAccessKey').first().waitFor(SLOW);
    await visitor.picture('rotation-dry-run');
    await visitor.window('Dry run').getByRole('button', { name: 'Back' }).click();
  });

  it('begins, and one message tells how it goes', async () => {
    const plan = visitor.window('Rotate');
    await plan.getByLabel('Reason').fill('More than a year old');
    await visitor.picture('rotation-reason');
    await plan.getByRole('button', { name: 'Rotate', exact: true }).click();
    const begun = visitor.window('Rotation');
    await begun.getByText('The rotation has begun').waitFor();
    await visitor.picture('rotation-begun');
    await begun.getByRole('button', { name: 'Close' }).click();
    await open('aws-alerts');
    await comes('Waits until nobody uses the old key');
    await visitor.picture('rotation-card');
  });

  it('shows the exact state, and how its destination is read', async () => {
    const shown = card('Waits until nobody uses the old key');
    await shown.getByRole('button', { name: /^Details/ }).click();
    const details = visitor.window('Rotation');
    await details.getByText('Journal').waitFor();
    await visitor.picture('rotation-details');
    await details.getByRole('button', { name: 'Close' }).click();
    await shown.getByRole('button', { name: /^Snippets/ }).click();
    const snippets = visitor.window('Snippets');
    await snippets.getByText('aws secretsmanager').waitFor();
    await visitor.picture('rotation-snippets');
    await snippets.getByRole('button', { name: 'Close' }).click();
    await shown.getByRole('button', { name: /^Wait/ }).click();
    await visitor.picture('rotation-wait');
    await visitor.window('Wait').getByRole('button', { name: 'Cancel' }).click();
    await shown.getByRole('button', { name: /^Undo/ }).click();
    await visitor.picture('rotation-undo');
    await visitor.window('Undo the rotation?').getByRole('button', { name: 'Cancel' }).click();
  });

  it('goes on by silence alone, and asks whether anything broke', async () => {
    await later('1 week later', 5);
    // CloudTrail is taken for complete twenty minutes later.
    await later('1 hour later', 1);
    await comes('The old key is Inactive');
    await visitor.picture('rotation-inactive');
    await later('1 hour later', 1);
    await comes('The old key stays Inactive');
    await open('Rekey');
    await visitor.page.getByRole('tab', { name: 'Messages' }).click();
    const question = visitor.page.locator('article.message').filter({ hasText: 'Anything broken?' }).last();
    await question.waitFor(SLOW);
    await visitor.picture('rotation-question');
    await question.getByRole('button', { name: /^All is well/ }).click();
    await visitor.page.getByText('If something turns up later').waitFor();
  });

  it('deletes when a second person says so', async () => {
    await later('1 week later', 1);
    await open('aws-alerts');
    await comes('A second person confirms');
    await visitor.picture('rotation-approval');
    await visitor.become('Ada');
    await open('Rekey');
    await visitor.page.getByRole('tab', { name: 'Home' }).click();
    await visitor.page.getByText('Rotations that wait for you').waitFor(SLOW);
    await visitor.picture('rotation-home');
    await open('aws-alerts');
    await card('A second person confirms')
      .getByRole('button', { name: /^Delete the old key/ })
      .click();
    const sure = visitor.window('Delete the old key?');
    await visitor.picture('rotation-delete');
    await sure.getByRole('button', { name: 'Delete', exact: true }).click();
    await comes('Done: the new key is in place');
    await visitor.picture('rotation-done');
    expect(visitor.complaints).toEqual([]);
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
