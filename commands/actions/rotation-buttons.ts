import type { BlockChoice, Rotation } from '../../src/domain/rotation.ts';
import { stateName } from '../../src/domain/rotation-words.ts';
import { DAY_MS } from '../../src/domain/time-words.ts';
import { isConflict, RekeyError } from '../../src/errors.ts';
import {
  decideRotation,
  hurryRotation,
  reactivateRotation,
  undoRotation,
  waitRotation,
  type SeenRotation,
} from '../../src/handlers/rotations/act.ts';
import { lookRotation, type RotationLook } from '../../src/handlers/rotations/look.ts';
import type { RotationAct } from '../../src/domain/rotation-acts.ts';
import { sayAllIsWell } from '../../src/handlers/rotations/well.ts';
import type { Request } from '../../src/handlers/request.ts';
import type { Message } from '../../src/ports/slack.ts';
import { actions, section } from '../../src/slack/blocks/elements.ts';
import { escape, moment } from '../../src/slack/blocks/mrkdwn.ts';
import {
  actLabel,
  parseRotationValue,
  ROTATION_DETAILS,
  ROTATION_SNIPPETS,
  ROTATION_WELL,
  rotationActionId,
  rotationButton,
} from '../../src/slack/blocks/rotation-buttons.ts';
import { stateBlocks } from '../../src/slack/blocks/rotation-card.ts';
import { rotationAnswered } from '../../src/slack/blocks/rotation-messages.ts';
import { modal, tooOld, type Action, type Context } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import {
  ACT_FORM,
  actForm,
  FINAL_FORM,
  parseAct,
  type AskedAct,
  type TypedAct,
} from '../modals/rotation-act-form.ts';
import { rotationView } from '../modals/rotation-view.ts';
import { SNIPPETS_TOOL, snippetsView } from '../modals/snippets-view.ts';
import { parseWait, WAIT_ERROR_BLOCK, WAIT_FORM, waitForm, type TypedWait } from '../modals/wait-form.ts';
import { morning } from '../morning.ts';
import { refusalText } from '../refusal.ts';
import { begun } from '../rotation-begun.ts';

const HOUR_MS = 3_600_000;
const LONGEST_WAIT_MS = 30 * DAY_MS;

/** What happens at one click; the rest asks in a window first. */
const AT_ONCE = ['retry', 'reactivate', 'end_wait'] as const;
const ASKED: readonly AskedAct[] = [
  'undo',
  'hurry',
  'approve',
  'go_on',
  'stop',
  'orphan_is_ours',
  'orphan_is_not_ours',
  'leave_place',
  'keep_new',
];

function seenIn(context: Context): SeenRotation {
  const seen = parseRotationValue(context.incoming.text);
  if (seen !== null) return seen;
  throw new RekeyError('expired', 'This button is from an older version of Rekey.', {
    next: 'Type `/aws-rotate` for the rotations there are.',
  });
}

function look(context: Context, rotationId: string): Promise<RotationLook> {
  return lookRotation(context.services, context.actor, rotationId);
}

/** Carries an act out on the rotation as it stands; the handlers say who may. */
function carriedOut(
  context: Context,
  request: Request,
  act: Exclude<RotationAct, 'wait'>,
  seen: SeenRotation,
  rotation: Rotation,
  accessKeyId: string | null = null,
): Promise<Rotation> {
  const { services } = context;
  const isChoice = rotation.block?.choices.some((choice) => choice === act) === true;
  if (act === 'end_wait') return waitRotation(services, request, { ...seen, wait: null });
  if (act === 'hurry') return hurryRotation(services, request, seen);
  if (act === 'undo' && !isChoice) return undoRotation(services, request, seen);
  if (act === 'reactivate' && !isChoice) return reactivateRotation(services, request, seen);
  const choice: BlockChoice = act;
  return decideRotation(services, request, {
    ...seen,
    choice,
    ...(accessKeyId === null ? {} : { accessKeyId }),
  });
}

/** Opens what shows or asks, with the rotation as it is now. */
function opens(
  actionId: string,
  run: (context: Context, seen: SeenRotation, found: RotationLook) => Promise<unknown>,
): Action {
  return {
    actionId,
    needs: 'member',
    opensModal: true,
    async run(context) {
      const seen = seenIn(context);
      await run(context, seen, await look(context, seen.rotationId));
    },
  };
}

/** The window of an act that still exists and that this person may do; else the rotation as it is, or who may. */
async function ask(context: Context, act: RotationAct, found: RotationLook): Promise<void> {
  const possible = found.acts.find((each) => each.act === act);
  if (possible === undefined) {
    const said = `*${actLabel(act, found.card.rotation).replace('…', '')}* does not exist any more: the rotation has moved on.`;
    await context.show(rotationView(found, said));
    return;
  }
  if (!possible.permission.allowed) {
    throw new RekeyError('forbidden', `You may not do this: ${possible.permission.why}.`);
  }
  await context.show(act === 'wait' ? waitForm(found) : actForm(act as AskedAct, found));
}

/** Does it, and says so where the button stood; a lost race shows how the rotation stands instead. */
function atOnce(act: (typeof AT_ONCE)[number]): Action {
  return {
    actionId: rotationActionId(act),
    needs: 'member',
    opensModal: false,
    async run(context, view) {
      const seen = seenIn(context);
      const { rotation } = (await look(context, seen.rotationId)).card;
      // Two people, or one twice, on one drawing of the button: it happens once.
      const once = `${context.incoming.name}:${context.incoming.text}:${rotation.wait?.at ?? ''}`;
      let refusal: string | null = null;
      try {
        await carriedOut(context, context.request({ decision: once }), act, seen, rotation);
      } catch (error) {
        if (!isConflict(error)) throw error;
        refusal = refusalText(error, context.correlationId, context.log);
      }
      const found = await look(context, seen.rotationId);
      await answer(context, view, found, refusal ?? begun(act, found.card));
    },
  };
}

/** What was done and how the rotation stands: in the window the button stood in, else to this person alone. */
async function answer(
  context: Context,
  view: IncomingView | null,
  found: RotationLook,
  said: string,
): Promise<void> {
  const { responseUrl } = context.incoming;
  if (view?.type === 'modal') await context.desk.update(view.id, rotationView(found, said));
  else if (responseUrl !== null) await context.desk.reply(responseUrl, standing(found, said));
}

function standing({ card }: RotationLook, said: string): Message {
  const { rotation } = card;
  return {
    text: escape(`${said} ${stateName(rotation.state)}`),
    blocks: [
      section(said),
      ...stateBlocks(card),
      actions('rotation.answer', [rotationButton('Details', ROTATION_DETAILS, rotation)]),
    ],
  };
}

const well: Action = {
  actionId: ROTATION_WELL,
  needs: 'member',
  opensModal: false,
  async run(context) {
    const { services, actor, desk, incoming } = context;
    const { rotationId, stateAt } = seenIn(context);
    const decision = `${ROTATION_WELL}:${rotationId}:${stateAt}:${actor.userId}`;
    await sayAllIsWell(services, context.request({ decision }), rotationId);
    const { card } = await look(context, rotationId);
    if (incoming.responseUrl !== null) {
      const said = `You said at ${moment(services.clock.now())} that all is well.`;
      await desk.replace(incoming.responseUrl, rotationAnswered(card, said));
    }
  },
};

const chooseTool: Action = {
  actionId: SNIPPETS_TOOL,
  needs: 'member',
  opensModal: false,
  async run(context, view) {
    if (view === null) return;
    await context.desk.update(
      view.id,
      snippetsView(await look(context, view.metadata), context.incoming.text),
    );
  },
};

export const rotationActions: readonly Action[] = [
  opens(ROTATION_DETAILS, (context, _, found) => context.show(rotationView(found, null))),
  opens(ROTATION_SNIPPETS, (context, _, found) => context.show(snippetsView(found, null))),
  chooseTool,
  ...AT_ONCE.map(atOnce),
  ...[...ASKED, 'wait' as const].map((act) =>
    opens(rotationActionId(act), (context, _, found) => ask(context, act, found)),
  ),
  well,
];

/** What was asked about in a window, in two kinds: only what can be taken back is done on a membership of yesterday. */
export const rotationModals = [
  ...([ACT_FORM, FINAL_FORM] as const).map((callbackId) =>
    modal<TypedAct | null>({
      callbackId,
      needs: 'member',
      irreversible: callbackId === FINAL_FORM,
      errorBlock: null,
      parse: parseAct,
      async submit(context, input, view) {
        if (input === null) throw tooOld();
        const { act, accessKeyId, ...seen } = input;
        const { rotation } = (await look(context, seen.rotationId)).card;
        return shown(
          context,
          view,
          seen.rotationId,
          ({ card }) => begun(act, card),
          () => carriedOut(context, context.request(), act, seen, rotation, accessKeyId),
        );
      },
    }),
  ),
  modal<TypedWait | null>({
    callbackId: WAIT_FORM,
    needs: 'member',
    irreversible: false,
    errorBlock: WAIT_ERROR_BLOCK,
    parse: parseWait,
    async submit(context, input, view) {
      if (input === null) throw tooOld();
      const { reason, until: typed, ...seen } = input;
      const { services } = context;
      const now = services.clock.now();
      const until = typeof typed === 'number' ? now + typed * HOUR_MS : await morning(context, typed);
      // A day chosen at its limit ends at midnight somewhere: half a day of grace.
      if (until <= now || until > now + LONGEST_WAIT_MS + DAY_MS / 2) {
        throw new RekeyError('invalid', 'Choose a day that is to come, 30 days ahead at the most.', {
          field: 'waitUntil',
        });
      }
      const held = () => `Held until ${moment(until)}.`;
      return shown(context, view, seen.rotationId, held, () =>
        waitRotation(services, context.request(), { ...seen, wait: { reason, until } }),
      );
    },
  }),
];

/** The rotation after an act: in the window below, or in this one when there is none. A lost race shows it too. */
async function shown(
  context: Context,
  view: IncomingView,
  rotationId: string,
  done: (found: RotationLook) => string,
  run: () => Promise<Rotation>,
): Promise<ReturnType<typeof rotationView> | 'close'> {
  let lost: string | null = null;
  try {
    await run();
  } catch (error) {
    if (!isConflict(error)) throw error;
    lost = `*Not done.* ${refusalText(error, context.correlationId, context.log)}`;
  }
  const found = await look(context, rotationId);
  const again = rotationView(found, lost ?? done(found));
  const { previousId } = view;
  if (lost !== null || previousId === null) return again;
  context.later(async () => {
    await context.desk.update(previousId, again);
  });
  return 'close';
}
