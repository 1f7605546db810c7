import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** How long a process may take to say it is ready; ms. */
const READY_MS = 60_000;

const alive = new Set<ChildProcess>();
// A bench that fails or is stopped leaves nothing running.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** A process of its own, so that what is measured and what measures do not share an event loop. */
export class Measured {
  /** All it wrote. */
  output = '';
  /** From its start to the line that said it was ready; ms. */
  readyMs = 0;
  readonly #child: ChildProcess;
  readonly #began = performance.now();

  private constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
  }

  /** Runs a script of Node.js and waits for a line of its output with these words. */
  static async start(
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
    words: string,
  ): Promise<Measured> {
    const child = spawn(process.execPath, [...args], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    alive.add(child);
    child.once('exit', () => alive.delete(child));
    const started = new Measured(child);
    await started.#line(words);
    return started;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('The process did not start');
    return this.#child.pid;
  }

  /** The line with these words. */
  line(words: string): string {
    return this.output.split('\n').find((each) => each.includes(words)) ?? '';
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #line(words: string): Promise<void> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), READY_MS);
    await new Promise<void>((resolve, reject) => {
      this.#child.stdout?.on('data', () => {
        if (!this.output.includes(words)) return;
        if (this.readyMs === 0) this.readyMs = performance.now() - this.#began;
        resolve();
      });
      this.#child.once('exit', () => reject(new Error(`It ended before it was ready:\n${this.output}`)));
    }).finally(() => clearTimeout(timer));
  }
}

/** A worker in a process of its own that answers questions: one at a time, in order. */
export class Worker<Question, Answer> {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts a script of bench/workers. */
  static start<Question, Answer>(
    name: string,
    args: readonly string[] = [],
    nodeOptions: readonly string[] = [],
  ): Worker<Question, Answer> {
    const path = fileURLToPath(new URL(`./workers/${name}.ts`, import.meta.url));
    const execArgv = [...process.execArgv, ...nodeOptions];
    return new Worker(fork(path, [...args], { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }));
  }

  async ask(question: Question): Promise<Answer> {
    const ended = new AbortController();
    const gone = once(this.#child, 'exit', { signal: ended.signal }).then(() => {
      throw new Error('A worker of the bench ended early');
    });
    const answer = once(this.#child, 'message', { signal: ended.signal });
    try {
      this.#child.send(question as object);
      const [message] = (await Promise.race([answer, gone])) as [Answer];
      return message;
    } finally {
      ended.abort();
      await Promise.allSettled([answer, gone]);
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
