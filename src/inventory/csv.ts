/**
 * The records of a text in CSV (RFC 4180): quoted fields with commas, quotes and line ends in them, either kind of
 * line end, a byte order mark in front, and a quote that is never closed, which ends with the text. One record at a
 * time, so that a long report is not held twice. Empty lines are no records.
 */
export function* csvRecords(text: string): Generator<string[], undefined, undefined> {
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  let fields: string[] = [];
  while (at < text.length) {
    const field = text[at] === '"' ? quoted(text, at) : plain(text, at);
    fields.push(field.value);
    at = field.end;
    if (text[at] === ',') {
      at += 1;
      // A comma at the very end is followed by one more, empty field.
      if (at < text.length) continue;
      fields.push('');
    }
    if (text[at] === '\r') at += 1;
    if (text[at] === '\n') at += 1;
    if (fields.length > 1 || fields[0] !== '') yield fields;
    fields = [];
  }
  return undefined;
}

interface Field {
  readonly value: string;
  /** Where the comma, the line end or the end of the text is. */
  readonly end: number;
}

function plain(text: string, from: number): Field {
  let end = from;
  while (end < text.length && !isEnd(text[end])) end += 1;
  return { value: text.slice(from, end), end };
}

function quoted(text: string, from: number): Field {
  let value = '';
  let at = from + 1;
  for (;;) {
    const close = text.indexOf('"', at);
    if (close === -1) return { value: value + text.slice(at), end: text.length };
    value += text.slice(at, close);
    at = close + 1;
    if (text[at] !== '"') break;
    value += '"';
    at += 1;
  }
  // What stands between the closing quote and the comma belongs to the field: nothing is dropped.
  const rest = plain(text, at);
  return { value: value + rest.value, end: rest.end };
}

function isEnd(character: string | undefined): boolean {
  return character === ',' || character === '\n' || character === '\r';
}
