import { execFile } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadOrMakeKeyFile } from '../../src/crypto/key-file.ts';
import { generateMasterKeyText } from '../../src/crypto/master-key.ts';

let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rekey-key-file-'));
  path = join(folder, 'data', 'rekey.key');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function writeKeyFile(text: string, mode = 0o600): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
}

describe('loadOrMakeKeyFile', () => {
  test('makes a key that only its owner may read, and reads it again', () => {
    const made = loadOrMakeKeyFile(path);
    expect(made.made).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(path))).toEqual(['rekey.key']);

    const text = readFileSync(path, 'utf8');
    const read = loadOrMakeKeyFile(path);
    expect(read.made).toBe(false);
    expect(read.masterKeys.map((key) => key.id)).toEqual(made.masterKeys.map((key) => key.id));
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('makes it 0600 under any mask', () => {
    const before = process.umask(0o777);
    try {
      mkdirSync(dirname(path), { recursive: true });
    } finally {
      process.umask(before);
    }
    chmodSync(dirname(path), 0o700);
    const strict = process.umask(0o377);
    try {
      loadOrMakeKeyFile(path);
    } finally {
      process.umask(strict);
    }
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('reads several keys, newest first', () => {
    writeKeyFile(`${generateMasterKeyText()},${generateMasterKeyText()}\n`);
    expect(loadOrMakeKeyFile(path).masterKeys).toHaveLength(2);
  });

  test('reads a key file through a symbolic link, as secret mounts make them', () => {
    writeKeyFile(generateMasterKeyText());
    const link = join(folder, 'link.key');
    symlinkSync(path, link);
    expect(loadOrMakeKeyFile(link).masterKeys).toHaveLength(1);
  });

  test.each([0o640, 0o604, 0o620, 0o666])('refuses mode %o and says chmod 600', (mode) => {
    writeKeyFile(generateMasterKeyText(), mode);
    expect(() => loadOrMakeKeyFile(path)).toThrow(
      expect.objectContaining({ code: 'needs_person', next: `Run: chmod 600 ${path}` }),
    );
  });

  test.each([
    ['empty', ''],
    ['cut short', 'c2hvcnQ='],
    ['something else', 'hello there, canary'],
  ])('refuses a file that is %s, leaves it alone and does not repeat it', (_, text) => {
    writeKeyFile(text);
    expect(() => loadOrMakeKeyFile(path)).toThrow(`The key file ${path} is damaged`);
    expect(() => loadOrMakeKeyFile(path)).not.toThrow('canary');
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('refuses a folder and a huge file of that name', () => {
    mkdirSync(path, { recursive: true });
    expect(() => loadOrMakeKeyFile(path)).toThrow('is not a regular file');
    rmSync(path, { recursive: true });
    writeKeyFile('A'.repeat(20_000));
    expect(() => loadOrMakeKeyFile(path)).toThrow('too large');
  });

  test('says so when it cannot be made, and leaves no draft', () => {
    writeFileSync(join(folder, 'data'), 'a file where the folder should be');
    expect(() => loadOrMakeKeyFile(path)).toThrow(expect.objectContaining({ code: 'needs_person' }));
    expect(readdirSync(folder)).toEqual(['data']);
  });

  test('processes that start together agree on one key', async () => {
    const module = new URL('../../src/crypto/key-file.ts', import.meta.url).href;
    const script = `
      import { loadOrMakeKeyFile } from ${JSON.stringify(module)};
      const { masterKeys, made } = loadOrMakeKeyFile(${JSON.stringify(path)});
      process.stdout.write(JSON.stringify({ id: masterKeys[0].id, made }));`;
    const run = promisify(execFile);
    const answers = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
        return JSON.parse(stdout) as { id: string; made: boolean };
      }),
    );
    expect(new Set(answers.map((answer) => answer.id)).size).toBe(1);
    expect(answers.filter((answer) => answer.made)).toHaveLength(1);
    expect(readdirSync(dirname(path))).toEqual(['rekey.key']);
  });
});
