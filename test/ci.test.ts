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
      status: failed > 0 ? 'failed' : 'passed',
      assertionResults: [{ status: failed > 0 ? 'failed' : 'passed' }],
    },
    ...Array.from({ length: brokenFiles }, () => ({ status: 'failed', assertionResults: [] })),
  ];
  writeFileSync(path, JSON.stringify({ numPassedTests: passed, numFailedTests: failed, testResults }));
  return path;
}

function summary(...paths: string[]): { readonly status: number | null; readonly last: string | undefined } {
  const { status, stdout } = spawnSync(process.execPath, [SUMMARY, ...paths], { encoding: 'utf8' });
  return { status, last: stdout.trimEnd().split('\n').at(-1) };
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

  test('does not call nothing a success', () => {
    expect(summary(report('a', 0, 0))).toEqual({ status: 1, last: '0 passed, 0 failed' });
  });
});
