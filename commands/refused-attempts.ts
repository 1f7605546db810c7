import type { Doer } from '../src/domain/actor.ts';
import type { ContainmentAct } from '../src/handlers/containments/may.ts';
import { attemptedBy } from '../src/handlers/containments/may.ts';
import { recordRefusal, type Attempted } from '../src/handlers/refused.ts';
import type { Services } from '../src/handlers/services.ts';
import { CONTAINMENT_BROKE, CONTAINMENT_WELL } from '../src/slack/blocks/aftermath.ts';
import { CONTAINMENT_CLOSE } from '../src/slack/blocks/closing.ts';
import {
  CONTAINMENT_DETAILS,
  CONTAINMENT_RECOVER,
  CONTAINMENT_STOP,
  CONTAINMENT_UNDO,
} from '../src/slack/blocks/containment.ts';
import { INCIDENT_CLOSE, INCIDENT_DEACTIVATE, INCIDENT_EXPECT } from '../src/slack/blocks/incident.ts';
import { KEY_DEACTIVATE, KEY_MENU } from '../src/slack/blocks/keys.ts';
import { OWNER_IT_WAS_ME, OWNER_IT_WAS_NOT_ME } from '../src/slack/blocks/owner-question.ts';
import { BROKE_FORM } from './actions/aftermath-buttons.ts';
import { OWNER_ME_FORM, OWNER_NOT_ME_FORM } from './actions/owner-answers.ts';
import { keyIn } from './deactivate.ts';
import type { Incoming } from './incoming.ts';
import { CONTAIN_FORM } from './modals/contain-form.ts';
import { RECOVER_FORM, UNDO_FORM } from './modals/containment-view.ts';
import { CLOSE_FORM, EXPECT_FORM } from './modals/incident-forms.ts';

/** What is attempted by an entry about containments and incidents; the way in records it where no handler did. */
type Attempt =
  | { readonly about: 'containment'; readonly act: ContainmentAct }
  | { readonly about: 'incident'; readonly verb: string }
  | { readonly about: 'answer'; readonly verb: string };

/** What a choice of the menu of a key begins with. */
const FROM_MENU = 'deactivate:';

const ATTEMPTS: ReadonlyMap<string, Attempt> = new Map<string, Attempt>([
  ['/aws-deactivate', { about: 'containment', act: 'contain' }],
  [KEY_DEACTIVATE, { about: 'containment', act: 'contain' }],
  [CONTAIN_FORM, { about: 'containment', act: 'contain' }],
  [CONTAINMENT_UNDO, { about: 'containment', act: 'undo' }],
  [UNDO_FORM, { about: 'containment', act: 'undo' }],
  [CONTAINMENT_RECOVER, { about: 'containment', act: 'recover' }],
  [RECOVER_FORM, { about: 'containment', act: 'recover' }],
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
  // A command without a key in it attempts nothing.
  if (attempt === undefined || (incoming.kind === 'command' && typedKey(incoming.text) === undefined)) return;
  await recordRefusal(services, () => attemptedIn(services, incoming, correlationId, attempt), error);
}

/** The menu of a key does other things, too. */
function attemptOf({ name, text }: Incoming): Attempt | undefined {
  const isMenu = name === KEY_MENU && text.startsWith(FROM_MENU);
  return ATTEMPTS.get(isMenu ? KEY_DEACTIVATE : name);
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
  if (attempt.about === 'incident') {
    const incidentId = carried.id ?? '';
    return {
      doer,
      verb: attempt.verb,
      entityKind: 'incident',
      entityId: incidentId,
      correlationId,
      detail: { incidents: incidentId === '' ? [] : [incidentId], by: name },
    };
  }
  const act = attempt.about === 'answer' ? 'look' : attempt.act;
  const { key, incident, id } = carried;
  const about =
    act === 'contain'
      ? { accessKeyId: key ?? '', incidentId: incident ?? null }
      : { containmentId: id ?? '' };
  const attempted = await attemptedBy(services, doer, correlationId, act, { ...about, detail: { by: name } });
  return attempt.about === 'answer' ? { ...attempted, verb: attempt.verb } : attempted;
}

interface Carried {
  readonly id?: string | undefined;
  readonly key?: string | undefined;
  readonly incident?: string | undefined;
}

/** The ids an entry carries; whatever else is in it is left out, since it may be anything. */
function carriedIn({ kind, text, view }: Incoming): Carried {
  if (kind === 'command') return { key: typedKey(text) };
  if (kind === 'action')
    return { id: idIn(text.replace(/:\d+$/, '')), key: idIn(text.replace(FROM_MENU, '')) };
  const metadata = view?.metadata ?? '';
  try {
    const read = Object(JSON.parse(metadata)) as Record<string, unknown>;
    return { id: idIn(read['id']), key: idIn(read['key']), incident: idIn(read['incident']) };
  } catch {
    return { id: idIn(metadata) };
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
