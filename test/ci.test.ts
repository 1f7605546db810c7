import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const SUMMARY = join(import.meta.dirname, '..', '.ci', 'summary.js');

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rekey-ci-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A report as vitest writes it, reduced to what the summary reads. */
function report(name: string, passed: number, failed: number, brokenFiles = 0): string {
  const path = join(folder, name);
  const testResults = [
    {
      name: join(process.cwd(), 'test', `${name}.test.ts`),
      status: failed > 0 ? 'failed' : 'passed',
      assertionResults: [
        {
          status: failed > 0 ? 'failed' : 'passed',
          fullName: 'a suite does a thing',
          failureMessages: failed > 0 ? ['AssertionError: expected 1 to be 2\n    at a line'] : [],
        },
      ],
    },
    ...Array.from({ length: brokenFiles }, () => ({
      name: join(process.cwd(), 'test', 'broken.test.ts'),
      status: 'failed',
      message: 'Cannot find module',
      assertionResults: [],
    })),
  ];
  writeFileSync(path, JSON.stringify({ numPassedTests: passed, numFailedTests: failed, testResults }));
  return path;
}

function printed(...paths: string[]): { readonly status: number | null; readonly lines: readonly string[] } {
  const { status, stdout } = spawnSync(process.execPath, [SUMMARY, ...paths], { encoding: 'utf8' });
  return { status, lines: stdout.trimEnd().split('\n') };
}

function summary(...paths: string[]): { readonly status: number | null; readonly last: string | undefined } {
  const { status, lines } = printed(...paths);
  return { status, last: lines.at(-1) };
}

describe('the summary of CI', () => {
  test('sums the suites', () => {
    expect(summary(report('a', 10, 0), report('b', 5, 0))).toEqual({
      status: 0,
      last: '15 passed, 0 failed',
    });
    expect(summary(report('a', 10, 2), report('b', 5, 1))).toEqual({
      status: 1,
      last: '15 passed, 3 failed',
    });
  });

  test('counts a file that could not be loaded, and a suite without results', () => {
    expect(summary(report('a', 3, 0, 2))).toEqual({ status: 1, last: '3 passed, 2 failed' });
    expect(summary(report('a', 3, 0), join(folder, 'none'))).toEqual({
      status: 1,
      last: '3 passed, 1 failed',
    });
  });

  test('names what failed and why before its last line, which is all that may be kept of a long log', () => {
    expect(printed(report('a', 3, 1, 1), report('b', 2, 0)).lines).toEqual([
      'failed: test/a.test.ts > a suite does a thing',
      '    AssertionError: expected 1 to be 2',
      '        at a line',
      'failed: test/broken.test.ts',
      '    Cannot find module',
      '5 passed, 2 failed',
    ]);
  });

  test('does not call nothing a success', () => {
    expect(summary(report('a', 0, 0))).toEqual({ status: 1, last: '0 passed, 0 failed' });
  });
});
