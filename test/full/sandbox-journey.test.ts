import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { WebClient } from '@slack/web-api';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../../sandbox/main.ts';
import { everyBlock } from './every-block.ts';
import { launchChromium, Visitor } from './sandbox-page.ts';

const VERIFIED = { timeout: 20_000 };

describe('the sandbox page', () => {
  let sandbox: Sandbox;
  let browser: Browser;
  let visitor: Visitor;

  beforeAll(async () => {
    sandbox = await startSandbox(0);
    browser = await launchChromium();
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    visitor = new Visitor(await context.newPage());
    await visitor.page.goto(sandbox.url);
  });

  afterAll(async () => {
    await browser.close();
    await sandbox.stop();
  });

  it('opens Home for the admin', async () => {
    await visitor.page.getByText('No AWS account is connected yet.').waitFor();
    await visitor.picture('home-empty');
  });

  it('connects the good key and shows the report and the card', async () => {
    const { page } = visitor;
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    const form = visitor.window('Connect AWS');
    await form.getByLabel('Connection name').fill('Production');
    await form.getByLabel('Account ID').fill('123');
    await visitor.picture('connect-role');
    await visitor.pasteKey(form, 'Good');
    await visitor.picture('connect-key');
    await form.getByRole('button', { name: 'Connect', exact: true }).click();

    const wrong = form.getByLabel('Account ID');
    await form.locator('.error').waitFor();
    expect(await wrong.getAttribute('aria-invalid')).toBe('true');
    expect(await form.locator(':focus').inputValue()).toBe('123');
    await visitor.picture('field-error');
    expect(await form.getByLabel('Connection name').inputValue()).toBe('Production');

    await wrong.fill('');
    await form.getByRole('button', { name: 'Connect', exact: true }).click();
    const report = visitor.window('Connected');
    await report.waitFor(VERIFIED);
    await visitor.picture('connected');
    expect(await report.textContent()).toContain('Inventory: yes');
    await report.getByRole('button', { name: 'Close' }).click();
    await report.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'More actions for Production' }).waitFor();
    await visitor.picture('home-card');
  });

  it('says why a wrong secret fails, and leads back to the form with what was typed', async () => {
    const { page } = visitor;
    await visitor.type('general', '/aws-connect Staging');
    const form = visitor.window('Connect AWS');
    await form.waitFor();
    expect(await form.getByLabel('Connection name').inputValue()).toBe('Staging');
    await visitor.pasteKey(form, 'Wrong secret');
    await form.getByRole('button', { name: 'Connect', exact: true }).click();
    const diagnosis = visitor.window('Not connected');
    await diagnosis.waitFor({ timeout: 40_000 });
    await visitor.picture('wrong-secret');
    await diagnosis.getByRole('button', { name: 'Back to the form' }).click();
    await form.waitFor();
    expect(await form.getByLabel('Connection name').inputValue()).toBe('Staging');
    expect(await form.getByLabel('Secret access key').inputValue()).toBe('');
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
  });

  it('connects a role made for the external ID of the open form', async () => {
    const { page } = visitor;
    await visitor.type('general', '/aws-connect Customer');
    const form = visitor.window('Connect AWS');
    await form.getByLabel('Role ARN').waitFor();
    await form.getByRole('button', { name: 'Show setup' }).click();
    const setup = visitor.window('Set up the role');
    await setup.getByRole('button', { name: 'Copy' }).first().waitFor();
    await visitor.picture('setup');
    await setup.getByRole('button', { name: 'Back' }).click();
    await form.getByLabel('Role ARN').waitFor();
    expect(await form.textContent()).toContain(await page.getByLabel('External ID').inputValue());
    await page.getByRole('button', { name: 'Make a role for my external ID' }).click();
    await page.getByRole('button', { name: 'Copy role ARN' }).click();
    await form.getByLabel('Role ARN').fill(await visitor.clipboard());
    await form.getByRole('button', { name: 'Connect', exact: true }).click();
    const report = visitor.window('Connected');
    await report.waitFor(VERIFIED);
    await visitor.picture('role-connected');
    await report.getByRole('button', { name: 'Close' }).click();
  });

  it('tests, and says what changed after the key was switched off', async () => {
    const { page } = visitor;
    await visitor.type('general', '/aws-test Production');
    const passed = visitor.window('Test passed');
    await passed.waitFor(VERIFIED);
    await passed.getByRole('button', { name: 'Close' }).click();
    await passed.waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Switch the Good key off' }).click();
    await page.getByRole('button', { name: 'Mend: Switch the Good key off' }).waitFor();
    await visitor.type('general', '/aws-test Production');
    const failed = visitor.window('Test failed');
    await failed.waitFor({ timeout: 40_000 });
    await visitor.picture('test-failed');
    await failed.getByRole('button', { name: 'Close' }).click();
    await failed.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Mend: Switch the Good key off' }).click();
  });

  it('edits a connection and replaces its credentials', async () => {
    const { page } = visitor;
    await visitor.openHome();
    await visitor.chooseFor('Production', 'Edit');
    const edit = visitor.window('Edit connection');
    await edit.getByLabel('Description').fill('What customers pay for');
    await edit.getByLabel('Owners').fill('vera');
    await edit.getByRole('option', { name: 'Vera Novak' }).click();
    await visitor.picture('edit');
    await edit.getByRole('button', { name: 'Save' }).click();
    await page.getByText('What customers pay for').waitFor();
    expect(await page.getByRole('main').textContent()).toContain('@Vera Novak');

    await visitor.chooseFor('Production', 'Replace credentials');
    const replace = visitor.window('Replace credentials');
    await visitor.pasteKey(replace, 'Old');
    await replace.getByRole('button', { name: 'Replace', exact: true }).click();
    const done = visitor.window('Credentials replaced');
    await done.waitFor(VERIFIED);
    await visitor.picture('replaced');
    await done.getByRole('button', { name: 'Close' }).click();
  });

  it('sets the alert channel and gives a role', async () => {
    const { page } = visitor;
    await visitor.openHome();
    await page.getByRole('button', { name: 'Settings' }).click();
    const settings = visitor.window('Rekey settings');
    await settings.getByLabel('Alert channel').selectOption({ label: '#security' });
    await settings.getByRole('button', { name: 'Save' }).click();
    await settings.locator('.error').waitFor();
    await visitor.picture('settings-error');
    const offered = await settings.getByLabel('Alert channel').locator('option').allTextContents();
    expect(offered).not.toContain('#shared-globex');
    expect(offered).not.toContain('#old-project');
    await settings.getByRole('button', { name: 'Give a role' }).click();
    const give = visitor.window('Give a role');
    await give.getByLabel('People').fill('nils');
    await give.getByRole('option', { name: 'Nils Berg' }).click();
    await give.getByLabel('Role').selectOption({ label: 'viewer' });
    await visitor.picture('give-role');
    await give.getByRole('button', { name: 'Give', exact: true }).click();
    await visitor.window('Given').getByRole('button', { name: 'Close' }).click();
    await settings.getByText('@Nils Berg').waitFor();
    await settings.getByRole('button', { name: 'Take back' }).first().click();
    const sure = page.getByRole('alertdialog');
    await visitor.picture('confirmation');
    await sure.getByRole('button', { name: 'Cancel' }).click();
    await page.keyboard.press('Escape');
    await settings.waitFor({ state: 'detached' });

    await visitor.type('security', '/invite @Rekey');
    await page.getByText('added @Rekey to this channel').waitFor();
    await visitor.type('security', '/aws-settings');
    await settings.getByLabel('Alert channel').selectOption({ label: '#security' });
    await settings.getByRole('button', { name: 'Save' }).click();
    await settings.waitFor({ state: 'detached' });
    await page.getByText('alerts about AWS access keys will come to this channel').waitFor();
    await visitor.picture('channel');
  });

  it('shows a viewer the cards without the menus of an admin, and help', async () => {
    const { page } = visitor;
    await visitor.become('Vera');
    await visitor.openHome();
    await page.getByRole('button', { name: 'More actions for Production' }).click();
    expect(await page.getByRole('menuitem').allTextContents()).toEqual(['Test']);
    await page.keyboard.press('Escape');
    expect(await page.getByRole('button', { name: 'Connect', exact: true }).count()).toBe(0);
    await visitor.type('general', '/aws-connect');
    await page.getByText('Only visible to you').waitFor();
    await visitor.type('general', '/aws-help');
    await page.getByText('Your roles: viewer').waitFor();
    await visitor.picture('viewer-help');
    await page.getByRole('button', { name: 'Rekey', exact: true }).click();
  });

  it('refuses a guest', async () => {
    const { page } = visitor;
    await visitor.become('Gus');
    await visitor.openHome();
    await page.getByRole('main').getByText(/guest/i).waitFor();
    await visitor.picture('guest-home');
    await visitor.type('general', '/aws-help');
    await page.getByText('Only visible to you').waitFor();
    await visitor.picture('guest-refused');
  });

  it('suggests commands, and shows what Slack says when Rekey is too late', async () => {
    const { page } = visitor;
    await visitor.become('Ada');
    await page.getByRole('button', { name: 'Commands get lost for a minute' }).click();
    await page.getByRole('navigation').getByRole('button', { name: 'general' }).click();
    const box = page.getByLabel('Message', { exact: true });
    await box.pressSequentially('/aws-h');
    await page.getByRole('option', { name: '/aws-help' }).waitFor();
    await visitor.picture('commands');
    await box.press('Tab');
    expect((await box.inputValue()).trim()).toBe('/aws-help');
    await box.press('Enter');
    await page.getByText('failed with the error "operation_timeout"').waitFor();
    await visitor.picture('timeout');
    await page.getByRole('button', { name: 'Mend: Commands get lost for a minute' }).click();
  });

  it('fits a narrow screen, and the dark', async () => {
    const { page } = visitor;
    await page.emulateMedia({ colorScheme: 'dark' });
    await visitor.openHome();
    await page.getByRole('button', { name: 'More actions for Production' }).waitFor();
    await visitor.picture('dark-home');
    await visitor.chooseFor('Production', 'Edit');
    await visitor.window('Edit connection').waitFor();
    await visitor.picture('dark-window');
    await page.setViewportSize({ width: 390, height: 844 });
    await visitor.picture('narrow-dark-window');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.getByRole('button', { name: 'Sample accounts' }).click();
    await visitor.picture('narrow-panel');
    await page.getByRole('button', { name: 'Sample accounts' }).click();
    await page.keyboard.press('Escape');
    await visitor.window('Edit connection').waitFor({ state: 'detached' });
    await visitor.picture('narrow-home');
    const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(wide).toBeLessThanOrEqual(390);
    await page.getByRole('button', { name: 'Channels' }).click();
    await visitor.picture('narrow-menu');
    await visitor.type('aws-alerts', 'Hello from a phone');
    await page.getByText('Hello from a phone').waitFor();
    await visitor.picture('narrow-channel');
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('draws every kind of block, and says which it cannot draw', async () => {
    const { page } = visitor;
    const { slack } = sandbox;
    const web = new WebClient(slack.botToken, { slackApiUrl: slack.url });
    await web.chat.postMessage({ channel: 'C0ALERTS', text: 'Gallery', blocks: everyBlock });
    await page.getByRole('navigation').getByRole('button', { name: 'aws-alerts' }).click();
    const message = page.getByRole('article').filter({ hasText: 'Every block' });
    await message.getByText('This page cannot draw this block: markdown').waitFor();
    expect(await message.locator('.blocks > *').count()).toBe(everyBlock.length);
    for (const label of ['One person', 'Channels', 'Day', 'Size', 'Fruit', 'Toppings', 'Words']) {
      await message
        .getByLabel(label)
        .or(message.getByRole('group', { name: label }))
        .first()
        .waitFor();
    }
    await message.getByLabel('Channels').fill('sec');
    await message.getByRole('option', { name: '#security' }).click();
    await message.getByRole('button', { name: 'Remove #security' }).waitFor();
    await message.getByLabel('Words').scrollIntoViewIfNeeded();
    await visitor.picture('every-block');
    await message.getByText('Every block').scrollIntoViewIfNeeded();
    await visitor.picture('every-block-top');
  });

  it('comes back to the same place after a reload', async () => {
    const { page } = visitor;
    await page.reload();
    await page.getByRole('heading', { name: '#aws-alerts' }).waitFor();
    expect(await page.getByLabel('You are').inputValue()).toBe('U0ADA');
    await page.getByText('Hello from a phone').waitFor();
  });

  it('disconnects after asking', async () => {
    const { page } = visitor;
    await visitor.openHome();
    await visitor.chooseFor('Production', 'Disconnect');
    const sure = visitor.window('Disconnect');
    await visitor.picture('disconnect');
    await sure.getByRole('button', { name: 'Disconnect', exact: true }).click();
    const gone = visitor.window('Disconnected');
    await gone.waitFor(VERIFIED);
    await visitor.picture('disconnected');
    await gone.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'More actions for Production' }).waitFor({ state: 'detached' });
    expect(await page.getByRole('main').textContent()).toContain('Customer');
  });

  it('never made the browser complain', () => {
    expect(visitor.complaints).toEqual([]);
  });
});

describe('rekey sandbox', () => {
  it('prints one line, leaves nothing behind and exits with 0 on SIGTERM', async () => {
    const root = new URL('../../', import.meta.url).pathname;
    const child = spawn(process.execPath, ['bin/rekey.js', 'sandbox', '--port', '0'], { cwd: root });
    let out = '';
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    await once(child.stdout, 'data');
    expect(out).toMatch(/^Sandbox ready: http:\/\/127\.0\.0\.1:\d+\/\n$/);
    const folder = dirname(/log: (\S+)/.exec(err)?.[1] ?? '/missing/log');
    expect(existsSync(folder)).toBe(true);
    const answer = await fetch(out.replace('Sandbox ready: ', '').trim());
    expect(answer.status).toBe(200);
    const closed = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
    expect(existsSync(folder)).toBe(false);
    expect(out.trim().split('\n')).toHaveLength(1);
  });
});
