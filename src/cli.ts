import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { isUsageError } from './cli/usage-error.ts';
import type { Environment } from './config.ts';
import { RekeyError } from './errors.ts';
import { maskText } from './log/mask.ts';

export { UsageError } from './cli/usage-error.ts';

/** Where the command line reads and prints. */
export interface Terminal {
  readonly env: Environment;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Resolves once what was printed was taken: whoever prints much waits for it now and then, or has it all in memory. */
  readonly taken?: () => Promise<void>;
}

/** One subcommand. Its modules are loaded when it runs, so that help and mistakes need none of them. */
export interface Subcommand {
  /** The arguments it takes, as its usage line shows them. */
  readonly takes: string;
  readonly summary: string;
  /** What --help adds, in lines of their own. */
  readonly details: readonly string[];
  /** Throws a usage error for wrong arguments, anything else for a failure; resolves when it is done. */
  run(args: readonly string[], terminal: Terminal): Promise<void>;
}

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  start: {
    takes: '',
    summary: 'run Rekey for real: Socket Mode when SLACK_APP_TOKEN is set, else HTTP',
    details: ['Settings come from environment variables; README.md lists them. SIGTERM stops it cleanly.'],
    async run(args, { env }) {
      parseArgs({ args: [...args] });
      const { start } = await import('./main.ts');
      await start(env);
    },
  },
  sandbox: {
    takes: '[--port N]',
    summary: 'try Rekey in a browser against local AWS and Slack stand-ins; needs no tokens',
    details: ['Prints "Sandbox ready: URL". Its state is in a temporary folder and gone afterwards.'],
    async run(args) {
      const sandbox = await exported<(args: readonly string[]) => Promise<void>>(
        '../sandbox/main.ts',
        'sandbox',
      );
      await sandbox(args);
    },
  },
  doctor: {
    takes: '[--no-connections]',
    summary: 'check configuration, Slack, AWS, the database and every connection, and say what to mend',
    details: [
      'Changes nothing, and runs beside a running Rekey. --no-connections leaves the connections unchecked.',
      'Exits with 1 when something failed; warnings alone are 0.',
    ],
    async run(args, terminal) {
      const { doctor } = await import('./doctor.ts');
      await doctor(args, terminal);
    },
  },
  manifest: {
    takes: '[--http URL] [--with channel-watch]',
    summary: 'print the manifest of the Slack app',
    details: [
      'For Socket Mode; with --http, for signed HTTP requests to URL. --with channel-watch adds the scopes and',
      'events for finding access keys in channels.',
    ],
    async run(args, { out }) {
      const { printManifest } = await import('./manifest.ts');
      out(printManifest(args));
    },
  },
  contain: {
    takes: 'KEY --reason TEXT [--planned] [--hold]',
    summary: 'shut an access key off without Slack: make it Inactive, deny its user, and read both back',
    details: [
      'KEY is an access key ID, also inside other text. --planned makes the key Inactive and denies nobody.',
      'A Rekey that runs on the same database holds it for 30 minutes and tells Slack; without one, --hold',
      'does from here. Settings are those of npm start, but for Slack’s. Undo and Recover are in Slack.',
      'Exits with 1 when IAM does not confirm all of it.',
    ],
    async run(args, terminal) {
      const { contain } = await import('./contain-command.ts');
      await contain(args, terminal);
    },
  },
  audit: {
    takes: 'verify [--head H] [--since T] | export [--since T]',
    summary: 'check that no audit entry was changed or removed, or print the entries as JSON lines',
    details: [
      'H is a head as posted in the alert channel, such as 1234:ab12cd34. T is a day or time (2026-11-23,',
      '2026-11-23T14:00Z) or so long ago (12h, 7d, 2w). Both run beside a running Rekey.',
    ],
    async run(args, terminal) {
      const { audit } = await import('./audit-command.ts');
      await audit(args, terminal);
    },
  },
  replay: {
    takes: '[--learn PATH]... [--json] PATH...',
    summary: 'judge CloudTrail records in files or folders, and print the signals',
    details: [
      'Reads what a trail writes, JSON lines, and the output of LookupEvents, each also packed (.gz).',
      '--learn takes records as normal, without signals. --json prints one object a line.',
      'The summary, and records that could not be read, are on standard error.',
    ],
    async run(args, terminal) {
      const { replayCommand } = await import('./replay-command.ts');
      await replayCommand(args, terminal);
    },
  },
  bench: {
    takes: '[--short] [--only NAME]... [--json FILE] [--most RECORDS]',
    summary: 'measure Rekey beside a bare Bolt app and write the figures to bench/results.json',
    details: ['--short runs each bench once, to see that it runs. NAME: docs/bench.md lists them.'],
    async run(args, terminal) {
      const bench = await exported<(args: readonly string[], terminal: Terminal) => Promise<void>>(
        '../bench/main.ts',
        'bench',
      );
      await bench(args, terminal);
    },
  },
};

/**
 * Runs one subcommand and resolves to the exit code: 0, 2 for bad usage, 1 for a failure. Errors are a line and a
 * hint on standard error. Never rejects.
 */
export async function runCli(
  args: readonly string[],
  env: Environment,
  terminal: Terminal = processTerminal(env),
  subcommands: Readonly<Record<string, Subcommand>> = SUBCOMMANDS,
): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const print = name === undefined ? terminal.err : terminal.out;
    print(overview(subcommands));
    return name === undefined ? 2 : 0;
  }
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (subcommand === undefined) {
    const known = Object.keys(subcommands).join(', ');
    complain(terminal, `there is no subcommand ${JSON.stringify(maskText(name))}`, `one of: ${known}`);
    return 2;
  }
  if (asksForHelp(rest)) {
    terminal.out(usage(name, subcommand));
    return 0;
  }
  try {
    await subcommand.run(rest, terminal);
    return 0;
  } catch (error) {
    return fail(terminal, `rekey ${name}`, error);
  }
}

function processTerminal(env: Environment): Terminal {
  return {
    env,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    async taken() {
      if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
    },
  };
}

/** A function that a module outside of `src` exports; the bundle for production goes without those. */
async function exported<Run>(path: string, name: string): Promise<Run> {
  if (!existsSync(new URL(path, import.meta.url))) {
    throw new RekeyError('not_found', `This Rekey is the bundle for production; the ${name} is not in it.`, {
      next: 'Run this in a checkout of Rekey.',
    });
  }
  const module = (await import(path)) as Readonly<Record<string, unknown>>;
  const value = module[name];
  if (typeof value !== 'function') throw new TypeError(`${path} does not export ${name}()`);
  return value as Run;
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === '--help' || arg === '-h');
}

function overview(subcommands: Readonly<Record<string, Subcommand>>): string {
  const width = Math.max(...Object.keys(subcommands).map((name) => name.length));
  const lines = Object.entries(subcommands).map(
    ([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`,
  );
  return ['Usage: rekey SUBCOMMAND [--help]', '', ...lines, ''].join('\n');
}

function usage(name: string, { takes, summary, details }: Subcommand): string {
  const line = `Usage: rekey ${name} ${takes}`.trimEnd();
  return [line, '', `  ${summary}`, ...details.map((detail) => `  ${detail}`), ''].join('\n');
}

function fail(terminal: Terminal, program: string, error: unknown): number {
  if (isUsageError(error)) {
    const next = error instanceof RekeyError ? error.next : undefined;
    complain(terminal, firstLine(error.message), next ?? `${program} --help`);
    return 2;
  }
  if (error instanceof RekeyError) {
    complain(terminal, error.message, error.next ?? `${program} --help`);
    return 1;
  }
  const message =
    error instanceof Error ? `${error.name}: ${error.message}` : 'something was thrown that is no error';
  complain(terminal, firstLine(message), 'this is a defect in Rekey; please report it with what you did');
  return 1;
}

function complain(terminal: Terminal, message: string, hint: string): void {
  terminal.err(`rekey: ${maskText(message)}\nhint: ${maskText(hint)}\n`);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
