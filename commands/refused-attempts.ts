import type { Doer } from '../src/domain/actor.ts';
import { deletionVerb } from '../src/handlers/deletions/may.ts';
import { evidenceAct } from '../src/handlers/evidence/may.ts';
import { roleVerb } from '../src/handlers/containments/roles/may-revoke.ts';
import type { ContainmentAct } from '../src/handlers/containments/may.ts';
import { attemptedBy } from '../src/handlers/containments/may.ts';
import { recordRefusal, type Attempted } from '../src/handlers/refused.ts';
import type { Services } from '../src/handlers/services.ts';
import { ANY_INCIDENT } from '../src/ports/watch.ts';
import { CONTAINMENT_BROKE, CONTAINMENT_WELL } from '../src/slack/blocks/aftermath.ts';
import { CONTAINMENT_CLOSE } from '../src/slack/blocks/closing.ts';
import { OTHER_KEY, ROLE_LIFT, ROLE_REVIEW, ROLE_REVOKE } from '../src/slack/blocks/containment-around.ts';
import {
  CONTAINMENT_DETAILS,
  CONTAINMENT_LEAVE,
  CONTAINMENT_RECOVER,
  CONTAINMENT_STOP,
  CONTAINMENT_UNDO,
} from '../src/slack/blocks/containment-buttons.ts';
import { DELETION_APPROVE, DELETION_DECLINE } from '../src/slack/blocks/deletion.ts';
import { DRILL_GIVE_BACK, DRILL_OPEN, DRILL_STOP } from '../src/slack/blocks/drill.ts';
import {
  EVIDENCE_CONTAIN,
  EVIDENCE_DETAILS,
  EVIDENCE_ITEM,
  EVIDENCE_READ,
} from '../src/slack/blocks/evidence.ts';
import { INCIDENT_CLOSE, INCIDENT_DEACTIVATE, INCIDENT_EXPECT } from '../src/slack/blocks/incident.ts';
import { KEY_DEACTIVATE, KEY_DELETE, KEY_MENU } from '../src/slack/blocks/keys.ts';
import { OWNER_IT_WAS_ME, OWNER_IT_WAS_NOT_ME } from '../src/slack/blocks/owner-question.ts';
import { BROKE_FORM } from './actions/aftermath-buttons.ts';
import { OWNER_ME_FORM, OWNER_NOT_ME_FORM } from './actions/owner-answers.ts';
import { keyIn } from './deactivate.ts';
import type { Incoming } from './incoming.ts';
import { CONTAIN_FORM } from './modals/contain-form.ts';
import { LEAVE_FORM, RECOVER_FORM, UNDO_FORM } from './modals/containment-view.ts';
import { DELETE_FORM } from './modals/delete-form.ts';
import { DRILL_FORM } from './modals/drill-form.ts';
import { CLOSE_FORM, EXPECT_FORM } from './modals/incident-forms.ts';
import { ROLE_APPROVE_FORM, ROLE_ASK_FORM, ROLE_DECLINE, ROLE_LIFT_FORM } from './modals/role-forms.ts';

/** What is attempted by an entry about containments and incidents; the way in records it where no handler did. */
type Attempt =
  | { readonly about: 'containment'; readonly act: ContainmentAct }
  | { readonly about: 'evidence' }
  | { readonly about: 'incident'; readonly verb: string }
  /** Of a containment, by another verb. */
  | { readonly about: 'answer'; readonly verb: string }
  | { readonly about: 'key'; readonly verb: string }
  | { readonly about: 'drill'; readonly verb: string };

/** What choices of the menu of a key begin with, and what each is. */
const FROM_MENU: ReadonlyMap<string, string> = new Map([
  ['deactivate:', KEY_DEACTIVATE],
  ['delete:', KEY_DELETE],
]);
/** The command that asks for evidence, among others that ask for nothing of the kind. */
const EVIDENCE_COMMAND = '/aws-incidents';

const ATTEMPTS: ReadonlyMap<string, Attempt> = new Map<string, Attempt>([
  ['/aws-deactivate', { about: 'containment', act: 'contain' }],
  [KEY_DEACTIVATE, { about: 'containment', act: 'contain' }],
  [CONTAIN_FORM, { about: 'containment', act: 'contain' }],
  [CONTAINMENT_UNDO, { about: 'containment', act: 'undo' }],
  [UNDO_FORM, { about: 'containment', act: 'undo' }],
  [CONTAINMENT_RECOVER, { about: 'containment', act: 'recover' }],
  [RECOVER_FORM, { about: 'containment', act: 'recover' }],
  [CONTAINMENT_LEAVE, { about: 'containment', act: 'close' }],
  [LEAVE_FORM, { about: 'containment', act: 'close' }],
  [CONTAINMENT_STOP, { about: 'containment', act: 'stop_holding' }],
  [CONTAINMENT_DETAILS, { about: 'containment', act: 'look' }],
  [CONTAINMENT_WELL, { about: 'answer', verb: 'containment.well' }],
  [CONTAINMENT_BROKE, { about: 'answer', verb: 'containment.broke' }],
  [BROKE_FORM, { about: 'answer', verb: 'containment.broke' }],
  [CONTAINMENT_CLOSE, { about: 'answer', verb: 'incident.close' }],
  [INCIDENT_DEACTIVATE, { about: 'incident', verb: 'containment.contain' }],
  [INCIDENT_CLOSE, { about: 'incident', verb: 'incident.close' }],
  [CLOSE_FORM, { about: 'incident', verb: 'incident.close' }],
  [INCIDENT_EXPECT, { about: 'incident', verb: 'expectation.add' }],
  [EXPECT_FORM, { about: 'incident', verb: 'expectation.add' }],
  [OWNER_IT_WAS_ME, { about: 'incident', verb: 'incident.answer' }],
  [OWNER_IT_WAS_NOT_ME, { about: 'incident', verb: 'incident.answer' }],
  [OWNER_ME_FORM, { about: 'incident', verb: 'incident.answer' }],
  [OWNER_NOT_ME_FORM, { about: 'incident', verb: 'incident.answer' }],
  [EVIDENCE_COMMAND, { about: 'evidence' }],
  [EVIDENCE_READ, { about: 'evidence' }],
  [EVIDENCE_DETAILS, { about: 'evidence' }],
  [EVIDENCE_ITEM, { about: 'evidence' }],
  [EVIDENCE_CONTAIN, { about: 'containment', act: 'contain' }],
  [OTHER_KEY, { about: 'containment', act: 'contain' }],
  [ROLE_REVOKE, { about: 'answer', verb: roleVerb('ask') }],
  [ROLE_ASK_FORM, { about: 'answer', verb: roleVerb('ask') }],
  [ROLE_REVIEW, { about: 'answer', verb: roleVerb('approve') }],
  [ROLE_APPROVE_FORM, { about: 'answer', verb: roleVerb('approve') }],
  [ROLE_DECLINE, { about: 'answer', verb: roleVerb('decline') }],
  [ROLE_LIFT, { about: 'answer', verb: roleVerb('lift') }],
  [ROLE_LIFT_FORM, { about: 'answer', verb: roleVerb('lift') }],
  [KEY_DELETE, { about: 'key', verb: deletionVerb('ask') }],
  [DELETE_FORM, { about: 'key', verb: deletionVerb('ask') }],
  [DELETION_APPROVE, { about: 'key', verb: deletionVerb('approve') }],
  [DELETION_DECLINE, { about: 'key', verb: deletionVerb('decline') }],
  [DRILL_OPEN, { about: 'drill', verb: 'drill.start' }],
  [DRILL_FORM, { about: 'drill', verb: 'drill.start' }],
  [DRILL_STOP, { about: 'drill', verb: 'drill.stop' }],
  [DRILL_GIVE_BACK, { about: 'drill', verb: 'drill.give_back' }],
]);

/**
 * Puts a refused attempt at a containment or incident into the audit log, unless its handler did: people without a role,
 * guests, other workspaces, windows that are out of date, values that were forged. Does nothing for other entries.
 */
export async function recordAttempt(
  services: Services,
  incoming: Incoming,
  correlationId: string,
  error: unknown,
): Promise<void> {
  const attempt = attemptOf(incoming);
  if (attempt === undefined) return;
  await recordRefusal(services, () => attemptedIn(services, incoming, correlationId, attempt), error);
}

/** The menu of a key does other things, too, and so do commands; without a key they attempt nothing. */
function attemptOf({ kind, name, text }: Incoming): Attempt | undefined {
  if (name === KEY_MENU) {
    const [, entry] = [...FROM_MENU].find(([beginning]) => text.startsWith(beginning)) ?? [];
    return entry === undefined ? undefined : ATTEMPTS.get(entry);
  }
  if (name === EVIDENCE_COMMAND && !/^\s*evidence\s+\S/i.test(text)) return undefined;
  if (kind === 'command' && name !== EVIDENCE_COMMAND && typedKey(text) === undefined) return undefined;
  return ATTEMPTS.get(name);
}

async function attemptedIn(
  services: Services,
  incoming: Incoming,
  correlationId: string,
  attempt: Attempt,
): Promise<Attempted> {
  const { name } = incoming;
  const teamId = incoming.teamIds.find((id) => id !== services.teamId) ?? services.teamId;
  const doer: Doer = { kind: 'person', teamId, userId: idIn(incoming.userId) ?? '' };
  const carried = carriedIn(incoming);
  const by = { by: name };
  if (attempt.about === 'evidence') {
    const { kind = 'incident', id = (await latestOf(services, carried.key)) ?? '' } = carried;
    const ref = { kind: kind === 'containment' ? kind : 'incident', id } as const;
    const act = evidenceAct(ref, { teamId, userId: doer.userId }, correlationId);
    return { ...act, detail: { ...act.detail, ...by } };
  }
  if (attempt.about === 'key' || attempt.about === 'drill') {
    const { about, verb } = attempt;
    const entityId = (about === 'key' ? carried.key : carried.id) ?? '';
    return { doer, verb, entityKind: about, entityId, correlationId, detail: by };
  }
  if (attempt.about === 'incident') {
    const incidentId = carried.id ?? '';
    return {
      doer,
      verb: attempt.verb,
      entityKind: 'incident',
      entityId: incidentId,
      correlationId,
      detail: { incidents: incidentId === '' ? [] : [incidentId], ...by },
    };
  }
  const act = attempt.about === 'answer' ? 'look' : attempt.act;
  const { key, incident, id } = carried;
  const about =
    act === 'contain'
      ? { accessKeyId: key ?? '', incidentId: incident ?? null }
      : { containmentId: id ?? '' };
  const attempted = await attemptedBy(services, doer, correlationId, act, { ...about, detail: by });
  return attempt.about === 'answer' ? { ...attempted, verb: attempt.verb } : attempted;
}

/** The incident that a command asks for by its key. */
async function latestOf({ stores }: Services, key: string | undefined): Promise<string | undefined> {
  if (key === undefined) return undefined;
  const [latest] = await stores.watch.incidents.page({ ...ANY_INCIDENT, text: key }, null, 1);
  return latest?.id;
}

interface Carried {
  /** Of what there is evidence. */
  readonly kind?: string | undefined;
  readonly id?: string | undefined;
  readonly key?: string | undefined;
  readonly incident?: string | undefined;
}

/** Buttons that tell of what they are by the window they stand in. */
const IN_WINDOW: ReadonlySet<string> = new Set([ROLE_DECLINE]);

/** The ids an entry carries; whatever else is in it is left out, since it may be anything. */
function carriedIn({ kind, name, text, view }: Incoming): Carried {
  if (kind === 'command') return { key: typedKey(text) };
  if (kind === 'action' && !IN_WINDOW.has(name)) return carriedByButton(text);
  const metadata = view?.metadata ?? '';
  try {
    const read = Object(JSON.parse(metadata)) as Record<string, unknown>;
    return { id: idIn(read['id']), key: idIn(read['key']), incident: idIn(read['incident']) };
  } catch {
    return { id: idIn(metadata) };
  }
}

/** `["incident","ID","ABOUT"]` of evidence; `ID ROLE`, `KEY:ID` and `CHOICE:KEY` of others. */
function carriedByButton(text: string): Carried {
  try {
    const [kind, id, about] = JSON.parse(text) as unknown[];
    return { kind: idIn(kind), id: idIn(id), key: idIn(about) };
  } catch {
    const [one = '', other = ''] = text.split(/[ :]/);
    const key = [...FROM_MENU.keys()].includes(`${one}:`) ? other : one;
    return { id: idIn(one), key: idIn(key) };
  }
}

function idIn(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(value) ? value : undefined;
}

/** The key that was typed; nothing else of what was. */
function typedKey(text: string): string | undefined {
  try {
    return keyIn(text).accessKeyId;
  } catch {
    return undefined;
  }
}
