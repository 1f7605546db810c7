/** One value of a file, or a text that is none. */
export type Piece = { readonly value: unknown } | { readonly broken: string };

/** A list of records, or the beginning of an object that holds one. */
const WRAPPER = /^\s*(?:\{\s*"(?:Records|Events|events)"\s*:\s*)?\[/;
/** Where the first record of a list begins, and its first name: all records of a file begin with the same. */
const FIRST_NAME = /^\s*\{\s*"(\w{1,40})"\s*:/;
/** A value that is longer is given up; real records have 256 KB at most, whole files 50 MB. */
const LONGEST = 64 * 1024 * 1024;

type Mode = 'unknown' | 'lines' | 'list' | 'tail' | 'values';

/**
 * Splits a file into its values as its text comes in, so that the file is never held as a whole: JSON lines, a list of
 * records or an object with one, or values after each other however they are laid out. Never throws: what is no JSON
 * comes out as broken, and the next value is looked for behind it.
 */
export class Splitter {
  #text = '';
  #mode: Mode = 'unknown';
  /** In a list: what stands between two records when they are written without white space. */
  #between: string | null = null;
  /** The list is in an object, whose end follows. */
  #isInObject = false;

  /** The values that are complete with this text. */
  *push(text: string): Generator<Piece, void> {
    this.#text = this.#text === '' ? text : this.#text + text;
    yield* this.#split(false);
    if (this.#text.length > LONGEST) {
      yield { broken: this.#text.slice(0, 100) };
      this.#text = '';
    }
  }

  /** What is left when the file ends. */
  *end(): Generator<Piece, void> {
    yield* this.#split(true);
    const rest = this.#text.trim();
    this.#text = '';
    if (rest === '' || this.#mode === 'tail') return;
    yield this.#mode === 'list' ? { broken: rest.slice(0, 100) } : parsed(rest);
  }

  *#split(isEnd: boolean): Generator<Piece, void> {
    for (;;) {
      if (this.#mode === 'unknown' && !this.#chooseMode(isEnd)) return;
      if (this.#mode === 'lines') {
        yield* this.#lines(isEnd);
        return;
      }
      if (this.#mode === 'values') {
        yield* this.#values();
        return;
      }
      if (this.#mode === 'list') {
        yield* this.#quickList();
        yield* this.#list();
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
    if (line < 0 && !isEnd && text.length < LONGEST / 2) return false;
    this.#mode = 'value' in parsed(line < 0 ? text : text.slice(0, line)) ? 'lines' : 'values';
    return true;
  }

  *#lines(isEnd: boolean): Generator<Piece, void> {
    let from = 0;
    for (;;) {
      const to = this.#text.indexOf('\n', from);
      if (to < 0) break;
      if (to > from) {
        const piece = parsed(this.#text.slice(from, to));
        if ('value' in piece || piece.broken.trim() !== '') yield piece;
      }
      from = to + 1;
    }
    this.#text = this.#text.slice(from);
    if (isEnd && this.#text.trim() === '') this.#text = '';
  }

  /**
   * A list without white space, as AWS writes it: cut before the last record, and parsed at once. When that parses, the
   * cut was between two records: a JSON text reads the same from its beginning, whatever follows.
   */
  *#quickList(): Generator<Piece, void> {
    this.#between ??= betweenOf(this.#text);
    if (this.#between === null) return;
    const cut = this.#text.lastIndexOf(this.#between);
    if (cut < 0) return;
    let records: unknown[];
    try {
      records = JSON.parse(`[${this.#text.slice(0, cut + 1)}]`) as unknown[];
    } catch {
      return;
    }
    this.#text = this.#text.slice(cut + 2);
    for (const value of records) yield { value };
  }

  /** A list, record by record. */
  *#list(): Generator<Piece, void> {
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
      if (end < 0) break;
      yield parsed(this.#text.slice(start, end));
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
  *#values(): Generator<Piece, void> {
    let from = 0;
    for (;;) {
      const start = skip(this.#text, from, ' \t\r\n,');
      if (start >= this.#text.length) break;
      const end = endOfValue(this.#text, start);
      if (end < 0) break;
      yield parsed(this.#text.slice(start, end));
      from = end;
    }
    this.#text = this.#text.slice(from);
  }
}

function parsed(text: string): Piece {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { broken: text.slice(0, 100) };
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
    const end = /[,\]\n]/.exec(text.slice(start + 1, start + 2_048));
    return end === null ? -1 : start + 1 + end.index;
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
