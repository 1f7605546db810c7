import type { ModalView } from '@slack/types';
import { isAccessKeyId } from '../../src/domain/access-key-id.ts';
import { DEFAULT_DRILL_MINUTES, DRILL_MINUTES } from '../../src/domain/drill.ts';
import type { DrillInput } from '../../src/handlers/drills/start.ts';
import type { KeyRow } from '../../src/ports/inventory.ts';
import { context, input, option, section } from '../../src/slack/blocks/elements.ts';
import { cut, plain } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';

export const DRILL_FORM = 'drill.form';
const KEY_FIELD = 'field.drillKey';
const MINUTES_FIELD = 'field.drillMinutes';
const PAGE_FIELD = 'field.drillPage';
export const DRILL_ERROR_BLOCK = KEY_FIELD;

/** Slack's limit for a menu. */
const SHOWN = 100;

const WHAT =
  'Rekey raises an alert about a decoy, marked as a drill. On-call presses *Deactivate* as in earnest, and the decoy is really shut off; the thread then says how long each step took. One click gives the key back.';

/** Asks which decoy, how long, and whether somebody may be woken; says how to make a decoy where there is none. */
export function drillForm(decoys: readonly KeyRow[], canPage: boolean): ModalView {
  const head = {
    type: 'modal',
    title: plain('Start a drill', 24),
    close: plain('Cancel', 24),
  } as const;
  if (decoys.length === 0) {
    return {
      ...head,
      blocks: [
        section(WHAT),
        section(
          '*There is no decoy yet.* Make an IAM user without any rights, and an access key of it that nobody uses; then set its kind to decoy: `/aws-keys` with the key, *Kind, owners, limits*.',
        ),
      ],
    };
  }
  const lengths = DRILL_MINUTES.map((minutes) => option(`${minutes} minutes`, String(minutes)));
  const usual = lengths[DRILL_MINUTES.indexOf(DEFAULT_DRILL_MINUTES)];
  return {
    ...head,
    callback_id: DRILL_FORM,
    submit: plain('Start', 24),
    blocks: [
      section(WHAT),
      input(KEY_FIELD, 'Decoy', {
        type: 'static_select',
        action_id: KEY_FIELD,
        options: decoys
          .slice(0, SHOWN)
          .map(({ key }) => option(`${cut(key.userName, 50)} · ${key.accessKeyId}`, key.accessKeyId)),
      }),
      ...(decoys.length > SHOWN ? [context(`${decoys.length - SHOWN} more decoys are not shown.`)] : []),
      input(MINUTES_FIELD, 'Ends by itself after', {
        type: 'static_select',
        action_id: MINUTES_FIELD,
        options: lengths,
        ...(usual === undefined ? {} : { initial_option: usual }),
      }),
      ...(canPage
        ? [
            input(
              PAGE_FIELD,
              'Paging',
              {
                type: 'checkboxes',
                action_id: PAGE_FIELD,
                options: [option('Page on-call, too', 'page', 'Somebody may be woken; the page says DRILL')],
              },
              { optional: true },
            ),
          ]
        : []),
    ],
  };
}

export function parseDrill(view: IncomingView): Parsed<DrillInput> {
  const accessKeyId = view.values.get(KEY_FIELD)?.one ?? '';
  const typed = Number(view.values.get(MINUTES_FIELD)?.one ?? DEFAULT_DRILL_MINUTES);
  const minutes = DRILL_MINUTES.find((each) => each === typed);
  if (!isAccessKeyId(accessKeyId)) return { ok: false, errors: { [KEY_FIELD]: 'Choose a decoy.' } };
  if (minutes === undefined) return { ok: false, errors: { [MINUTES_FIELD]: 'Choose how long.' } };
  const page = view.values.get(PAGE_FIELD)?.many.includes('page') === true;
  return { ok: true, input: { accessKeyId, minutes, page } };
}
