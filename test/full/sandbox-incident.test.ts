import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../sandbox/main.ts';
import { launchChromium, Visitor } from './sandbox-page.ts';

const SLOW = { timeout: 120_000 };

/** From a stolen key to a closed incident, as a visitor goes through the tour “A stolen key”. */
describe('an incident on the sandbox page', { timeout: 600_000 }, () => {
  let sandbox: Sandbox;
  let browser: Browser;
  let visitor: Visitor;

  beforeAll(async () => {
    sandbox = await startSandbox(0);
    browser = await launchChromium();
    const context = await browser.newContext({ viewport: { width: 1280, height: 1100 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    visitor = new Visitor(await context.newPage());
    await visitor.arrive(sandbox.url);
  });

  afterAll(async () => {
    await browser.close();
    await sandbox.stop();
  });

  /** The incident's one message in the alert channel, once it says so. */
  function alarm(words: string): Locator {
    return visitor.page
      .locator('article.message')
      .filter({ hasText: 'shop-backend' })
      .filter({ has: visitor.page.getByRole('button', { name: /^Details/ }) })
      .filter({ hasText: words })
      .first();
  }

  async function open(channel: string): Promise<void> {
    await visitor.page.getByRole('navigation').getByRole('button', { name: channel }).click();
  }

  async function hourLater(): Promise<void> {
    const { page } = visitor;
    const before = sandbox.clock.ahead;
    await page.getByRole('button', { name: /^The clock:/ }).click();
    await page.getByRole('button', { name: '1 hour later' }).click();
    await expect.poll(() => sandbox.clock.ahead, SLOW).toBeGreaterThanOrEqual(before + 3_600_000);
    await page.keyboard.press('Escape');
  }

  it('learns what is normal once the account is connected, and Home says so', async () => {
    const { page } = visitor;
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    const form = visitor.window('Connect AWS');
    await form.getByLabel('Connection name').fill('Shop');
    await visitor.pasteKey(form, 'Shop');
    await form.getByRole('button', { name: 'Connect', exact: true }).click();
    const report = visitor.window('Connected');
    await report.waitFor(SLOW);
    await report.getByRole('button', { name: 'Close' }).click();
    const settings = await visitor.windowOf('aws-alerts', '/aws-settings', 'Rekey settings');
    await settings.getByLabel('Alert channel').selectOption({ label: '#aws-alerts' });
    await settings.getByRole('button', { name: 'Save' }).click();
    await settings.waitFor({ state: 'detached' });
    // Home is drawn when it is opened: learning first.
    await visitor.openHome();
    const complete = page.getByText(/Watched: complete to/);
    await expect
      .poll(async () => {
        await page.getByRole('tab', { name: 'Messages' }).click();
        await page.getByRole('tab', { name: 'Home' }).click();
        await page.waitForTimeout(500);
        return complete.count();
      }, SLOW)
      .toBeGreaterThan(0);
    await visitor.picture('incident-home-watched');
  });

  it('tells a stolen key in the alert channel, with its story in the thread', async () => {
    const { page } = visitor;
    await page.getByRole('button', { name: 'Steal it' }).click();
    await hourLater();
    await open('aws-alerts');
    await alarm('CloudTrail stopped or deleted').waitFor(SLOW);
    const shown = alarm('CloudTrail stopped or deleted');
    expect(await shown.textContent()).toContain('203.0.113.66');
    await shown.evaluate((message) => message.scrollIntoView());
    await visitor.picture('incident-message');
    await page.getByText('iam:AttachUserPolicy').first().waitFor(SLOW);
    await visitor.picture('incident-thread');
  });

  it('shows everything in Details, and to a viewer what to do by hand in Deactivate', async () => {
    const shown = alarm('CloudTrail stopped or deleted');
    await shown.getByRole('button', { name: /^Details/ }).click();
    const details = visitor.window('Incident');
    await details.getByText('All that was found, in order').waitFor();
    await visitor.picture('incident-details');
    await details.getByRole('button', { name: 'Close', exact: true }).last().click();
    await details.waitFor({ state: 'detached' });
    await visitor.become('Vera');
    await open('aws-alerts');
    await shown.getByRole('button', { name: /^Deactivate/ }).click();
    const byHand = visitor.window('Deactivate by hand');
    const words = byHand.getByText('aws iam update-access-key').first();
    await words.waitFor();
    expect(await byHand.textContent()).toContain('--user-name=shop-backend');
    expect(await byHand.getByRole('link').first().getAttribute('href')).toContain('console.aws.amazon.com');
    await visitor.picture('incident-deactivate-by-hand');
    await byHand.getByRole('button', { name: 'Close' }).click();
    await visitor.become('Ada');
    await open('aws-alerts');
  });

  it('shuts the key off from the alert, and says what IAM confirms', async () => {
    const shown = alarm('CloudTrail stopped or deleted');
    await shown.getByRole('button', { name: /^Deactivate/ }).click();
    const form = visitor.window('Deactivate');
    await form.getByLabel('Reason').fill('Somebody else has it');
    await form.getByText('Who called with it').waitFor(SLOW);
    await visitor.picture('incident-deactivate');
    await form.getByRole('button', { name: 'Deactivate', exact: true }).click();
    const done = visitor.window('Containment');
    await done.getByText('IAM confirms Inactive and the deny').waitFor(SLOW);
    await visitor.picture('incident-contained');
    await done.getByRole('button', { name: 'Close', exact: true }).last().click();
    await done.waitFor({ state: 'detached' });
    await visitor.page.getByText('not yet proven').first().waitFor(SLOW);
    await visitor.picture('incident-containment-message');
  });

  it('takes an expectation, but never for what nobody may expect', async () => {
    const shown = alarm('CloudTrail stopped or deleted');
    await shown.getByRole('button', { name: /^This is us/ }).click();
    const form = visitor.window('This is us');
    await form.getByText('stays open').waitFor();
    await form.getByLabel('Doing this').selectOption({ label: 's3:ListBuckets' });
    await form.getByLabel('Reason').fill('The auditors look around this week');
    await visitor.picture('incident-expect');
    await form.getByRole('button', { name: 'Expect it' }).click();
    const said = visitor.page.getByRole('dialog').filter({ hasText: 'stays open' });
    await said.getByText('Expected until').waitFor(SLOW);
    await visitor.picture('incident-expected');
    await said.getByRole('button', { name: 'Close' }).first().click();
  });

  it('is closed with a verdict, which its message says', async () => {
    const shown = alarm('CloudTrail stopped or deleted');
    await shown.getByRole('button', { name: /^Close/ }).click();
    const form = visitor.window('Close the incident');
    await form.getByLabel('It was').selectOption({ label: 'an attack' });
    await form.getByLabel('Note').fill('The key was in a public repository; it is gone.');
    await visitor.picture('incident-close');
    await form.getByRole('button', { name: 'Close', exact: true }).first().click();
    const closed = visitor.window('Incident closed');
    await closed.waitFor(SLOW);
    await closed.getByRole('button', { name: 'Close' }).click();
    await alarm('Closed as an attack').waitFor(SLOW);
    await visitor.picture('incident-closed');
  });

  it('lists incidents and expectations, and filters them', async () => {
    const { page } = visitor;
    await visitor.type('aws-alerts', '/aws-incidents');
    await page.getByText('None of them matches').last().waitFor(SLOW);
    await visitor.type('aws-alerts', '/aws-incidents all account:Shop');
    await page.getByText('closed as an attack').last().scrollIntoViewIfNeeded(SLOW);
    await visitor.picture('incident-list');
    await visitor.type('aws-alerts', '/aws-incidents expectations');
    await page.getByText('The auditors look around').last().scrollIntoViewIfNeeded(SLOW);
    await visitor.picture('incident-expectations');
    expect(visitor.complaints).toEqual([]);
  });
});
