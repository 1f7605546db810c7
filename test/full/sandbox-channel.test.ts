import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../sandbox/main.ts';
import { launchChromium, Visitor } from './sandbox-page.ts';

const SLOW = { timeout: 120_000 };

/** The tour “A key in a channel”, as a visitor goes through it. */
describe('a key in a channel on the sandbox page', { timeout: 300_000 }, () => {
  let sandbox: Sandbox;
  let browser: Browser;
  let visitor: Visitor;

  beforeAll(async () => {
    sandbox = await startSandbox(0);
    browser = await launchChromium();
    visitor = new Visitor(await browser.newPage({ viewport: { width: 1280, height: 1100 } }));
    await visitor.arrive(sandbox.url);
  });

  afterAll(async () => {
    await browser.close();
    await sandbox.stop();
  });

  it('is pasted, told to its author and the alert channel, and deleted', async () => {
    const { page } = visitor;
    const settings = await visitor.windowOf('aws-alerts', '/aws-settings', 'Rekey settings');
    await settings.getByLabel('Alert channel').selectOption({ label: '#aws-alerts' });
    await settings.getByRole('button', { name: 'Save' }).click();
    await settings.waitFor({ state: 'detached' });

    await visitor.become('Nils');
    await page.getByRole('button', { name: 'Paste it' }).first().click();
    await page.getByRole('button', { name: 'Send' }).click();
    const mine = page.locator('article.message').filter({ hasText: 'it only works with' });
    await mine.waitFor(SLOW);
    const step = page.getByRole('listitem').filter({ hasText: 'Rekey asks you in Messages' });
    await step.getByRole('button', { name: 'Show me' }).click();
    await page.getByText('Please delete it now').waitFor(SLOW);
    await page.getByRole('navigation').getByRole('button', { name: 'deploys' }).click();
    await mine.getByRole('button', { name: 'Delete' }).click();
    await mine.waitFor({ state: 'detached' });
    await page.getByRole('navigation').getByRole('button', { name: 'aws-alerts' }).click();
    const alert = page
      .locator('article.message')
      .filter({ hasText: 'with its secret was posted in a channel' });
    await alert.filter({ hasText: 'Message deleted' }).waitFor(SLOW);
    expect(await alert.innerText()).toContain('Nils Berg');
    expect(visitor.complaints).toEqual([]);
    await visitor.picture('key-in-a-channel');
  });
});
