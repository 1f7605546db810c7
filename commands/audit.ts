import { nameKey, quotedName } from '../src/domain/connection.ts';
import { RekeyError } from '../src/errors.ts';
import { checkAudit } from '../src/handlers/check-audit.ts';
import {
  auditExportFailed,
  beginAuditExport,
  exportAudit,
  type AuditExport,
} from '../src/handlers/export-audit.ts';
import { lookAudit, type AuditFrom } from '../src/handlers/look-audit.ts';
import { verdictText, VERB_FAMILIES } from '../src/slack/blocks/audit.ts';
import { cut } from '../src/slack/blocks/mrkdwn.ts';
import { modal, type Action, type Command, type Context } from './entry.ts';
import {
  ANYTHING,
  AUDIT_FILTERS,
  AUDIT_FORM,
  AUDIT_NEWER,
  AUDIT_OLDER,
  AUDIT_VERIFY,
  auditView,
  chosenFilter,
  filterOf,
  parsePlace,
  type AuditChoice,
} from './modals/audit-view.ts';
import { auditExportWords } from './messages/audit-export.ts';
import { refusalText } from './refusal.ts';
import { tellPerson } from './tell-person.ts';

/** Admins only: the log names what people did. */
export const audit: Command = {
  command: '/aws-audit',
  usage: '[@person | connection name | roles | 7d | help]',
  summary: 'Read, verify and export the audit log',
  needs: 'admin',
  opensModal: true,
  async run(context, text) {
    await context.show(await look(context, await askedFor(context, text), null, null));
    return null;
  },
};

/** A filter was changed: the same window, from the newest entry on. */
const refilter: readonly Action[] = AUDIT_FILTERS.map((actionId) => ({
  actionId,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    if (view !== null)
      await context.desk.update(view.id, await look(context, chosenFilter(view), null, null));
  },
}));

const paging: readonly Action[] = [AUDIT_OLDER, AUDIT_NEWER].map((actionId) => ({
  actionId,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    if (view === null) return;
    const from = parsePlace(context.incoming.text);
    await context.desk.update(view.id, await look(context, chosenFilter(view), from, null));
  },
}));

/** A long log takes longer to check than Slack waits. */
const verifyNow: Action = {
  actionId: AUDIT_VERIFY,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    if (view === null) return;
    const [choice, from] = [chosenFilter(view), parsePlace(view.metadata)];
    await context.desk.update(view.id, await look(context, choice, from, 'Checking every entry…'));
    context.later(async () => {
      await context.desk.update(view.id, await look(context, choice, from, await checked(context)));
    });
  },
};

export const auditActions: readonly Action[] = [...refilter, ...paging, verifyNow];

export const auditModal = modal<AuditChoice>({
  callbackId: AUDIT_FORM,
  needs: 'admin',
  irreversible: false,
  errorBlock: AUDIT_FILTERS[0],
  parse: (view) => ({ ok: true, input: chosenFilter(view) }),
  async submit(context, choice, view) {
    const { services } = context;
    const filter = filterOf(choice, services.clock.now());
    const exported = await beginAuditExport(services, context.request(), filter);
    if (exported !== null) context.later(() => sendExport(context, exported));
    const said =
      exported === null
        ? 'No entry matches: nothing was sent.'
        : 'Your export is on its way: it comes to you in a direct message from Rekey.';
    return look(context, choice, parsePlace(view.metadata), said);
  },
});

async function sendExport(context: Context, exported: AuditExport): Promise<void> {
  const { services, actor, correlationId, log } = context;
  try {
    await exportAudit(services, exported, auditExportWords);
  } catch (error) {
    await auditExportFailed(services, exported);
    const why = refusalText(error, correlationId, log);
    await tellPerson(services, { userId: actor.userId, correlationId }, `*Your export failed.* ${why}`);
  }
}

async function look(
  context: Context,
  choice: AuditChoice,
  from: AuditFrom,
  said: string | null,
): Promise<ReturnType<typeof auditView>> {
  const { services, actor } = context;
  const filter = filterOf(choice, services.clock.now());
  return auditView(await lookAudit(services, actor, filter, from), choice, said);
}

async function checked(context: Context): Promise<string> {
  try {
    return verdictText(await checkAudit(context.services));
  } catch (error) {
    return `*Not checked.* ${refusalText(error, context.correlationId, context.log)}`;
  }
}

/** What stands behind the command: a person, a time, a part of the log, or the name of a connection. */
async function askedFor(context: Context, text: string): Promise<AuditChoice> {
  const person = /^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$/.exec(text)?.[1];
  if (person !== undefined) return { ...ANYTHING, userId: person };
  const days = /^(\d{1,4})\s*d(?:ays?)?$/i.exec(text)?.[1];
  if (days !== undefined && Number(days) > 0) return { ...ANYTHING, days: Number(days) };
  const family = VERB_FAMILIES.find(
    ([name]) => name === text.toLowerCase().replace(/s$/, '') || name === text,
  );
  if (family !== undefined) return { ...ANYTHING, family: family[0] };
  if (text === '') return ANYTHING;
  const all = await context.services.stores.connections.list();
  const name = text.replace(/^(["'“”`])(.*)\1$/, '$2');
  const found = all.find((connection) => nameKey(connection.name) === nameKey(name));
  if (found !== undefined) return { ...ANYTHING, connectionId: found.id };
  throw new RekeyError('not_found', 'There is no connection of that name.', {
    next:
      all.length === 0
        ? 'Type `/aws-audit` alone for everything.'
        : `There are: ${cut(all.map((connection) => quotedName(connection.name)).join(', '), 1500)}.`,
  });
}
