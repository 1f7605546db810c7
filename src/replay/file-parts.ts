import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';
import { isRecord, recordsIn } from '../detections/record.ts';
import { partitionOfRegion } from '../domain/partition.ts';
import type { FilePart, FileSubject, PartGroup, RawEvent } from '../ports/judges.ts';
import { UnreadableFile } from '../ports/trail-queue.ts';
import { isGzip } from './files.ts';
import { Splitter, type Pieces } from './split.ts';

const CHUNK = 256 * 1024;
/** Records that are judged together: a part of a file, so that memory does not grow with the file. */
const PART = 4_000;
/** The same for their text, since a record may have 256 KB; characters. */
const PART_TEXT = 32 * 1024 * 1024;
/** What a file may hold when it is unpacked; CloudTrail's have 50 MB (facts: AWS 1.9). */
const LONGEST = 512 * 1024 * 1024;

/** Records of one region, and the first and last time of theirs. */
interface Group {
  readonly events: RawEvent[];
  from: number;
  to: number;
}

/**
 * A file of a trail, taken apart piece by piece: one part is held at a time, and what was unpacked of it before is gone.
 * Records of other accounts are counted and not held.
 */
export class FileParts {
  readonly #subject: FileSubject;
  readonly #texts: AsyncGenerator<string, void>;
  readonly #splitter = new Splitter();
  readonly #partText: number;
  #groups = new Map<string, Group>();
  #records = 0;
  #broken = 0;
  #ended = false;

  /** `longest`: what it may hold when it is unpacked; bytes. `partText`: the text of a part; characters. */
  constructor(bytes: Uint8Array, subject: FileSubject, longest = LONGEST, partText = PART_TEXT) {
    this.#partText = partText;
    this.#subject = subject;
    this.#texts = textOf(bytes, longest);
  }

  /**
   * The next part, or null after the last.
   * @throws UnreadableFile when the rest cannot be unpacked, is too long, or nothing in the file is a record
   */
  async next(): Promise<FilePart | null> {
    if (this.#ended) return null;
    this.#groups = new Map();
    const others: Record<string, number> = {};
    let held = 0;
    let broken = 0;
    let text = 0;
    while (held < PART && (held === 0 || text < this.#partText)) {
      const { value, done } = await this.#texts.next();
      text += value?.length ?? 0;
      const pieces: Pieces = { values: [], broken: [] };
      if (done === true) this.#splitter.end(pieces);
      else this.#splitter.push(value, pieces);
      broken += pieces.broken.length;
      for (const piece of pieces.values) {
        for (const record of recordsIn(piece)) held += this.#take(record, others);
      }
      if (done === true) {
        this.#ended = true;
        break;
      }
    }
    this.#broken += broken;
    if (this.#ended && this.#records === 0 && this.#broken > 0) {
      throw new UnreadableFile('it is not JSON');
    }
    const groups = [...this.#groups].map(([region, { events, from, to }]): PartGroup => ({
      region,
      records: events.length,
      from,
      to,
    }));
    return { groups, others, broken, isLast: this.#ended };
  }

  /** The records of one region in the present part. */
  eventsOf(region: string): readonly RawEvent[] {
    return this.#groups.get(region)?.events ?? [];
  }

  close(): void {
    this.#ended = true;
    this.#groups = new Map();
    void this.#texts.return().catch(() => undefined);
  }

  /** 1 when the record is held. */
  #take(record: unknown, others: Record<string, number>): number {
    this.#records += 1;
    const { accountId, region, at } = this.#subject;
    const fields = (isRecord(record) ? record : {}) as Readonly<Record<string, unknown>>;
    const recipient = fields['recipientAccountId'];
    const owner = typeof recipient === 'string' && /^\d{12}$/.test(recipient) ? recipient : accountId;
    if (accountId === '' || owner !== accountId) {
      // Whoever writes into the bucket may write anything: names are held to their form, and few.
      if (owner !== '' && Object.keys(others).length < MOST_OTHERS) others[owner] = (others[owner] ?? 0) + 1;
      return 0;
    }
    const told = fields['awsRegion'];
    const isRegion = typeof told === 'string' && partitionOfRegion(told) !== null;
    const where = isRegion && (this.#groups.has(told) || this.#groups.size < MOST_REGIONS) ? told : region;
    const time = typeof fields['eventTime'] === 'string' ? Date.parse(fields['eventTime']) : Number.NaN;
    // Nothing happens after it was told of.
    const when = Number.isNaN(time) ? at : Math.min(Math.max(time, at - LONGEST_AGO), at);
    const group = this.#groups.get(where) ?? { events: [], from: when, to: when };
    group.events.push({ at: when, value: record });
    group.from = Math.min(group.from, when);
    group.to = Math.max(group.to, when);
    this.#groups.set(where, group);
    return 1;
  }
}

const MOST_OTHERS = 1_000;
const MOST_REGIONS = 50;
const LONGEST_AGO = 400 * 86_400_000;

/** The text of a file, unpacked where it is packed, in pieces. */
async function* textOf(bytes: Uint8Array, longest: number): AsyncGenerator<string, void> {
  const decoder = new StringDecoder('utf8');
  if (bytes.length === 0) throw new UnreadableFile('it is empty');
  if (!isGzip(bytes)) {
    for (let place = 0; place < bytes.length; place += CHUNK) {
      yield decoder.write(Buffer.from(bytes.subarray(place, place + CHUNK)));
    }
    return;
  }
  const source = createGunzip({ chunkSize: CHUNK });
  source.end(bytes);
  let length = 0;
  try {
    for await (const chunk of source) {
      length += (chunk as Buffer).length;
      if (length > longest) break;
      yield decoder.write(chunk as Buffer);
    }
  } catch {
    throw new UnreadableFile('it cannot be unpacked');
  } finally {
    source.destroy();
  }
  if (length > longest) throw new UnreadableFile(`it holds more than ${longest / 1024 / 1024} MB`);
  yield decoder.end();
}
