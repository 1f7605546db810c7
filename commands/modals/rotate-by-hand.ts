import type { KnownBlock, ModalView } from '@slack/types';
import { ageWords, kindWords, lastUseWords, statusWords } from '../../src/domain/key-words.ts';
import type { KeyLook } from '../../src/handlers/look-key.ts';
import type { KeyRow } from '../../src/ports/inventory.ts';
import { context, divider, preformatted, section } from '../../src/slack/blocks/elements.ts';
import {
  consolePage,
  createLine,
  deleteLine,
  lastUsedLine,
  updateLine,
} from '../../src/slack/blocks/key-by-hand.ts';
import { brief, code, plain, words } from '../../src/slack/blocks/mrkdwn.ts';

/** The quiet time AWS's last-use record can show, and the rest before deleting (DESIGN's quiet window and soak). */
const QUIET = 'a day';
const SOAK = 'seven days';

/**
 * How to rotate this key by hand, in AWS's order, where nothing is bound to its user or no connection may. Rekey itself
 * changes nothing here.
 */
export function rotateByHand(look: KeyLook): ModalView {
  const { key, others } = look;
  return {
    type: 'modal',
    title: plain('Rotate by hand', 24),
    close: plain('Close', 24),
    blocks: [
      section(
        `*${brief(key.userName, 90)}* · ${code(key.accessKeyId)}\nThe steps for a person, where Rekey cannot or should not do it. At its next sweep Rekey sees what was changed, and its reminders follow.`,
      ),
      ...warnings(look),
      divider(),
      ...(others.length === 0 ? stepBlocks(look) : [...fullBlocks(look), divider(), ...stepBlocks(look)]),
      context('Never paste a secret access key into Slack: Slack keeps what is typed.'),
    ],
  };
}

function warnings({ key, standing, now }: KeyLook): KnownBlock[] {
  const kind = standing?.kind;
  return [
    ...(kind?.kind === 'managed_elsewhere'
      ? [
          section(
            `*${words(kindWords(kind))}:* rotate it with the tool that made it, or the tool and AWS will disagree.`,
          ),
        ]
      : []),
    ...(key.status === 'Active'
      ? []
      : [
          section(
            `*This key is ${words(statusWords(key, now))}:* no call with it succeeds, so nothing needs a new one.`,
          ),
        ]),
  ];
}

/** Two keys: no third can be made, so one has to go first, and which one is for a person to say. */
function fullBlocks(look: KeyLook): KnownBlock[] {
  const { key, standing, others, now } = look;
  const all: readonly KeyRow[] = [{ key, standing }, ...others];
  const facts = all.map(
    ({ key: each }) =>
      `• ${code(each.accessKeyId)}: ${words(statusWords(each, now))}, ${words(ageWords(each.createdAt, now))}, ${brief(lastUseWords(each.lastUse), 300)}`,
  );
  const idle = all.filter(({ key: each }) => each.status !== 'Active').map(({ key: each }) => each);
  const advice =
    idle[0] === undefined
      ? 'All of them are Active. See which one is in use: if it is only one, make the other Inactive, wait ' +
        `${SOAK}, and delete it. If several are, first move whoever uses the oldest one to the newest. Unknown is not unused.`
      : `${idle.map(({ accessKeyId }) => code(accessKeyId)).join(' and ')} cannot be used now. When nobody waits for it, delete it; then begin at step 1.`;
  return [
    section(
      `*No new key can be made yet.* AWS allows two for a user, Inactive ones among them, and this user has ${all.length}.\n${facts.join('\n')}`,
    ),
    section(advice),
    ...idle.map((each) => preformatted(deleteLine(each))),
  ];
}

function stepBlocks({ key, account }: KeyLook): KnownBlock[] {
  const page = consolePage(key.userName, account.inventory?.partition ?? 'aws');
  const link = page === null ? 'the console' : `<${page}|the user’s page in the console>`;
  return [
    section(
      `*1. Make a second key*, on ${link} or with the line below. AWS shows its secret once: put it straight into the place your programs read.`,
    ),
    preformatted(createLine(key)),
    section(
      '*2. Distribute it.* Change every program, job and person that uses the old key, and let them load the new one. Both keys work meanwhile.',
    ),
    section(
      `*3. Check the last use.* The new key should show a use, and the old one none for ${QUIET} at least, longer for jobs that run seldom. AWS records a use at most once in 15 minutes.`,
    ),
    preformatted(lastUsedLine(key)),
    section('*4. Make the old key Inactive.* If something breaks, the second line brings it back at once.'),
    preformatted(`${updateLine(key, 'Inactive')}\n${updateLine(key, 'Active')}`),
    section(`*5. Wait ${SOAK}* with the old key Inactive, for what runs only weekly.`),
    section('*6. Delete the old key.* This cannot be undone.'),
    preformatted(deleteLine(key)),
  ];
}
