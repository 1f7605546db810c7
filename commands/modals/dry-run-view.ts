import type { KnownBlock, ModalView } from '@slack/types';
import { statusName } from '../../src/domain/key-words.ts';
import { stateName } from '../../src/domain/rotation-words.ts';
import { counted } from '../../src/domain/time-words.ts';
import type { PlannedCall, RotationPlan } from '../../src/handlers/rotations/plan.ts';
import { actions, button, context, preformatted, section } from '../../src/slack/blocks/elements.ts';
import { brief, code, cut, packedLines, plain, wholeLines, words } from '../../src/slack/blocks/mrkdwn.ts';

/** Each carries `KEY:PAGE`. */
export const DRY_RUN_PREVIOUS = 'rotation.dry_run_previous';
export const DRY_RUN_NEXT = 'rotation.dry_run_next';

/** Calls on one page. Another page asks AWS again, which nearly no rotation needs: a window holds that many. */
const CALLS_PER_PAGE = 150;
/** Characters of one fixed-width block. */
const BLOCK = 2_800;
const LONGEST_LINE = 240;

/** Every call the rotation would make, which keys it would touch and which not; nothing was changed to find that out. */
export function dryRunView(plan: RotationPlan, page: number): ModalView {
  const { calls, snapshot, accessKeyId } = plan;
  const pages = Math.max(1, Math.ceil(calls.length / CALLS_PER_PAGE));
  const shown = Math.min(Math.max(0, page), pages - 1);
  const from = shown * CALLS_PER_PAGE;
  const changing = calls.filter(({ changes }) => changes).length;
  return {
    type: 'modal',
    title: plain('Dry run', 24),
    close: plain('Back', 24),
    blocks: [
      section(
        `*${brief(snapshot.userName, 90)}* · ${code(accessKeyId)}\nNothing was changed: this only read.`,
      ),
      ...(shown === 0 ? keyBlocks(plan) : []),
      ...(calls.length === 0
        ? [section('It makes no call: it cannot be started. The window below says why.')]
        : [
            section(
              `*${counted(calls.length, 'call')}*, ${changing} of which ${changing === 1 ? 'changes' : 'change'} something. In order, as far as nothing comes in between:`,
            ),
            ...callBlocks(calls.slice(from, from + CALLS_PER_PAGE), from),
          ]),
      ...pagingBlocks(accessKeyId, shown, pages),
      context(
        'Reads are repeated while something is waited for; a call that changes something is made once, after its reads.',
      ),
    ],
  };
}

function keyBlocks({ accessKeyId, keys, spared, snapshot }: RotationPlan): KnownBlock[] {
  const old = keys.find((key) => key.accessKeyId === accessKeyId);
  const lines = [
    `• ${code(accessKeyId)}: *hit*. ${old === undefined ? '' : `${words(statusName(old.status))} now; `}made Inactive, and at the end deleted`,
    `• a new key of ${brief(snapshot.userName, 90)}: *hit*. Made and delivered`,
    ...spared.map(({ accessKeyId: id, why }) => `• ${code(cut(id, 64))}: *spared*. ${brief(why, 200)}`),
  ];
  return [section(wholeLines(['*Access keys*', ...lines], 2_900).join('\n'))];
}

/** As fixed-width text, so that it can be copied whole. */
function callBlocks(calls: readonly PlannedCall[], from: number): KnownBlock[] {
  const lines = calls.map((call, index) => cut(callLine(call, from + index + 1), LONGEST_LINE));
  return packedLines(lines, BLOCK).map(preformatted);
}

function callLine({ state, service, action, on, changes, when }: PlannedCall, number: number): string {
  const what = [`${service}:${action}`, on, when, stateName(state)];
  const text = what.map((part) => part.replace(/\s+/g, ' ')).join('  ·  ');
  return `${String(number).padStart(2)}  ${changes ? 'CHANGES' : 'reads  '}  ${text}`;
}

function pagingBlocks(accessKeyId: string, page: number, pages: number): KnownBlock[] {
  if (pages === 1) return [];
  const to = (at: number): { value: string } => ({ value: `${accessKeyId}:${at}` });
  return [
    context(`Page ${page + 1} of ${pages}`),
    actions('rotation.dry_run_paging', [
      ...(page > 0 ? [button('Previous', DRY_RUN_PREVIOUS, to(page - 1))] : []),
      ...(page < pages - 1 ? [button('Next', DRY_RUN_NEXT, to(page + 1))] : []),
    ]),
  ];
}
