import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Scene } from './rekey.ts';

const START_MS = 30_000;

/** How a child process is started. */
export interface ChildOptions {
  /** How far ahead its clock is; ms. */
  readonly aheadMs?: number;
  /** `npm start`'s own entry, whose clock is the machine's. */
  readonly entry?: 'bin';
  readonly changes?: Readonly<Record<string, string>>;
}

/** Rekey in another process, between the stand-ins of this one. */
export class RekeyChild {
  /** All it wrote to its standard output and error. */
  output = '';
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
    for (const stream of [process.stdout, process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  /** Starts it and waits until Slack can reach it. */
  static async start(scene: Scene, options: ChildOptions = {}): Promise<RekeyChild> {
    const file = options.entry === 'bin' ? '../../bin/rekey.js' : './rekey-child.ts';
    const path = fileURLToPath(new URL(file, import.meta.url));
    const child = new RekeyChild(
      spawn(process.execPath, [path, ...(options.entry === 'bin' ? ['start'] : [])], {
        env: {
          ...scene.environment,
          REKEY_TEST_AHEAD_MS: String(options.aheadMs ?? 0),
          ...options.changes,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    const ready = await child.#line('Rekey is ready');
    const { httpUrl } = JSON.parse(ready) as { httpUrl: string | null };
    if (httpUrl === null) {
      scene.slack.useSocketMode();
      await scene.slack.sockets.connected();
    } else {
      scene.slack.useHttp(httpUrl);
    }
    return child;
  }

  /** SIGKILL: nothing of it runs any more when this returns. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** SIGTERM; its exit code, or null when a signal ended it. */
  async terminate(): Promise<number | null> {
    await this.#end('SIGTERM');
    return this.#process.exitCode;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null) return;
    const ended = once(this.#process, 'close');
    this.#process.kill(signal);
    await ended;
  }

  async #line(words: string): Promise<string> {
    const until = Date.now() + START_MS;
    for (;;) {
      const found = this.output.split('\n').find((line) => line.includes(words) && line.endsWith('}'));
      if (found !== undefined) return found;
      if (this.#process.exitCode !== null || Date.now() > until) {
        this.#process.kill('SIGKILL');
        throw new Error(`Rekey did not start:\n${this.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
