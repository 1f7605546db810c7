import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { RekeyError } from '../errors.ts';
import { generateMasterKeyText, parseMasterKeys } from './master-key.ts';
import type { MasterKey } from './master-key.ts';

const OWNER_ONLY = 0o600;
const ANYONE_ELSE = 0o077;
/** Windows has no such mode bits, and cannot sync a folder; its own access lists protect the file. */
const POSIX = process.platform !== 'win32';
/** No key file is near this long; a larger one is something else. */
const MAX_BYTES = 16 * 1024;

export interface KeyFile {
  /** Newest first. */
  readonly masterKeys: MasterKey[];
  /** True when this call made the file. */
  readonly made: boolean;
}

/**
 * Reads the master keys kept beside the database, or makes a file with a new one (mode 0600). An existing file is
 * never overwritten, and of two processes that start together both get the same key. Throws RekeyError
 * `needs_person` when others may read the file, when it cannot be understood, or cannot be read or made.
 */
export function loadOrMakeKeyFile(path: string): KeyFile {
  const found = readKeyFile(path);
  if (found !== null) return { masterKeys: found, made: false };
  const made = makeKeyFile(path);
  const masterKeys = readKeyFile(path);
  if (masterKeys === null) throw unusable(path, 'vanished while it was being read');
  return { masterKeys, made };
}

/** The keys in the file, newest first; null when there is none. Throws as {@link loadOrMakeKeyFile} does. */
export function readKeyFile(path: string): MasterKey[] | null {
  const text = readPrivately(path);
  if (text === null) return null;
  try {
    return parseMasterKeys(text.trim());
  } catch (error) {
    if (!(error instanceof RekeyError)) throw error;
    throw new RekeyError('needs_person', `The key file ${path} is damaged: ${error.message}`, {
      next: 'Restore it from its backup. Without the key, stored credentials cannot be opened: move the file away only if none are stored.',
    });
  }
}

function readPrivately(path: string): string | null {
  let file: number;
  try {
    // Non-blocking, so that a pipe of that name does not hang the start.
    file = openSync(path, constants.O_RDONLY | (POSIX ? constants.O_NONBLOCK : 0));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw unusable(path, `cannot be read (${codeOf(error)})`);
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw unusable(path, 'is not a regular file');
    if (stat.size > MAX_BYTES) throw unusable(path, 'is too large to be a key file');
    if (POSIX && (stat.mode & ANYONE_ELSE) !== 0) {
      throw new RekeyError('needs_person', `The key file ${path} can be read or changed by others.`, {
        next: `Run: chmod 600 ${path}`,
      });
    }
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/**
 * Writes the whole key to a file of another name and links it into place: the link appears complete or not at
 * all, and fails when the name is taken. True when ours is the one in place.
 */
function makeKeyFile(path: string): boolean {
  const draft = `${path}.${randomBytes(8).toString('hex')}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeDraft(draft);
    try {
      linkSync(draft, path);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      return false;
    } finally {
      unlinkSync(draft);
    }
    syncFolder(dirname(path));
    return true;
  } catch (error) {
    throw unusable(path, `cannot be made (${codeOf(error)})`);
  }
}

function writeDraft(draft: string): void {
  const file = openSync(draft, 'wx', OWNER_ONLY);
  try {
    // A mask that takes away the owner's own rights must not make a file that cannot be read again.
    fchmodSync(file, OWNER_ONLY);
    writeFileSync(file, `${generateMasterKeyText()}\n`);
    fsyncSync(file);
  } catch (error) {
    unlinkSync(draft);
    throw error;
  } finally {
    closeSync(file);
  }
}

function syncFolder(path: string): void {
  if (!POSIX) return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}

function unusable(path: string, problem: string): RekeyError {
  return new RekeyError('needs_person', `The key file ${path} ${problem}.`, {
    next: 'Mend it, or set REKEY_MASTER_KEY instead (base64 of 32 random bytes).',
  });
}
