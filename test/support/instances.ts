import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundled } from './bundle.ts';
import type { Scene } from './rekey.ts';

/** A busy machine takes its time; what a test measures begins when it is ready. */
const START_MS = 150_000;
/** So little that what is never let go of is noticed within a soak. */
const SMALL_HEAP = ['--max-semi-space-size=4', '--max-old-space-size=160'];

/** One of several instances of Rekey on one database, in a process of its own with short leases. */
export class Instance {
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

  /** Starts it and waits until it says that it is ready. Whom Slack asks is not changed. */
  static async start(scene: Scene, changes: Readonly<Record<string, string>> = {}): Promise<Instance> {
    const environment = { ...scene.environment, LOG_LEVEL: 'info', REKEY_OPS_PORT: '0', ...changes };
    const instance = new Instance(
      spawn(process.execPath, [...SMALL_HEAP, (await bundled()).hurried], {
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    const until = Date.now() + START_MS;
    while (instance.#ready() === null) {
      if (!instance.alive || Date.now() > until) {
        instance.#process.kill('SIGKILL');
        throw new Error(`The instance did not start:\n${instance.output.slice(-4_000)}`);
      }
      await sleep(20);
    }
    return instance;
  }

  get alive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Where it takes requests; null in Socket Mode. */
  get httpUrl(): string | null {
    return this.#ready()?.httpUrl ?? null;
  }

  /** How often it wrote a line with these words. */
  count(words: string): number {
    return this.output.split(words).length - 1;
  }

  /** Its resident memory, from Linux's /proc; MB. */
  residentMb(): number {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1_024;
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

  /** SIGSTOP: it stands still, its connections stay open. */
  pause(): void {
    this.#process.kill('SIGSTOP');
  }

  resume(): void {
    this.#process.kill('SIGCONT');
  }

  #ready(): { readonly httpUrl: string | null } | null {
    const line = this.output.split('\n').find((each) => each.includes('"Rekey is ready"'));
    return line?.endsWith('}') === true ? (JSON.parse(line) as { httpUrl: string | null }) : null;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (!this.alive) return;
    const ended = once(this.#process, 'close');
    this.#process.kill(signal);
    await ended;
  }
}
