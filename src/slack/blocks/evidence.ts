import type { KnownBlock } from '@slack/types';
import type { EvidenceRef, EvidenceSummary, EvidenceTold, ToldItem } from '../../domain/evidence.ts';
import { counted } from '../../domain/time-words.ts';
import type { Message } from '../../ports/slack.ts';
import { actions, button, context, fields, section } from './elements.ts';
import { linePages } from './line-pages.ts';
import { brief, code, cut, escape, moment, person, span, wholeLines } from './mrkdwn.ts';

/** Each carries what the evidence is of, as {@link evidenceValue} writes it. */
export const EVIDENCE_READ = 'evidence.read';
export const EVIDENCE_DETAILS = 'evidence.details';
export const EVIDENCE_CONTAIN = 'evidence.contain';
export const EVIDENCE_ITEM = 'evidence.item';

const SHOWN_ITEMS = 8;
const SHOWN_ROLES = 5;
const SHOWN_ASKERS = 5;
const PER_MESSAGE = 45;

/** What a button carries: what the evidence is of, and one thing in it. */
export function evidenceValue({ kind, id }: EvidenceRef, about?: string): string {
  return JSON.stringify(about === undefined ? [kind, id] : [kind, id, about]);
}

/** The button that has the evidence gathered. */
export function evidenceButton(ref: EvidenceRef, subject: string) {
  return button('Evidence', EVIDENCE_READ, {
    value: evidenceValue(ref),
    about: `Gather the evidence of ${subject}`,
  });
}

/** The message of an evidence, edited as it is gathered. */
export function evidenceMessage(told: EvidenceTold): Message {
  const { phase, subject, summary } = told;
  const title = {
    gathering: 'Evidence is being gathered',
    failed: 'The evidence was not gathered',
    done: 'Evidence',
  }[phase];
  return {
    text: escape(cut(`${title}: ${subject}`, 300)),
    blocks:
      phase === 'done' && summary !== null
        ? [...evidenceBlocks(told, summary, SHOWN_ITEMS), buttonsOf(told)]
        : [
            section(`*${title}* · ${whoseText(told)}\n${brief(told.progress, 900)}`),
            ...(phase === 'gathering'
              ? [
                  context(
                    `The files come to ${askersText(told)} in a direct message; this message tells what was found.`,
                  ),
                ]
              : [actions('evidence.actions', [evidenceButton(told.ref, subject)])]),
          ],
  };
}

function buttonsOf({ ref, subject }: EvidenceTold): KnownBlock {
  return actions('evidence.actions', [
    button('Details', EVIDENCE_DETAILS, {
      value: evidenceValue(ref),
      about: `All of the evidence of ${subject}`,
    }),
    button('Gather again', EVIDENCE_READ, {
      value: evidenceValue(ref),
      about: `Gather the evidence of ${subject} again`,
    }),
  ]);
}

/** What was found, with a button for each thing. */
export function evidenceBlocks(told: EvidenceTold, summary: EvidenceSummary, most: number): KnownBlock[] {
  const { items, itemsMore } = summary;
  const shown = items.slice(0, most);
  const more = items.length + itemsMore - shown.length;
  return [
    section(`*Evidence* · ${whoseText(told)}\n${coverageText(summary)}`),
    fields(factsOf(summary)),
    ...(shown.length === 0
      ? [section('It made and changed nothing that CloudTrail shows and that is still there.')]
      : shown.flatMap((item, at) => [
          ...(item.weight === shown[at - 1]?.weight ? [] : [context(`*${HEADINGS[item.weight]}*`)]),
          itemSection(told.ref, item),
        ])),
    ...(more > 0 ? [context(`${more} more: in *Details* and in the report.`)] : []),
    ...(summary.roles.length === 0 ? [] : [section(rolesText(summary))]),
    context(
      'Not in CloudTrail’s event history: calls on data (objects of S3), what was done inside instances, calls with a wrong secret, what roles did in other accounts. The report has the whole list.',
      `Files were sent to ${askersText(told)}. SHA-256 of what is in ${code(summary.fileName)}: ${code(summary.sha256)}`,
    ),
  ];
}

const HEADINGS: Readonly<Record<ToldItem['weight'], string>> = {
  lasting: 'Lets somebody back in',
  given_away: 'Given away',
  weakened: 'Weakened',
  other: 'Other changes',
};

/** One thing: what it is, and a button for what Rekey or a person can do. */
export function itemSection(ref: EvidenceRef, item: ToldItem): KnownBlock {
  const { accessKeyId, id, says } = item;
  return section(
    itemText(item),
    accessKeyId === null
      ? button('What to do', EVIDENCE_ITEM, {
          value: evidenceValue(ref, id),
          about: `What to do: ${says}`,
        })
      : button('Deactivate', EVIDENCE_CONTAIN, {
          value: evidenceValue(ref, accessKeyId),
          style: 'danger',
          about: `Deactivate ${accessKeyId}`,
        }),
  );
}

export function itemText({ at, says, note, region, by }: ToldItem): string {
  const when = at === null ? '' : `${moment(at)} `;
  const where = region === null ? '' : ` in ${code(cut(region, 40))}`;
  return `${when}${brief(says, 450)}${where} by ${code(cut(by, 80))}${note === null ? '' : `\n${brief(note, 250)}`}`;
}

function coverageText({ from, to, completeTo, gaps, regions }: EvidenceSummary): string {
  const read = `Read from ${moment(from)} to ${moment(to)}, in ${counted(regions, 'region')}.`;
  if (completeTo !== null) return `${read} Data complete to ${moment(completeTo)}.`;
  const lines = gaps.map((gap) => `• ${brief(gap, 200)}`);
  return `${read} *Not complete:*\n${wholeLines(lines, 900).join('\n')}`;
}

function factsOf(summary: EvidenceSummary): (readonly [string, string])[] {
  const { calls, refused, firstAt, lastAt, followed, gone, tried } = summary;
  const { toDetectMs, toNotifyMs, toContainMs } = summary;
  const when = firstAt === null || lastAt === null ? '' : `, ${moment(firstAt)} to ${moment(lastAt)}`;
  return [
    ['Calls', `${calls}${refused === 0 ? '' : ` (${refused} refused)`}${when}`],
    ['Sessions, keys and users followed', String(followed)],
    ['Removed again by them', String(gone)],
    ['Tried in vain', String(tried)],
    ['After the first signal', afterText(toDetectMs, toNotifyMs, toContainMs)],
  ];
}

function afterText(detect: number | null, notify: number | null, contain: number | null): string {
  const part = (what: string, ms: number | null): string =>
    `${what} ${ms === null ? 'not (yet), or not known' : `after ${span(ms)}`}`;
  return [part('detected', detect), part('told', notify), part('contained', contain)].join(', ');
}

function rolesText({ roles }: EvidenceSummary): string {
  const lines = roles
    .slice(0, SHOWN_ROLES)
    .map(
      ({ who, endsAt }) =>
        `• ${code(cut(who, 200))}${endsAt === null ? '' : `, until ${moment(endsAt)} at the latest`}`,
    );
  const more = roles.length - lines.length;
  return [
    '*Roles it assumed.* Denying the user does not end these sessions; revoke the sessions of each role (IAM console, *Revoke sessions*).',
    ...lines,
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('\n');
}

function whoseText({ subject, userName, accountId }: EvidenceTold): string {
  const user = userName === null ? '' : `${brief(userName, 90)} · `;
  return `${user}${code(cut(subject, 200))} · account ${code(accountId)}`;
}

function askersText({ askers }: EvidenceTold): string {
  const shown = askers.slice(0, SHOWN_ASKERS).map(person).join(', ');
  const more = askers.length - SHOWN_ASKERS;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** Over the files, or over the pages that come in their place. */
export function evidenceHead(told: EvidenceTold, how: 'files' | 'pages'): Message {
  const { summary, subject } = told;
  const sent =
    how === 'files'
      ? 'The report and everything it was made from follow as files. Keep them where few can read them.'
      : 'It comes in pages, since Rekey could not send it as files: the report, without the raw events. An admin may add the optional scope `files:write` to the app; then both come as files.';
  return {
    text: escape(cut(`Evidence: ${subject}`, 300)),
    blocks: [
      section(`*Evidence* · ${whoseText(told)}`),
      ...(summary === null ? [] : [section(coverageText(summary))]),
      section(sent),
      ...(summary === null
        ? []
        : [
            context(
              `SHA-256 of what is in ${code(summary.fileName)}: ${code(summary.sha256)}; ${code(`gzip -dc ${summary.fileName} | sha256sum`)} shows it again.`,
            ),
          ]),
    ],
  };
}

/** The report in pages. */
export function evidencePages(lines: readonly string[]): Message[] {
  return linePages(lines, {
    perMessage: PER_MESSAGE,
    title: (page, pages) => `Evidence, ${page} of ${pages}`,
    rest: null,
  });
}
