import { createHash } from 'node:crypto';
import { onlyKeyId, QUERY_HELP, readQuery, type KeyQuery } from '../src/domain/key-query.ts';
import { RekeyError } from '../src/errors.ts';
import { beginExport, exportFailed, exportKeys, type KeysExport } from '../src/handlers/export-keys.ts';
import { lookKey } from '../src/handlers/look-key.ts';
import {
  FIRST_PAGE,
  lookAccounts,
  lookKeys,
  type KeysLook,
  type KeysPlace,
} from '../src/handlers/look-keys.ts';
import { sweepNow, type SweepAsked } from '../src/handlers/sweep-now.ts';
import type { Message } from '../src/ports/slack.ts';
import { exportWords } from './messages/key-export.ts';
import {
  keyList,
  KEYS_EXPORT,
  KEYS_NEXT,
  KEYS_PREVIOUS,
  KEYS_REFRESH,
  KEYS_SWEEP,
} from './messages/key-list.ts';
import { brief } from '../src/slack/blocks/mrkdwn.ts';
import type { Action, Command, Context } from './entry.ts';
import { parseState, printState } from './key-state.ts';
import { keyView } from './modals/key-view.ts';
import { refusalText } from './refusal.ts';
import { tellPerson } from './tell-person.ts';

export const keys: Command = {
  command: '/aws-keys',
  usage: '[filter | access key ID | help]',
  summary: 'List access keys, most urgent first',
  details: `Filters, several at once: ${QUERY_HELP}`,
  needs: 'viewer',
  opensModal: (text) => onlyKeyId(text) !== null,
  async run(context, text) {
    const id = onlyKeyId(text);
    if (id === null) return listed(context, await askedFor(context, text), FIRST_PAGE, null);
    await context.show(keyView(await lookKey(context.services, context.actor, id), null));
    return null;
  },
};

async function askedFor(context: Context, text: string): Promise<KeyQuery> {
  const accounts = await lookAccounts(context.services);
  const read = readQuery(text, { userId: context.actor.userId, accounts });
  if (read.ok) return read.query;
  throw new RekeyError('invalid', read.error, { next: read.next });
}

/** One page of the list as a message. */
async function listed(
  context: Context,
  query: KeyQuery,
  place: KeysPlace,
  said: string | null,
): Promise<Message> {
  return message(await lookKeys(context.services, context.actor, query, place), said);
}

function message(look: KeysLook, said: string | null): Message {
  const { query, place, rows, now } = look;
  const [first, last] = [rows[0], rows.at(-1)];
  const at = (row: KeysLook['rows'][number] | undefined) => ({
    urgency: row?.standing?.urgency ?? -1,
    accessKeyId: row?.key.accessKeyId ?? '',
  });
  return keyList(
    look,
    {
      here: printState(query, place.from, place.page, now),
      previous: printState(query, { before: at(first) }, Math.max(1, place.page - 1), now),
      next: printState(query, { after: at(last) }, place.page + 1, now),
    },
    said,
  );
}

/** Puts the list, as it is now, in the place of the message whose button was pressed. */
async function show(context: Context, next: Message): Promise<void> {
  const { responseUrl } = context.incoming;
  if (responseUrl !== null) await context.desk.replace(responseUrl, next);
}

const paging: readonly Action[] = [KEYS_PREVIOUS, KEYS_NEXT, KEYS_REFRESH].map((actionId) => ({
  actionId,
  needs: 'viewer',
  opensModal: false,
  async run(context) {
    const { query, place } = parseState(context.incoming.text);
    await show(context, await listed(context, query, place, null));
  },
}));

/** What names a wish: two clicks on one drawing of a list, which carry the same state, are one. */
function onceOf({ incoming, actor }: Context): string {
  const state = createHash('sha256').update(incoming.text).digest('base64url').slice(0, 22);
  return `${incoming.name}:${actor.userId}:${state}`;
}

const sweep: Action = {
  actionId: KEYS_SWEEP,
  needs: 'operator',
  opensModal: false,
  async run(context) {
    const { services, actor } = context;
    const { query, place } = parseState(context.incoming.text);
    const look = await lookKeys(services, actor, query, place);
    const asked = await sweepNow(services, context.request({ decision: onceOf(context) }), look.accounts);
    await show(context, message(look, sweepText(asked)));
  },
};

function sweepText({ begun, running }: SweepAsked): string {
  const names = (accounts: SweepAsked['begun']): string => {
    const shown = accounts.slice(0, 5).map(({ name }) => `*${brief(name, 90)}*`);
    return [...shown, ...(accounts.length > 5 ? [`${accounts.length - 5} more`] : [])].join(', ');
  };
  return [
    ...(begun.length === 0 ? [] : [`Rekey now reads the keys of ${names(begun)} from AWS, as you asked.`]),
    ...(running.length === 0 ? [] : [`${names(running)}: a sweep is under way already.`]),
    '*Refresh* shows how far it is; the list below is from before.',
  ].join(' ');
}

const exporting: Action = {
  actionId: KEYS_EXPORT,
  needs: 'viewer',
  opensModal: false,
  async run(context) {
    const { services } = context;
    const { query, place } = parseState(context.incoming.text);
    const exported = await beginExport(services, context.request({ decision: onceOf(context) }), query);
    context.later(() => sendExport(context, exported));
    const said = 'Your export is on its way: it comes to you in a direct message from Rekey.';
    await show(context, await listed(context, query, place, said));
  },
};

async function sendExport(context: Context, exported: KeysExport): Promise<void> {
  const { services, actor, correlationId, log } = context;
  try {
    await exportKeys(services, exported, exportWords);
  } catch (error) {
    await exportFailed(services, exported);
    const why = refusalText(error, correlationId, log);
    await tellPerson(services, { userId: actor.userId, correlationId }, `*Your export failed.* ${why}`);
  }
}

export const keyListActions: readonly Action[] = [...paging, sweep, exporting];
