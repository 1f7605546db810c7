import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot, WireFile } from '../../sandbox/page/wire.ts';
import { LEFT } from '../support/attack-logs.ts';
import { launchChromium, Visitor } from './sandbox-page.ts';

const corpus = process.env['REKEY_CORPUS'] ?? '';
const SLOW = { timeout: 120_000 };
/** AWS allows two look-ups a second in a region, and sixteen attacks are looked into. */
const GATHER_MS = 900_000;
const ASK_AGAIN_MS = 120_000;
const ADMIN = 'U0ADA';

interface Bundle {
  readonly subject: { readonly subjects: readonly string[] };
  readonly coverage: { readonly gaps: readonly string[] };
  readonly evidence: { readonly items: readonly { readonly says: string }[] };
}

/** The long-term key that made most of the calls of a log. */
function busiestKey(log: string): string {
  const ids = log.split('\n').flatMap((line) => {
    const record = JSON.parse(line === '' ? '{}' : line) as { userIdentity?: { accessKeyId?: string } };
    const id = record.userIdentity?.accessKeyId ?? '';
    return id.startsWith('AKIA') ? [id] : [];
  });
  const [busiest] = [...Map.groupBy(ids, (id) => id)].toSorted(
    ([, one], [, other]) => other.length - one.length,
  );
  return busiest?.[0] ?? '';
}

/** `npm run sandbox`, as a process of its own. */
class SandboxProcess {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, url: string) {
    this.#process = process;
    this.url = url;
  }

  static async start(): Promise<SandboxProcess> {
    const bin = new URL('../../bin/rekey.js', import.meta.url).pathname;
    const child = spawn(process.execPath, [bin, 'sandbox', '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    for await (const chunk of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
      out += chunk;
      const url = /Sandbox ready: (\S+)/.exec(out)?.[1];
      if (url !== undefined) return new SandboxProcess(child, url);
    }
    throw new Error(`The sandbox did not start: ${out}`);
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }

  /** What a person's client shows now. */
  async shown(as: string): Promise<Snapshot> {
    const stop = new AbortController();
    const response = await fetch(`${this.url}events?as=${as}`, { signal: stop.signal });
    let text = '';
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        const data = /^data: (.*)\n\n/m.exec(text)?.[1];
        if (data !== undefined) return JSON.parse(data) as Snapshot;
      }
    } finally {
      stop.abort();
    }
    throw new Error('The sandbox shows nothing');
  }

  /** The bundles that came to a person, by the key they are about. */
  async bundles(as: string, known: Map<string, Bundle>): Promise<Map<string, Bundle>> {
    const { channels } = await this.shown(as);
    const files = channels.flatMap(({ messages }) =>
      messages.flatMap((message): readonly WireFile[] => message.files),
    );
    for (const { id } of files.filter((file) => file.name.endsWith('.json.gz'))) {
      if (known.has(id)) continue;
      const response = await fetch(`${this.url}file/${id}`);
      const bundle = JSON.parse(gunzipSync(await response.bytes()).toString('utf8')) as Bundle;
      known.set(id, bundle);
    }
    return new Map([...known.values()].flatMap((each) => each.subject.subjects.map((key) => [key, each])));
  }
}

/** Real attacks, replayed into the sandbox as it is started for visitors: what its evidence names, in its Slack. */
describe.runIf(corpus !== '')('the evidence of attacks in a running sandbox', { timeout: GATHER_MS }, () => {
  let sandbox: SandboxProcess;
  let browser: Browser;
  let visitor: Visitor;
  /** The key that each attack was made with. */
  const keys = new Map<string, string>();

  beforeAll(async () => {
    sandbox = await SandboxProcess.start();
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

  it('connects the account, and learns', async () => {
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
    await expect
      .poll(async () => {
        await visitor.openHome();
        await page.waitForTimeout(500);
        return page.getByText(/Watched: complete to/).count();
      }, SLOW)
      .toBeGreaterThan(0);
  });

  it('takes each log, and tells incidents of their keys', async () => {
    const { page } = visitor;
    const files = readdirSync(join(corpus, 'stratus')).filter(
      (file) => LEFT[file.replace(/^aws\.|\.jsonl$/g, '')] !== undefined,
    );
    expect(files).toHaveLength(Object.keys(LEFT).length);
    await page.getByRole('heading', { name: 'A log of an attack' }).click();
    for (const file of files) {
      const path = join(corpus, 'stratus', file);
      await page.getByLabel('CloudTrail records').setInputFiles(path);
      await page.getByRole('button', { name: 'Replay it' }).click();
      await page.getByText(`${file} was replayed`).waitFor();
      keys.set(file.replace(/^aws\.|\.jsonl$/g, ''), busiestKey(readFileSync(path, 'utf8')));
    }
    expect(new Set(keys.values()).size).toBe(files.length);
    await page.getByRole('button', { name: /^The clock:/ }).click();
    await page.getByRole('button', { name: '1 hour later' }).click();
    await page.keyboard.press('Escape');
    const told = async (): Promise<string[]> => {
      const { channels } = await sandbox.shown(ADMIN);
      const text = JSON.stringify(channels.find(({ name }) => name === 'aws-alerts')?.messages);
      return [...keys].flatMap(([name, key]) => (text.includes(key) ? [] : [name]));
    };
    await expect.poll(told, { timeout: 300_000, interval: 2_000 }).toEqual([]);
  });

  it('names what each of them left, in the files and in the thread', async () => {
    const known = new Map<string, Bundle>();
    let askedAt = 0;
    const missing = async (): Promise<string[]> => {
      const there = await sandbox.bundles(ADMIN, known);
      const left = [...keys].filter(([, key]) => !there.has(key));
      // On a machine with much to do Slack may give up waiting for an answer: a visitor asks again.
      if (Date.now() - askedAt > ASK_AGAIN_MS) {
        for (const [, key] of left) await visitor.type('aws-alerts', `/aws-incidents evidence ${key}`);
        askedAt = Date.now();
      }
      return left.map(([name]) => name);
    };
    await expect.poll(missing, { timeout: GATHER_MS - 60_000, interval: 5_000 }).toEqual([]);
    const bundles = await sandbox.bundles(ADMIN, known);
    const missed = [...keys].flatMap(([name, key]) => {
      const said = bundles.get(key)?.evidence.items.map(({ says }) => says) ?? [];
      return (LEFT[name] ?? []).flatMap((each) =>
        said.some((line) => each.test(line)) ? [] : [`${name}: ${each.source}`],
      );
    });
    expect(missed).toEqual([]);
    // Nobody else asks this account: what was read is complete.
    expect([...bundles.values()].flatMap(({ coverage }) => coverage.gaps)).toEqual([]);
    const { page } = visitor;
    const thread = page.locator('article.message').filter({ hasText: 'SHA-256 of what is in' });
    await expect.poll(() => thread.count(), SLOW).toBeGreaterThan(0);
    const backdoor = thread.filter({ hasText: keys.get('persistence.iam-backdoor-user') ?? '' }).last();
    await backdoor.scrollIntoViewIfNeeded();
    expect(await backdoor.textContent()).toMatch(/Access key .*AKIA.+ was made for user/);
    await visitor.picture('evidence-of-an-attack');
    expect(visitor.complaints).toEqual([]);
  });
});
