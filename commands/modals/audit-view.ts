import type { InputBlock, KnownBlock, ModalView } from '@slack/types';
import type { AuditFilter, AuditPlace } from '../../src/ports/audit.ts';
import { IN_FILE, IN_MESSAGES } from '../../src/handlers/export-audit.ts';
import type { AuditFrom, AuditLook } from '../../src/handlers/look-audit.ts';
import { chainText, entryText, VERB_FAMILIES } from '../../src/slack/blocks/audit.ts';
import {
  actions,
  button,
  context,
  divider,
  input,
  option,
  section,
} from '../../src/slack/blocks/elements.ts';
import { plain } from '../../src/slack/blocks/mrkdwn.ts';
import type { IncomingView } from '../incoming.ts';

export const AUDIT_FORM = 'audit.form';
export const AUDIT_OLDER = 'audit.older';
export const AUDIT_NEWER = 'audit.newer';
export const AUDIT_VERIFY = 'audit.verify';
/** The filters: their block ids and their action ids. */
export const AUDIT_FILTERS = ['audit.person', 'audit.connection', 'audit.family', 'audit.days'] as const;

const [PERSON, CONNECTION, FAMILY, DAYS] = AUDIT_FILTERS;
const ANY = 'any';
const DAY_MS = 86_400_000;
/** A menu holds a hundred; one of them is "Any". */
const SHOWN_CONNECTIONS = 99;

/** What is chosen in the filters; null means any. */
export interface AuditChoice {
  readonly userId: string | null;
  readonly connectionId: string | null;
  readonly family: string | null;
  readonly days: number | null;
}

export const ANYTHING: AuditChoice = { userId: null, connectionId: null, family: null, days: null };

export function filterOf({ userId, connectionId, family, days }: AuditChoice, now: number): AuditFilter {
  return { userId, connectionId, family, since: days === null ? null : now - days * DAY_MS };
}

/** The choice in an open window. */
export function chosenFilter(view: IncomingView): AuditChoice {
  const one = (block: string): string | null => {
    const value = view.values.get(block)?.one ?? null;
    return value === ANY ? null : value;
  };
  const days = Number(one(DAYS) ?? Number.NaN);
  return {
    userId: one(PERSON),
    connectionId: one(CONNECTION),
    family: one(FAMILY),
    days: Number.isSafeInteger(days) && days > 0 ? days : null,
  };
}

/** The place a button's value or the window's metadata names; null for the newest entries. */
export function parsePlace(text: string): AuditFrom {
  const found = /^(before|after):(\d{1,16}):(\w{1,64})$/.exec(text);
  const [, way, at, id] = found ?? [];
  if (id === undefined) return null;
  const place = { at: Number(at), id };
  return way === 'after' ? { after: place } : { before: place };
}

function printPlace(from: AuditFrom): string {
  if (from === null) return '';
  return 'after' in from ? `after:${placed(from.after)}` : `before:${placed(from.before)}`;
}

function placed({ at, id }: AuditPlace): string {
  return `${at}:${id}`;
}

/** The log, newest first, with its filters; `said`: what the last button did, in mrkdwn, or null. */
export function auditView(look: AuditLook, choice: AuditChoice, said: string | null): ModalView {
  const names = new Map(look.connections.map(({ id, name }) => [id, name]));
  return {
    type: 'modal',
    callback_id: AUDIT_FORM,
    private_metadata: printPlace(look.from),
    title: plain('Audit log', 24),
    submit: plain('Export', 24),
    close: plain('Close', 24),
    blocks: [
      ...(said === null ? [] : [section(said), divider()]),
      section(
        chainText(look.lastCheck, look.unchained, look.now),
        button('Verify now', AUDIT_VERIFY, { about: 'Verify the chain of the audit log now' }),
      ),
      ...filters(look, choice),
      divider(),
      ...(look.entries.length === 0 ? [section('No entry matches.')] : []),
      ...look.entries.map((entry) => section(entryText(entry, names))),
      ...paging(look),
      context(
        `Export sends the newest entries that match to you in a direct message: ${IN_FILE.toLocaleString('en')} in a file at the most, ${IN_MESSAGES} where the app may send no files. It is itself recorded here.`,
      ),
    ],
  };
}

function filters({ connections }: AuditLook, choice: AuditChoice): InputBlock[] {
  const days = [...new Set([1, 7, 30, 90, ...(choice.days === null ? [] : [choice.days])])].sort(
    (a, b) => a - b,
  );
  const shown = connections.filter(
    ({ id }, index) => index < SHOWN_CONNECTIONS - 1 || id === choice.connectionId,
  );
  return [
    input(
      PERSON,
      'Person',
      {
        type: 'users_select',
        action_id: PERSON,
        placeholder: plain('Anybody', 150),
        ...(choice.userId === null ? {} : { initial_user: choice.userId }),
      },
      { optional: true, dispatch: true },
    ),
    menu(
      CONNECTION,
      'Connection',
      'Any connection',
      choice.connectionId,
      shown.slice(0, SHOWN_CONNECTIONS).map(({ id, name }) => [id, name] as const),
    ),
    menu(FAMILY, 'What', 'Everything', choice.family, VERB_FAMILIES),
    menu(
      DAYS,
      'When',
      'Any time',
      choice.days === null ? null : String(choice.days),
      days.map((count) => [String(count), count === 1 ? 'Last day' : `Last ${count} days`] as const),
    ),
  ];
}

/** A menu whose first option lifts the filter. */
function menu(
  id: string,
  label: string,
  any: string,
  chosen: string | null,
  choices: readonly (readonly [value: string, label: string])[],
): InputBlock {
  const options = [option(any, ANY), ...choices.map(([value, text]) => option(text, value))];
  const initial = options.find(({ value }) => value === (chosen ?? ANY));
  return input(
    id,
    label,
    {
      type: 'static_select',
      action_id: id,
      options,
      ...(initial === undefined ? {} : { initial_option: initial }),
    },
    { optional: true, dispatch: true },
  );
}

function paging({ entries, hasOlder, hasNewer }: AuditLook): KnownBlock[] {
  const [first, last] = [entries[0], entries.at(-1)];
  if (first === undefined || last === undefined || (!hasOlder && !hasNewer)) return [];
  return [
    actions('audit.paging', [
      ...(hasNewer ? [button('Newer', AUDIT_NEWER, { value: printPlace({ after: first }) })] : []),
      ...(hasOlder ? [button('Older', AUDIT_OLDER, { value: printPlace({ before: last }) })] : []),
    ]),
  ];
}
