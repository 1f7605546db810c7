import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { bundled } from './bundle.ts';
import type { Scene } from './rekey.ts';

const START_MS = 30_000;

/** Rekey in another process, by the production start, between the stand-ins of this one. */
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
  static async start(scene: Scene, changes: Readonly<Record<string, string>> = {}): Promise<RekeyChild> {
    const child = new RekeyChild(
      spawn(process.execPath, [(await bundled()).rekey, 'start'], {
        env: { ...scene.environment, ...changes },
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
