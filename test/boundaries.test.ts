import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  importsOutside,
  isIn,
  layerViolations,
  lengthViolations,
  nameViolations,
  packageViolations,
  textViolations,
} from './boundaries/check.ts';
import type { Files, Layers, PackageRule, TextRule } from './boundaries/check.ts';
import { scan } from './boundaries/scan.ts';

/**
 * The import table of DESIGN section 3, the lowest row first. A file imports its own group and the rows above its
 * own in this table; groups of one row do not import each other.
 */
const LAYERS: Layers = [
  { domain: ['src/domain/', 'src/errors.ts'] },
  // src/jobs/table.ts is a port too: what the jobs on SQLite ask of db.
  { ports: ['src/ports/', 'src/ports.ts', 'src/jobs/table.ts'] },
  // The way to URLs that people typed, and questions to CloudTrail: what lies below builds on both.
  { outward: ['src/outward/'], trail: ['src/trail/'] },
  {
    verification: ['src/verification/'],
    audit: ['src/audit/'],
    // What reports and lists of AWS say about keys, worked out without asking; the poller and the bench use it.
    inventory: ['src/inventory/'],
    rotation: ['src/rotation/'],
    detections: ['src/detections/'],
    // What a message of Slack gives away.
    leaks: ['src/leaks/'],
    destinations: ['src/destinations/'],
  },
  // What to read of CloudTrail, and how events become signals beside the event loop.
  // What the records of a key show, worked out without asking.
  { watch: ['src/watch/'], evidence: ['src/evidence/'] },
  { handlers: ['src/handlers/'] },
  { blocks: ['src/slack/blocks/'] },
  {
    commands: ['commands/'],
    pollers: ['src/pollers/'],
    aws: ['src/aws/'],
    slack: ['src/slack/'],
    paging: ['src/paging/'],
    enrichment: ['src/enrichment/'],
    replay: ['src/replay/'],
    crypto: ['src/crypto/'],
    jobs: ['src/jobs/'],
    instances: ['src/instances/'],
    ops: ['src/ops/'],
    db: ['db/'],
    clock: ['src/clock.ts'],
    config: ['src/config.ts', 'src/config/'],
    log: ['src/log.ts', 'src/log/'],
    usage: ['src/cli/'],
  },
  // What main is put together from lies beside it.
  { main: ['src/*.ts', 'src/doctor/'] },
  { sandbox: ['sandbox/'] },
  { cli: ['src/cli.ts'] },
];

/** The few imports inside a row: the configuration parses master keys and knows the log levels. */
const SIDEWAYS = [
  ['config', 'crypto'],
  ['config', 'log'],
] as const;

const PACKAGES: readonly PackageRule[] = [
  { packages: /^drizzle-orm(?:\/|$)/, only: ['db/'] },
  { packages: /^@(?:aws-sdk|smithy)\//, only: ['src/aws/', 'src/destinations/'] },
  {
    packages: /^@slack\/bolt$/,
    only: ['src/main.ts', 'src/reception.ts'],
    types: ['commands/', 'src/slack/', 'src/log.ts', 'src/log/'],
  },
  { packages: /^pino(?:\/|$)/, only: ['src/log.ts'] },
  { packages: /^prom-client$/, only: ['src/ops/'] },
];

const SHIPPED = ['src/', 'commands/', 'db/', 'sandbox/'];
const CORE = ['src/', 'commands/', 'db/'];
const PURE = [
  'src/domain/',
  'src/trail/',
  'src/destinations/',
  'src/verification/',
  'src/audit/',
  'src/inventory/',
  'src/rotation/',
  'src/detections/',
  'src/leaks/',
  'src/watch/',
  'src/evidence/',
  'src/handlers/',
  'commands/',
];
const EVERYTHING = [...SHIPPED, 'test/', 'bench/'];

const TEXTS: readonly TextRule[] = [
  {
    name: 'reads the environment',
    pattern: /\bprocess\.env\b/,
    in: SHIPPED,
    except: ['src/config.ts', 'sandbox/environment.ts'],
  },
  {
    name: 'takes the time or chance from the system',
    pattern: /\bDate\.now\b|\bnew Date\(\s*\)|\bnew Date\b(?!\()|\bDate\(\)|\bMath\.random\b/,
    in: CORE,
    except: ['src/main.ts', 'src/clock.ts'],
  },
  {
    name: 'waits or measures by itself',
    pattern: /\bset(?:Timeout|Interval|Immediate)\b|\bperformance\.now\b/,
    in: PURE,
  },
  {
    name: 'makes a proof that a key may be deleted',
    pattern: /\bas (?:unknown as )?DeleteProof\b/,
    in: EVERYTHING,
    except: ['src/rotation/proof.ts'],
  },
  { name: 'writes to the console', pattern: /\bconsole\s*\./, in: CORE },
  { name: 'gives up its types', pattern: /\bas any\b/, in: EVERYTHING },
  { name: 'is switched off or alone', pattern: /\.(?:only|skip)\s*\(/, in: EVERYTHING },
  // In two parts, so that this line is none itself.
  {
    name: 'is unfinished',
    pattern: new RegExp(String.raw`\b(?:TO${'DO'}|FIX${'ME'}|XX${'X'})\b`),
    in: EVERYTHING,
    raw: true,
  },
];

const MAX_LINES = 300;
const MEASURED = [...SHIPPED, 'test/support/'];
const NAMES_THAT_SAY_NOTHING = ['utils', 'util', 'helpers', 'helper', 'common', 'types', 'misc', 'shared'];

/** Written by tools, not by us. */
const GENERATED = ['db/migrations/'];

const ROOT = join(import.meta.dirname, '..');

function readTree(folders: readonly string[]): Files {
  const files = new Map<string, string>();
  for (const folder of folders.filter((name) => existsSync(join(ROOT, name)))) {
    for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
        .slice(ROOT.length + 1)
        .replaceAll('\\', '/');
      const isOurs = entry.isFile() && /\.tsx?$/.test(path) && !path.includes('node_modules/');
      if (isOurs && !isIn(path, GENERATED)) files.set(path, readFileSync(join(ROOT, path), 'utf8'));
    }
  }
  return files;
}

const everything = readTree(EVERYTHING);
const shipped: Files = new Map([...everything].filter(([path]) => isIn(path, SHIPPED)));

describe('the source tree', () => {
  test('is found', () => {
    expect(shipped.size).toBeGreaterThan(50);
    expect(shipped.has('src/config.ts')).toBe(true);
  });

  test('imports one way', () => {
    // The command line starts the roots by name: it loads each only when it is asked for.
    const found = layerViolations(shipped, LAYERS, SIDEWAYS);
    expect(found.filter((line) => !/^src\/cli\.ts:\d+ imports something computed/.test(line))).toEqual([]);
  });

  test('uses each outside library in its own place', () => {
    expect(packageViolations(shipped, PACKAGES)).toEqual([]);
  });

  test('keeps the domain free of everything else', () => {
    expect(importsOutside(shipped, 'src/domain/', ['src/errors.ts'])).toEqual([]);
    expect(importsOutside(shipped, 'src/errors.ts', [])).toEqual([]);
  });

  test('builds Slack blocks from plain values', () => {
    const allowed = ['src/domain/', 'src/errors.ts', 'src/ports/'];
    expect(importsOutside(shipped, 'src/slack/blocks/', allowed, /^@slack\/types$/)).toEqual([]);
  });

  test('reads no clock, chance, environment or console out of place, and leaves nothing unfinished', () => {
    expect(textViolations(everything, TEXTS)).toEqual([]);
  });

  test(`has no file of more than ${MAX_LINES} lines`, () => {
    expect(lengthViolations(everything, MEASURED, MAX_LINES)).toEqual([]);
  });

  test('has no file whose name says nothing', () => {
    expect(nameViolations(everything, NAMES_THAT_SAY_NOTHING)).toEqual([]);
  });
});

describe('the checks themselves', () => {
  function sources(files: Record<string, string>): Files {
    return new Map(Object.entries(files));
  }

  function layersOf(path: string, text: string): string[] {
    return layerViolations(sources({ [path]: text }), LAYERS, SIDEWAYS);
  }

  test.each([
    ['src/handlers/a.ts', "import { x } from '../../commands/x.ts';"],
    ['src/handlers/a.ts', "import type { X } from '../aws/x.ts';"],
    ['src/domain/a.ts', "export * from '../ports/x.ts';"],
    ['src/rotation/a.ts', "import '../detections/x.ts';"],
    ['src/aws/a.ts', "const x = await import('../slack/x.ts');"],
    ['db/a.ts', 'import {\n  x,\n  type Y,\n} from "../src/crypto/x.ts";'],
    ['commands/a.ts', "import * as x from '../src/main.ts';"],
    ['src/main.ts', "import { x } from './cli.ts';"],
    ['src/crypto/a.ts', "export { x } from '../config.ts';"],
    ['src/slack/blocks/a.ts', "type X = import('../notifier.ts').X;"],
    ['src/surprise/a.ts', 'export const x = 1;'],
    ['src/aws/a.ts', "import { x } from '../surprise/a.ts';"],
    ['src/aws/a.ts', "import { x } from '../version.ts';"],
    ['src/aws/a.ts', 'await import(name);'],
  ])('find what %s may not import: %s', (path, text) => {
    expect(layersOf(path, text)).toHaveLength(1);
  });

  test.each([
    ['src/main.ts', "import { x } from '../commands/index.ts'; import { y } from '../db/open.ts';"],
    ['commands/a.ts', "import { x } from '../src/slack/blocks/x.ts'; import { y } from './modals/y.ts';"],
    ['src/config.ts', "import { x } from './crypto/x.ts'; import { y } from './log/levels.ts';"],
    ['src/aws/a.ts', "// import { x } from '../slack/x.ts';\n/* import '../slack/x.ts' */"],
    ['src/aws/a.ts', 'const text = "import { x } from \'../slack/x.ts\'";'],
    ['src/aws/a.ts', "const text = `import { x } from '../slack/x.ts' ${y} import('../slack/x.ts')`;"],
    ['src/aws/a.ts', "const quote = /['\"`]/.test(x); import { y } from './y.ts';"],
  ])('let %s import what it may: %s', (path, text) => {
    expect(layersOf(path, text)).toEqual([]);
  });

  test('see imports after texts that try to hide them', () => {
    const text = [
      "const a = 'it\\'s'; const b = `x ${ { c: `y ${'}'}` }.c } z`;",
      'const ratio = a / b / c; const d = list.map((x) => /[/\'"]\\/*/g.exec(x));',
      "import { hidden } from '../slack/hidden.ts'; // '",
    ].join('\n');
    expect(scan(text).imports).toEqual([{ specifier: '../slack/hidden.ts', typeOnly: false, line: 3 }]);
  });

  test('tell types from values', () => {
    const types = ["import type { A } from 'x';", "export type { A } from 'x';", "import type A from 'x';"];
    const values = [
      "import { type A } from 'x';",
      "import type from 'x';",
      "export { A } from 'x';",
      "import 'x';",
    ];
    expect(types.map((text) => scan(text).imports.map(({ typeOnly }) => typeOnly))).toEqual([
      [true],
      [true],
      [true],
    ]);
    expect(values.map((text) => scan(text).imports.map(({ typeOnly }) => typeOnly))).toEqual([
      [false],
      [false],
      [false],
      [false],
    ]);
  });

  test.each([
    ['src/handlers/a.ts', "import { eq } from 'drizzle-orm';"],
    ['src/jobs/a.ts', "import { sql } from 'drizzle-orm/pg-core';"],
    ['commands/a.ts', "import { App } from '@slack/bolt';"],
    ['src/handlers/a.ts', "import type { App } from '@slack/bolt';"],
    ['sandbox/a.ts', "import { IAMClient } from '@aws-sdk/client-iam';"],
    ['src/aws/a.ts', "import { pino } from 'pino';"],
  ])('find a library out of place in %s: %s', (path, text) => {
    expect(packageViolations(sources({ [path]: text }), PACKAGES)).toHaveLength(1);
  });

  test('let libraries be where they belong', () => {
    const files = sources({
      'db/a.ts': "import { eq } from 'drizzle-orm';",
      'commands/a.ts': "import type { App } from '@slack/bolt';",
      'src/main.ts': "import { App } from '@slack/bolt';",
      'src/aws/a.ts': "import { IAMClient } from '@aws-sdk/client-iam';",
    });
    expect(packageViolations(files, PACKAGES)).toEqual([]);
  });

  test.each([
    ['src/aws/a.ts', 'const home = process.env.HOME;'],
    ['src/aws/a.ts', 'const at = Date.now();'],
    ['commands/a.ts', 'const at = new Date( );'],
    ['src/domain/a.ts', 'const x = Math.random();'],
    ['src/handlers/a.ts', 'setTimeout(run, 10);'],
    ['db/a.ts', 'console.log(1);'],
    ['test/a.test.ts', 'const x = y as any;'],
    ['test/a.test.ts', "test.only('x', run);"],
    ['test/a.test.ts', "describe.skip('x', run);"],
    ['sandbox/a.ts', `// ${['TO', 'DO'].join('')}: later`],
  ])('find in %s: %s', (path, text) => {
    expect(textViolations(sources({ [path]: text }), TEXTS)).toHaveLength(1);
  });

  test('let texts and comments speak, and times be given', () => {
    const text = "const at = new Date(now); // not Date.now()\nconst help = 'console.log(process.env)';";
    expect(textViolations(sources({ 'src/handlers/a.ts': text }), TEXTS)).toEqual([]);
  });

  test('measure length and read names', () => {
    const files = sources({
      'src/long.ts': 'x\n'.repeat(301),
      'db/fits.ts': 'x\n'.repeat(300),
      'src/utils.ts': '',
    });
    expect(lengthViolations(files, MEASURED, MAX_LINES)).toEqual(['src/long.ts has 301 lines']);
    expect(nameViolations(files, NAMES_THAT_SAY_NOTHING)).toEqual(['src/utils.ts']);
  });

  test('find what the domain may not know', () => {
    const files = sources({
      'src/domain/a.ts': "import { z } from 'zod'; import { b } from './b.ts'; import '../ports/x.ts';",
    });
    expect(importsOutside(files, 'src/domain/', ['src/errors.ts'])).toHaveLength(2);
  });
});
