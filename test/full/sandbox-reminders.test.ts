import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../sandbox/main.ts';
import { launchChromium, Visitor } from './sandbox-page.ts';

const VERIFIED = { timeout: 30_000 };

describe('a reminder’s life on the sandbox page', () => {
  let sandbox: Sandbox;
  let browser: Browser;
  let visitor: Visitor;

  beforeAll(async () => {
    sandbox = await startSandbox(0);
    browser = await launchChromium();
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    visitor = new Visitor(await context.newPage());
    await visitor.arrive(sandbox.url);
  });

  afterAll(async () => {
    await browser.close();
    await sandbox.stop();
  });

  it('says what the channels are for', async () => {
    const { page } = visitor;
    await page.getByRole('navigation').getByRole('button', { name: 'payments' }).click();
    await page.getByText('Deepa’s and Bo’s team').waitFor();
  });

  it('moves the clock by keyboard, and says what happened meanwhile', async () => {
    const { page } = visitor;
    const clock = page.getByRole('button', { name: /^The clock:/ });
    const before = await clock.textContent();
    await clock.focus();
    await page.keyboard.press('Enter');
    expect(await page.locator(':focus').textContent()).toBe('1 day later');
    await page.keyboard.press('Enter');
    await page.getByText('1 day ahead of your computer').waitFor();
    expect(await clock.textContent()).not.toBe(before);
    expect(await page.locator(':focus').textContent()).toBe('1 day later');
    const meanwhile = page.getByRole('list', { name: 'What others did meanwhile' });
    await meanwhile.getByText('sam.ito made a second access key').waitFor();
    await meanwhile.scrollIntoViewIfNeeded();
    await visitor.picture('reminders-meanwhile');
  });

  it('draws a line between the days of a conversation', async () => {
    const { page } = visitor;
    await visitor.type('general', 'Good morning');
    await page.getByText('Good morning').waitFor();
    expect(await page.locator('.day').count()).toBe(2);
    await visitor.picture('reminders-days');
  });

  it('lets the sample team answer, or not', async () => {
    const { page } = visitor;
    const answers = page.getByLabel('The sample team answers by itself');
    expect(await answers.isChecked()).toBe(true);
    await answers.uncheck();
    await page.reload();
    await answers.waitFor();
    await expect.poll(() => answers.isChecked()).toBe(false);
    await answers.check();
  });

  it('has the clock at hand on a narrow screen, in the dark too', async () => {
    const { page } = visitor;
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 390, height: 844 });
    await visitor.picture('reminders-narrow-closed');
    await page.getByRole('button', { name: /^The clock:/ }).click();
    await page.getByRole('button', { name: '1 hour later' }).click();
    await page.getByText('1 day and 1 hour ahead').waitFor();
    await visitor.picture('reminders-narrow-clock');
    const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(wide).toBeLessThanOrEqual(390);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('connects the account of some hundred users', async () => {
    const { page } = visitor;
    await page
      .getByRole('listitem')
      .filter({ hasText: 'Connect the Platform key' })
      .getByRole('button')
      .click();
    await page.getByLabel('Message', { exact: true }).press('Enter');
    const form = visitor.window('Connect AWS');
    await form.getByLabel('Connection name').waitFor();
    expect(await form.getByLabel('Connection name').inputValue()).toBe('Platform');
    await visitor.pasteKey(form, 'Platform');
    await form.getByLabel('Alert channel').selectOption({ label: '#aws-alerts' });
    await form.getByRole('button', { name: 'Connect', exact: true }).click();
    const report = visitor.window('Connected');
    await report.waitFor(VERIFIED);
    expect(await report.textContent()).toContain('Inventory: yes');
    await report.getByRole('button', { name: 'Close' }).click();
    await report.waitFor({ state: 'detached' });
  });

  it('lists what was found, the most urgent first', async () => {
    const { page } = visitor;
    await visitor.type('aws-alerts', '/aws-keys');
    const list = page.getByRole('article').filter({ hasText: 'most urgent first' });
    await list.waitFor();
    await expect
      .poll(
        async () => {
          await list.getByRole('button', { name: 'Refresh' }).click();
          return list.textContent();
        },
        { timeout: 90_000, interval: 1_000 },
      )
      .toMatch(/\d{3} access keys[\s\S]*quarantined by AWS/);
    await visitor.picture('reminders-list');
    await list
      .getByRole('button', { name: /^More actions/ })
      .first()
      .scrollIntoViewIfNeeded();
    await visitor.picture('reminders-list-top');
  });

  it('snoozes one with a reason, for all to see', async () => {
    const { page } = visitor;
    const list = page.getByRole('article').filter({ hasText: 'most urgent first' });
    const menu = list.getByRole('button', { name: /^More actions/ }).first();
    await menu.click();
    await page.getByRole('menuitem', { name: 'Snooze' }).click();
    const form = visitor.window('Snooze');
    await form.getByLabel('Reason').fill('Its team replaces it this week');
    await visitor.picture('reminders-snooze');
    await form.getByRole('button', { name: 'Snooze', exact: true }).click();
    const details = visitor.window('Access key');
    await details.getByText('Its team replaces it this week').first().waitFor();
    await visitor.picture('reminders-details');
    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
  });

  it('shows whom another policy would hit before it is saved', async () => {
    const { page } = visitor;
    const settings = await visitor.windowOf('aws-alerts', '/aws-settings', 'Rekey settings');
    await settings.getByLabel('Key policy of…').selectOption({ label: 'Platform' });
    const policy = visitor.window('Key policy');
    await policy.getByLabel('Maximum age, days').fill('60');
    await policy.getByRole('button', { name: 'Preview' }).click();
    const preview = policy.getByText('Today this policy would hit');
    await preview.waitFor();
    await preview.scrollIntoViewIfNeeded();
    await visitor.picture('reminders-policy');
    await policy.getByRole('button', { name: 'Save' }).click();
    const saved = visitor.window('Saved');
    await saved.getByRole('button', { name: 'Close' }).click();
    await saved.waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await settings.waitFor({ state: 'detached' });
  });

  it('brings the digest on the next working morning, and the sample team answers it', async () => {
    const { page } = visitor;
    await page.getByRole('navigation').getByRole('button', { name: 'aws-alerts' }).click();
    await page.getByRole('button', { name: /^Next working morning/ }).click();
    // A key in danger is told at once, in a message of its own.
    const digest = page
      .getByRole('article')
      .filter({ hasText: /AWS access keys to look at\d+ access keys:/ });
    await digest.waitFor({ timeout: 30_000 });
    await digest.getByText('AWS access keys to look at').scrollIntoViewIfNeeded();
    await visitor.picture('reminders-digest');
    const answer = page.getByRole('article').filter({ hasText: 'The new keys go out with Thursday' });
    await answer.waitFor({ timeout: 30_000 });
    expect(await answer.textContent()).toContain('scripted by the sandbox');
    await answer.scrollIntoViewIfNeeded();
    await visitor.picture('reminders-answer');
    const meanwhile = page.getByRole('list', { name: 'What others did meanwhile' });
    await meanwhile.getByText('Bo Larsen snoozed').waitFor({ timeout: 30_000 });
    expect(await digest.count()).toBe(1);
  });

  it('lets an owner answer their own reminder', async () => {
    const { page } = visitor;
    await visitor.become('Bo');
    await page.getByRole('button', { name: 'Rekey', exact: true }).click();
    await page.getByRole('tab', { name: 'Messages' }).click();
    const mine = page.getByRole('article').filter({ hasText: 'Your AWS access keys' });
    await mine.waitFor();
    await visitor.picture('reminders-mine');
    await mine
      .getByRole('button', { name: /^Details/ })
      .first()
      .click();
    const details = visitor.window('Access key');
    // He snoozed that one himself, or rather the script did.
    await details.getByText('Waiting for the new pipeline').first().waitFor();
    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
    await mine
      .getByRole('button', { name: /^Snooze/ })
      .nth(1)
      .click();
    const form = visitor.window('Snooze');
    await form.getByLabel('Reason').fill('Rotated on Friday');
    await form.getByRole('button', { name: 'Snooze', exact: true }).click();
    await details.getByText('Rotated on Friday').first().waitFor();
    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
    await visitor.become('Ada');
  });

  it('goes on a week later with what changed', async () => {
    const { page } = visitor;
    await page.getByRole('button', { name: '1 week later' }).click();
    await page.getByRole('navigation').getByRole('button', { name: 'aws-alerts' }).click();
    const digests = page
      .getByRole('article')
      .filter({ hasText: /AWS access keys to look at\d+ access keys:/ });
    await expect.poll(() => digests.count(), { timeout: 60_000 }).toBeGreaterThan(1);
    const meanwhile = page.getByRole('list', { name: 'What others did meanwhile' });
    await meanwhile.getByText('sam.ito deleted their older key').waitFor();
    await visitor.type('aws-alerts', '/aws-keys user:sam.ito');
    const refresh = page.getByRole('button', { name: 'Refresh' });
    await expect.poll(() => refresh.count()).toBe(2);
    const sam = page.getByRole('article').filter({ has: refresh }).last();
    await expect
      .poll(
        async () => {
          await sam.getByRole('button', { name: 'Refresh' }).click();
          return sam.textContent();
        },
        { timeout: 60_000, interval: 1_000 },
      )
      .toMatch(/1 of \d+ access keys/);
    await visitor.picture('reminders-week');
  });

  it('shows a digest on a narrow screen in the dark', async () => {
    const { page } = visitor;
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByText('AWS access keys to look at').last().scrollIntoViewIfNeeded();
    await visitor.picture('reminders-narrow-digest');
    const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(wide).toBeLessThanOrEqual(390);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  it('never made the browser complain', () => {
    expect(visitor.complaints).toEqual([]);
  });
});
