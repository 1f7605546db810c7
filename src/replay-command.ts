import { parseArgs } from 'node:util';
import { endWithReader } from './cli/end-with-reader.ts';
import { UsageError } from './cli/usage-error.ts';
import { SEVERITIES, type Severity } from './domain/notice.ts';
import { createLookUp } from './enrichment/look-up.ts';
import { RekeyError } from './errors.ts';
import type { Signal } from './detections/signal.ts';
import { replay, type Replayed } from './replay/replay.ts';

/** Where the command prints. */
interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const NOTHING_READ =
  'Nothing was judged. Name files of a trail, lines of records, or what LookupEvents printed, packed with gzip or not; ' +
  'in a folder, files are read that end in .json, .jsonl, .ndjson, .log, .cloudtrail or .gz.\n';
const EXAMPLE = 'rekey replay --learn last-month/ today.json.gz';

/** `rekey replay`: detection over files of CloudTrail records. Signals on standard output, a summary on standard error. */
export async function replayCommand(args: readonly string[], { out, err }: Terminal): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      learn: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  if (positionals.length === 0) throw new UsageError('replay takes files or folders to judge', EXAMPLE);
  if ([...values.learn, ...positionals].includes('')) throw new UsageError('a path is empty', EXAMPLE);
  endWithReader();
  const tally = new Tally();
  const print = values.json ? asJson : asText;
  const output = new Buffered(out);
  const replayed = await replay({
    learn: values.learn,
    paths: positionals,
    lookUp: createLookUp(() =>
      err('The databases of networks are not installed: operators and countries stay unknown.\n'),
    ),
    onSignal: (signal) => {
      tally.count(signal);
      output.write(print(signal));
    },
  });
  output.flush();
  err(summary(replayed, tally));
  if (replayed.keys === 0) err(NOTHING_READ);
  const broken = [...replayed.learned.brokenFiles, ...replayed.judged.brokenFiles];
  const [first] = broken;
  if (first !== undefined) {
    const reason = first.error instanceof Error ? first.error.message : 'unknown';
    const many = broken.length === 1 ? 'a file' : `${broken.length} files`;
    throw new RekeyError('invalid', `${many} could not be read to the end, first ${first.path}: ${reason}`, {
      next: 'What could be read was judged. Fetch the file again.',
    });
  }
}

/** One object of the contract, on a line. */
function asJson(signal: Signal): string {
  const { rule, severity, technique, accessKeyId, sessionKeyId, principalArn } = signal;
  const { eventID, eventTime, eventName, title } = signal;
  return `${JSON.stringify({ rule, severity, technique, accessKeyId, sessionKeyId, principalArn, eventID, eventTime, eventName, title })}\n`;
}

function asText(signal: Signal): string {
  const who = signal.accessKeyId ?? signal.principalArn ?? 'somebody unknown';
  const facts = Object.entries(signal.facts).map(([name, value]) => `${name}: ${value}`);
  const line = [
    signal.eventTime ?? 'at an unknown time',
    signal.severity.padEnd(8),
    signal.rule,
    who,
    `${signal.service}:${signal.eventName}`,
    ...facts,
  ].join('  ');
  return `${line.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ')}\n`;
}

class Tally {
  readonly #rules = new Map<string, Map<Severity, number>>();
  total = 0;

  count({ rule, severity }: Signal): void {
    const counts = this.#rules.get(rule) ?? new Map<Severity, number>();
    counts.set(severity, (counts.get(severity) ?? 0) + 1);
    this.#rules.set(rule, counts);
    this.total += 1;
  }

  lines(): string[] {
    const bySeverity = SEVERITIES.toReversed().map((severity) => {
      const count = [...this.#rules.values()].reduce((sum, counts) => sum + (counts.get(severity) ?? 0), 0);
      return `${count} ${severity}`;
    });
    const rules = [...this.#rules].sort(([a], [b]) => (a < b ? -1 : 1));
    const names = rules.map(([rule, counts]) => {
      const each = [...counts].map(([severity, count]) => `${count} ${severity}`).join(', ');
      return `  ${rule}: ${each}`;
    });
    return [`${this.total} signals: ${bySeverity.join(', ')}`, ...names];
  }
}

function summary({ learned, judged, duplicates, keys }: Replayed, tally: Tally): string {
  const number = (value: number): string => value.toLocaleString('en');
  const lines = [
    ...(learned.records === 0 ? [] : [`${number(learned.records)} records learned`]),
    `${number(judged.records)} records judged, ${number(duplicates)} of them twice, ${number(keys)} keys and principals`,
    ...(judged.unreadable + learned.unreadable === 0
      ? []
      : [`${number(judged.unreadable + learned.unreadable)} records could not be read`]),
    ...tally.lines(),
  ];
  return `${lines.join('\n')}\n`;
}

/** Many short lines go out together. */
class Buffered {
  readonly #out: (text: string) => void;
  #text = '';

  constructor(out: (text: string) => void) {
    this.#out = out;
  }

  write(text: string): void {
    this.#text += text;
    if (this.#text.length > 16_384) this.flush();
  }

  flush(): void {
    if (this.#text !== '') this.#out(this.#text);
    this.#text = '';
  }
}
