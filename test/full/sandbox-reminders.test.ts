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
    await visitor.page.goto(sandbox.url);
    await visitor.page.getByText('No AWS account is connected yet.').waitFor();
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

  it('never made the browser complain', () => {
    expect(visitor.complaints).toEqual([]);
  });
});
