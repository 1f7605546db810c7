import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { gunzipSync, createGunzip, constants } from 'node:zlib';
import { createReadStream } from 'node:fs';
import { RekeyError } from '../errors.ts';

/** Files of a folder that may hold records. Others are left alone there; named themselves, all files are read. */
const RECORDS = /\.(?:json|jsonl|ndjson|log|cloudtrail)(?:\.gz)?$|\.gz$/i;
/** Digests prove that files of a trail are unchanged; they hold no records. */
const DIGEST = /_CloudTrail-Digest_/;
const CHUNK = 256 * 1024;
/** Texts up to this long are made where young things are and cost nothing to let go; longer ones have pages of their own. */
const PIECE = 64 * 1024;
const PEEK = 64 * 1024;

/** The files named, and all in the folders named, at any depth. Throws when one of them is not there. */
export async function filesOf(paths: readonly string[]): Promise<readonly string[]> {
  const files = new Set<string>();
  for (const path of paths) {
    const found = await stat(path).catch(() => null);
    if (found === null) {
      throw new RekeyError('not_found', `there is no file or folder ${JSON.stringify(path)}`, {
        next: 'Name files or folders with CloudTrail records.',
      });
    }
    if (!found.isDirectory()) {
      files.add(path);
      continue;
    }
    for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
      const isRecords = entry.isFile() && RECORDS.test(entry.name) && !DIGEST.test(entry.name);
      if (isRecords) files.add(join(entry.parentPath, entry.name));
    }
  }
  return [...files];
}

/** The text of a file, unpacked where it is packed, in pieces. Throws what reading it throws. */
export async function* textOf(path: string): AsyncGenerator<string, void> {
  const file = createReadStream(path, { highWaterMark: CHUNK });
  let decoder: StringDecoder | null = null;
  const source = (await isPacked(path)) ? file.pipe(createGunzip({ chunkSize: CHUNK })) : file;
  // A stream does not hand on what breaks before it.
  if (source !== file) file.once('error', (error) => source.destroy(error));
  for await (const chunk of source) {
    const bytes = chunk as Buffer;
    decoder ??= new StringDecoder(encodingOf(bytes));
    for (let at = 0; at < bytes.length; at += PIECE) yield decoder.write(bytes.subarray(at, at + PIECE));
  }
  const rest = decoder?.end() ?? '';
  if (rest !== '') yield rest;
}

/** PowerShell writes what a command prints as UTF-16, with a mark in front. */
function encodingOf(bytes: Buffer): 'utf8' | 'utf16le' {
  return bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8';
}

/** When the records of a file begin, as far as its name or its first records say; 0 when they do not. */
export async function beginningOf(path: string): Promise<number> {
  const named = /_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z_/.exec(path);
  if (named !== null) {
    const [year = 0, month = 1, day, hour, minute] = named.slice(1).map(Number);
    return Date.UTC(year, month - 1, day, hour, minute);
  }
  const text = await firstText(path);
  const time = /"eventTime"\s*:\s*"([^"]{10,40})"/i.exec(text.replaceAll('\\"', '"'))?.[1];
  const parsed = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(parsed) ? 0 : parsed;
}

async function firstText(path: string): Promise<string> {
  const bytes = await firstBytes(path, PEEK);
  if (!isGzip(bytes)) return bytes.toString(encodingOf(bytes));
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 16 * PEEK }).toString(
      'utf8',
    );
  } catch {
    return '';
  }
}

async function isPacked(path: string): Promise<boolean> {
  return isGzip(await firstBytes(path, 2));
}

/** Whether bytes begin as those of a packed file do. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

async function firstBytes(path: string, size: number): Promise<Buffer> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size), 0, size, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
