import type { ModalView } from '@slack/types';
import { evidenceItemView, evidenceView } from '../../commands/modals/evidence-view.ts';
import type { EvidenceSummary, EvidenceTold, ToldItem } from '../../src/domain/evidence.ts';
import type { Message } from '../../src/ports/slack.ts';
import { presenter } from '../../src/slack/blocks/outcome.ts';
import { NOW, type Outside } from './outside.ts';

const WEIGHTS = ['lasting', 'given_away', 'weakened', 'other'] as const;

function itemOf(outside: Outside, at: number): ToldItem {
  return {
    id: String(at),
    kind: 'user',
    weight: WEIGHTS[Math.floor(at / 15)] ?? 'other',
    says: `User \`${outside.path}\` was made for \`${outside.description}\``,
    note: at % 2 === 0 ? `It lets in \`${outside.description}\`.` : null,
    advice: 'Shut it off.',
    line: at % 3 === 0 ? `aws iam delete-user --user-name='${outside.path}'` : null,
    accessKeyId: at === 1 ? 'AKIAIOSFODNN7EXAMPLE' : null,
    at: at === 4 ? null : NOW,
    region: at === 2 ? null : 'eu-west-1',
    by: outside.alias,
  };
}

function summaryOf(outside: Outside, changes: Partial<EvidenceSummary> = {}): EvidenceSummary {
  return {
    madeAt: NOW,
    from: NOW,
    to: NOW,
    completeTo: null,
    gaps: Array.from({ length: 6 }, () => outside.reference),
    regions: 17,
    calls: 20_000,
    refused: 400,
    firstAt: NOW,
    lastAt: NOW,
    followed: 150,
    roles: Array.from({ length: 20 }, (_, at) => ({ who: outside.path, endsAt: at === 0 ? null : NOW })),
    items: Array.from({ length: 60 }, (_, at) => itemOf(outside, at)),
    itemsMore: 40,
    gone: 3,
    tried: 2,
    toDetectMs: 90_000,
    toNotifyMs: null,
    toContainMs: 7_200_000,
    sha256: 'f'.repeat(64),
    fileName: 'evidence-1.json.gz',
    ...changes,
  };
}

function toldOf(outside: Outside, changes: Partial<EvidenceTold> = {}): EvidenceTold {
  return {
    ref: { kind: 'incident', id: `rule:${outside.reference.slice(0, 60)}` },
    subject: outside.path,
    userName: outside.alias,
    accountId: '111122223333',
    phase: 'done',
    begunAt: NOW,
    progress: outside.description,
    askers: Array.from({ length: 9 }, (_, at) => `U0ADA${at}`),
    summary: summaryOf(outside),
    ...changes,
  };
}

const NOTHING = { items: [], itemsMore: 0, roles: [], gaps: [], completeTo: NOW, firstAt: null };

export function evidenceViewsOf(outside: Outside): [name: string, view: ModalView][] {
  const told = toldOf(outside);
  return [
    ['evidence', evidenceView(told, 'It was gathered.')],
    ['evidence, on its way', evidenceView(toldOf(outside, { phase: 'gathering', summary: null }), null)],
    ['evidence, one thing', evidenceItemView(told, itemOf(outside, 0))],
    ['evidence, one thing without a line', evidenceItemView(told, itemOf(outside, 1))],
  ];
}

export function evidenceMessagesOf(outside: Outside): [name: string, message: Message][] {
  const little = toldOf(outside, { userName: null, summary: summaryOf(outside, NOTHING) });
  return [
    ['evidence', presenter.evidenceMessage(toldOf(outside))],
    ['evidence, nothing found', presenter.evidenceMessage(little)],
    [
      'evidence, on its way',
      presenter.evidenceMessage(toldOf(outside, { phase: 'gathering', summary: null })),
    ],
    ['evidence, failed', presenter.evidenceMessage(toldOf(outside, { phase: 'failed', summary: null }))],
    ['evidence, over its files', presenter.evidenceHead(toldOf(outside), 'files')],
    ['evidence, over its pages', presenter.evidenceHead(little, 'pages')],
    ...presenter
      .evidencePages(Array.from({ length: 60 }, () => outside.description))
      .slice(0, 1)
      .map((message): [string, Message] => ['evidence, a page', message]),
  ];
}
