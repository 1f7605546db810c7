/** What a file holds goes here: its values, and texts that are none. */
export interface Pieces {
  readonly values: unknown[];
  readonly broken: string[];
}

/** A list of records, or the beginning of an object that holds one. */
const WRAPPER = /^\s*(?:\{\s*"(?:Records|Events|events)"\s*:\s*)?\[/;
/** Where the first record of a list begins, and its first name: all records of a file begin with the same. */
const FIRST_NAME = /^\s*\{\s*"(\w{1,40})"\s*:/;
/** A value that is longer is given up; real records have 256 KB at most, whole files 50 MB. */
const LONGEST = 64 * 1024 * 1024;
/** How much is kept of a text that is no JSON. */
const SHOWN = 100;

type Mode = 'unknown' | 'lines' | 'list' | 'tail' | 'values';

/**
 * Splits a file into its values as its text comes in, so that the file is never held as a whole: JSON lines, a list of
 * records or an object with one, or values after each other however they are laid out. Never throws: what is no JSON
 * comes out as broken, and the next value is looked for behind it.
 */
export class Splitter {
  #text = '';
  /** What holds no whole value at one length is looked at again at twice the length: a long value is read twice, not a thousand times. */
  #lookAgainAt = 0;
  #mode: Mode = 'unknown';
  /** In a list: what stands between two records when they are written without white space. */
  #between: string | null = null;
  /** The list is in an object, whose end follows. */
  #isInObject = false;

  /** Takes text in, and gives the values that are complete with it. */
  push(text: string, into: Pieces): void {
    const rest = this.#mode === 'lines' ? this.#endLine(text, into) : text;
    this.#text = this.#text === '' ? rest : this.#text + rest;
    if (this.#text.length < this.#lookAgainAt) return;
    this.#split(false, into);
    this.#lookAgainAt = Math.min(2 * this.#text.length, LONGEST + 1);
    if (this.#text.length > LONGEST) {
      into.broken.push(this.#text.slice(0, SHOWN));
      this.#text = '';
      this.#lookAgainAt = 0;
    }
  }

  /** Gives what is left when the file ends. */
  end(into: Pieces): void {
    this.#split(true, into);
    const rest = this.#text.trim();
    this.#text = '';
    if (rest === '' || this.#mode === 'tail') return;
    if (this.#mode === 'list') into.broken.push(rest.slice(0, SHOWN));
    else parse(rest, into);
  }

  #split(isEnd: boolean, into: Pieces): void {
    for (;;) {
      if (this.#mode === 'unknown' && !this.#chooseMode(isEnd)) return;
      if (this.#mode === 'lines') {
        this.#lines(isEnd, into);
        return;
      }
      if (this.#mode === 'values') {
        this.#values(into);
        return;
      }
      if (this.#mode === 'list') {
        this.#quickList(into);
        this.#list(into);
      }
      if (this.#mode === 'tail') this.#skipTail();
      // Where the list ended, another value may follow.
      if (this.#mode === 'list' || this.#mode === 'tail') return;
    }
  }

  #chooseMode(isEnd: boolean): boolean {
    const text = this.#text.replace(/^[\s\uFEFF]+/, '');
    this.#text = text;
    if (text === '') return false;
    const wrapper = WRAPPER.exec(text);
    if (wrapper !== null) {
      this.#text = text.slice(wrapper[0].length);
      this.#isInObject = wrapper[0].includes('{');
      this.#between = null;
      this.#mode = 'list';
      return true;
    }
    const line = text.indexOf('\n');
    const canWait = !isEnd && text.length < LONGEST / 2;
    if (line < 0 && canWait) return false;
    if (line < 0 || isJson(text.slice(0, line))) {
      this.#mode = line < 0 && !isJson(text) ? 'values' : 'lines';
      return true;
    }
    // Its first line may be the one that is broken: another follows then, and no end of what the first began.
    const rest = text.slice(line + 1).trimStart();
    const second = rest.indexOf('\n');
    const after = second < 0 ? '' : rest.slice(second).trimStart().charAt(0);
    if (after === '' && canWait) return false;
    const next = second < 0 ? rest : rest.slice(0, second);
    this.#mode = next.startsWith('{"') && isJson(next) && !/[\]},]/.test(after) ? 'lines' : 'values';
    return true;
  }

  /** Ends the line that was begun, and gives what follows it: to put all in one text would copy all of it. */
  #endLine(text: string, into: Pieces): string {
    if (this.#text === '') return text;
    const to = text.indexOf('\n');
    if (to < 0) return text;
    parse(this.#text + text.slice(0, to), into);
    this.#text = '';
    this.#lookAgainAt = 0;
    return text.slice(to + 1);
  }

  #lines(isEnd: boolean, into: Pieces): void {
    this.#quickLines(into);
    let from = 0;
    for (;;) {
      const to = this.#text.indexOf('\n', from);
      if (to < 0) break;
      if (to > from) {
        parse(this.#text.slice(from, to), into);
      }
      from = to + 1;
    }
    this.#text = this.#text.slice(from);
    if (isEnd && this.#text.trim() === '') this.#text = '';
  }

  /**
   * Whole lines, parsed at once as the list they make: a line's end can be no part of a JSON text but between its words.
   * When that does not give a value for each line, some are not JSON, and each is looked at by itself.
   */
  #quickLines({ values }: Pieces): void {
    const cut = this.#text.lastIndexOf('\n');
    if (cut < 0) return;
    const lines = this.#text.slice(0, cut);
    const records = listOf(lines.replaceAll('\n', ','));
    if (records?.length !== 1 + countOf('\n', lines)) return;
    this.#text = this.#text.slice(cut + 1);
    for (const record of records) values.push(record);
  }

  /**
   * A list without white space, as AWS writes it: cut before the last record, and parsed at once. When that parses, the
   * cut was between two records: a JSON text reads the same from its beginning, whatever follows.
   */
  #quickList(into: Pieces): void {
    this.#between ??= betweenOf(this.#text);
    if (this.#between === null) return;
    const cut = this.#text.lastIndexOf(this.#between);
    if (cut < 0) return;
    const records = listOf(this.#text.slice(0, cut + 1));
    if (records === null) return;
    this.#text = this.#text.slice(cut + 2);
    for (const value of records) into.values.push(value);
  }

  /** A list, record by record. */
  #list(into: Pieces): void {
    let from = 0;
    for (;;) {
      const start = skip(this.#text, from, ' \t\r\n,');
      if (start >= this.#text.length) break;
      if (this.#text[start] === ']') {
        this.#text = this.#text.slice(start + 1);
        this.#mode = this.#isInObject ? 'tail' : 'unknown';
        return;
      }
      const end = endOfValue(this.#text, start);
      // What stood before a value that is not complete yet is done with: the rest begins with that value.
      from = start;
      if (end < 0) break;
      parse(this.#text.slice(start, end), into);
      from = end;
    }
    this.#text = this.#text.slice(from);
  }

  /** What follows the list in its object, such as a NextToken, is of no interest. */
  #skipTail(): void {
    const end = endOfValue(this.#text, 0, 1);
    if (end < 0) return;
    this.#text = this.#text.slice(end);
    this.#mode = 'unknown';
  }

  /** Values after each other, such as objects over several lines. */
  #values(into: Pieces): void {
    let from = 0;
    for (;;) {
      const start = skip(this.#text, from, ' \t\r\n,');
      if (start >= this.#text.length) break;
      const end = endOfValue(this.#text, start);
      if (end < 0) break;
      parse(this.#text.slice(start, end), into);
      from = end;
    }
    this.#text = this.#text.slice(from);
  }
}

function parse(text: string, { values, broken }: Pieces): void {
  try {
    values.push(JSON.parse(text));
  } catch {
    if (text.trim() !== '') broken.push(text.slice(0, SHOWN));
  }
}

/** The values of a list, without its brackets; null when it is no JSON. */
function listOf(text: string): unknown[] | null {
  try {
    return JSON.parse(`[${text}]`) as unknown[];
  } catch {
    return null;
  }
}

function countOf(letter: string, text: string): number {
  let count = 0;
  for (let at = text.indexOf(letter); at >= 0; at = text.indexOf(letter, at + 1)) count += 1;
  return count;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function betweenOf(text: string): string | null {
  const name = FIRST_NAME.exec(text)?.[1];
  return name === undefined ? null : `},{"${name}":`;
}

function skip(text: string, from: number, letters: string): number {
  let place = from;
  while (place < text.length && letters.includes(text.charAt(place))) place += 1;
  return place;
}

/** Where the value that begins at `start`, or is open there, ends; -1 when it does not end in this text. */
function endOfValue(text: string, start: number, open = 0): number {
  const first = text.charAt(start);
  if (open === 0 && first !== '{' && first !== '[') {
    const end = /[,\]\n]/g;
    end.lastIndex = start + 1;
    return end.exec(text)?.index ?? -1;
  }
  let depth = open;
  for (let place = start; place < text.length; place += 1) {
    const code = text.charCodeAt(place);
    if (code === 0x22) {
      place = endOfString(text, place);
      if (place < 0) return -1;
    } else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
      if (depth === 0) return place + 1;
    }
  }
  return -1;
}

/** Where the quote is that ends the string beginning at `start`, or -1. */
function endOfString(text: string, start: number): number {
  let place = start;
  for (;;) {
    place = text.indexOf('"', place + 1);
    if (place < 0) return -1;
    let slashes = 0;
    while (text.charCodeAt(place - 1 - slashes) === 0x5c) slashes += 1;
    if (slashes % 2 === 0) return place;
  }
}
