import { mkdirSync } from 'node:fs';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';

const ARTIFACTS = new URL('../artifacts/', import.meta.url).pathname;

/** Chromium as CI has it, kept from calling home. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** The sandbox page as a visitor uses it: everything is found by its label or its words. */
export class Visitor {
  readonly page: Page;
  /** Errors and warnings of the browser's console, and uncaught ones. */
  readonly complaints: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    // The machine may be busy with other suites.
    page.setDefaultTimeout(60_000);
    mkdirSync(ARTIFACTS, { recursive: true });
  }

  /** The window in front, by its title. */
  window(title: string): Locator {
    return this.page.getByRole('dialog', { name: title, exact: true });
  }

  async become(name: string): Promise<void> {
    const menu = this.page.getByLabel('You are');
    const options = await menu.locator('option').allTextContents();
    const option = options.find((each) => each.startsWith(name));
    if (option === undefined) throw new Error(`Nobody is called ${name}: ${options.join(', ')}`);
    await menu.selectOption({ label: option });
  }

  async openHome(): Promise<void> {
    await this.page.getByRole('button', { name: 'Rekey', exact: true }).click();
    await this.page.getByRole('tab', { name: 'Home' }).click();
  }

  /** Opens the sandbox at its first page. A machine with much to do may lose a visit to Home: then as a person, again. */
  async arrive(url: string): Promise<void> {
    await again(async (timeout) => {
      await this.page.goto(url);
      await this.page.getByText('No AWS account is connected yet.').waitFor({ timeout });
    });
  }

  /** The window a command opens; typed again when Slack's three seconds were over first. */
  async windowOf(channel: string, line: string, title: string): Promise<Locator> {
    await again(async (timeout) => {
      await this.page.keyboard.press('Escape');
      await this.type(channel, line);
      await this.window(title).waitFor({ timeout });
    });
    return this.window(title);
  }

  /** Types a line into the message box of a channel and presses Enter. */
  async type(channel: string, line: string): Promise<void> {
    await this.page.getByRole('navigation').getByRole('button', { name: channel }).click();
    const box = this.page.getByLabel('Message', { exact: true });
    await box.fill(line);
    await box.press('Enter');
  }

  /** Chooses from the menu of a connection's card. */
  async chooseFor(connection: string, choice: string): Promise<void> {
    await this.page.getByRole('button', { name: `More actions for ${connection}` }).click();
    await this.page.getByRole('menuitem', { name: choice }).click();
  }

  /** Reads the clipboard after pressing a copy button of a sample key. */
  async copied(key: string, button: string): Promise<string> {
    await this.page
      .getByRole('article', { name: key, exact: true })
      .getByRole('button', { name: button })
      .click();
    return this.clipboard();
  }

  clipboard(): Promise<string> {
    return this.page.evaluate<string>('navigator.clipboard.readText()');
  }

  /** Chooses the method Access key and pastes a sample key. */
  async pasteKey(window: Locator, key: string): Promise<void> {
    const accessKeyId = await this.copied(key, 'Copy access key ID');
    const secret = await this.copied(key, 'Copy secret access key');
    await window.getByLabel('Access key', { exact: true }).check();
    await window.getByLabel('Access key ID').fill(accessKeyId);
    await window.getByLabel('Secret access key').fill(secret);
  }

  /** Keeps a picture to look at. */
  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: `${ARTIFACTS}sandbox-${name}.png` });
  }
}

/** Tries three times, half a minute each. */
async function again(act: (timeoutMs: number) => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await act(30_000);
      return;
    } catch (error) {
      if (tries === 3) throw error;
    }
  }
}
