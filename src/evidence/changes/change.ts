import type { CloudTrailEvent } from '../../detections/event.ts';
import { listAt, textAt } from '../../detections/json.ts';
import { shellWord } from '../../domain/shell-word.ts';

/**
 * What a change is to whoever cleans up:
 * - `lasting`: lets somebody come back, or act on, without the key
 * - `given_away`: opened or handed to others
 * - `weakened`: what would have seen or stopped it
 * - `other`: anything else that was made, changed or removed
 */
export type ChangeWeight = 'lasting' | 'given_away' | 'weakened' | 'other';

/** One thing that a call made, changed or removed. Texts are from callers: escape them. */
export interface Change {
  /** `access key`, `user`, `trust policy`…; with the name it tells one thing from all others. */
  readonly kind: string;
  readonly name: string;
  readonly did: 'made' | 'changed' | 'removed';
  readonly weight: ChangeWeight;
  /** A sentence; names stand between backticks. */
  readonly says: string;
  /** What makes it worse, such as who is let in; null for nothing. */
  readonly note: string | null;
  /** A line of the AWS CLI that takes it back or shuts it off, or shows it; null where no one line does. */
  readonly line: string | null;
  /** What a person does with it. */
  readonly advice: string;
  /** An access key that can be contained. */
  readonly accessKeyId: string | null;
}

/** How the events of one or more APIs are read. `{a.userName|c.userName}` in its texts is the first value there is. */
export interface ChangeRow {
  /** Actions such as `iam:CreateUser`, in white space. */
  readonly on: string;
  readonly kind: string;
  /** Made when left out. */
  readonly did?: Change['did'];
  readonly weight?: ChangeWeight;
  readonly name: string;
  readonly says: string;
  readonly line?: string;
  readonly advice?: string;
  readonly note?: (event: CloudTrailEvent) => string | null;
  readonly accessKeyId?: string;
  /** Only where this holds; another row of the same action may hold elsewhere. */
  readonly when?: (event: CloudTrailEvent) => boolean;
}

const LONGEST_NAME = 200;
const LONGEST_LIST = 5;
const LONGEST_LINE = 900;

/** The change a row sees in an event. */
export function changeOf(row: ChangeRow, event: CloudTrailEvent): Change {
  const { kind, did = 'made', weight = 'other', note, line, advice = ADVICE[weight] } = row;
  const accessKeyId = row.accessKeyId === undefined ? null : valueOf(row.accessKeyId, event);
  return {
    kind,
    name: filled(row.name, event, (value) => value ?? '?') ?? '?',
    did,
    weight,
    says:
      filled(row.says, event, (value) =>
        value === null ? 'unknown' : `\`${value.replaceAll('`', '´')}\``,
      ) ?? '',
    note: note?.(event) ?? null,
    line: line === undefined ? null : lineOf(line, event),
    advice,
    accessKeyId: accessKeyId !== null && /^AKIA[A-Z0-9]{12,124}$/.test(accessKeyId) ? accessKeyId : null,
  };
}

const ADVICE: Readonly<Record<ChangeWeight, string>> = {
  lasting: 'Shut it off, then remove it once nothing of yours needs it.',
  given_away: 'Take it back, and treat what it holds as read by others.',
  weakened: 'Put it back as it was, and look at what happened meanwhile by other means.',
  other: 'Ask its owner whether it is theirs.',
};

function lineOf(template: string, event: CloudTrailEvent): string | null {
  const line = filled(template, event, (value) => (value === null ? null : shellWord(value)));
  return line === null || line.length > LONGEST_LINE ? null : line;
}

/** The template with its values; null when one is missing that `put` does not replace. */
function filled(
  template: string,
  event: CloudTrailEvent,
  put: (value: string | null) => string | null,
): string | null {
  let whole = true;
  const text = template.replace(/\{([^}]+)\}/g, (_, path: string) => {
    const shown = put(valueOf(path, event));
    if (shown === null) whole = false;
    return shown ?? '';
  });
  return whole ? text : null;
}

/** The first value along these paths: `a` what was asked, `r` what AWS answered, `c` the caller, `e` the event. */
export function valueOf(paths: string, event: CloudTrailEvent): string | null {
  for (const path of paths.split('|')) {
    const [root = '', ...names] = path.split('.');
    const value = root === 'e' ? ofEvent(names[0] ?? '', event) : within(rootOf(root, event), names);
    if (value !== null) return flat(value);
  }
  return null;
}

function rootOf(root: string, { asked, answered, caller }: CloudTrailEvent): unknown {
  return root === 'a' ? asked : root === 'r' ? answered : caller;
}

function ofEvent(name: string, { region, accountId, caller, call }: CloudTrailEvent): string | null {
  if (name === 'call') return call.name;
  if (name === 'region') return region;
  if (name === 'account') return accountId;
  if (name === 'partition') return /^arn:([a-z-]+):/.exec(caller.arn ?? '')?.[1] ?? 'aws';
  return null;
}

/** `instancesSet[].instanceId` is of every element, some of them; what is text comes out, else null. */
function within(value: unknown, names: readonly string[]): string | null {
  const [first, ...rest] = names;
  if (first === undefined) return textAt({ value }, 'value');
  if (!first.endsWith('[]')) {
    return rest.length === 0 ? textAt(value, first) : within(textlessAt(value, first), rest);
  }
  const found = listAt(value, first.slice(0, -2)).flatMap((each) => within(each, rest) ?? []);
  if (found.length === 0) return null;
  return found.slice(0, LONGEST_LIST).join(' ') + (found.length > LONGEST_LIST ? ' …' : '');
}

function textlessAt(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** One line without marks that are not seen or turn the reading order. */
function flat(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
  return line.length > LONGEST_NAME ? `${line.slice(0, LONGEST_NAME - 1)}…` : line;
}
