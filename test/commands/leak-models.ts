import type { LeakCard, LeakedKey } from '../../src/domain/leak.ts';
import type { Message } from '../../src/ports/slack.ts';
import { presenter } from '../../src/slack/blocks/outcome.ts';
import { NOW, type Outside } from './outside.ts';

/** Alerts about messages with keys, as full as they get. */
export function leakMessagesOf(outside: Outside): [name: string, message: Message][] {
  const key: LeakedKey = {
    accessKeyId: 'AKIAY34FZKBOKMUTVV7A',
    kind: 'key',
    accountId: '609629065308',
    accountName: outside.name,
    known: {
      userName: outside.alias,
      status: 'Active',
      ownership: { known: false, why: outside.description },
    },
    decoyOf: null,
  };
  const others: LeakedKey[] = [
    { ...key, accessKeyId: 'ASIAY34FZKBOKMUTVV7A', kind: 'session', known: null },
    {
      ...key,
      accessKeyId: 'AKIASP2TPHJSQH3FJRUX',
      accountName: null,
      known: null,
      decoyOf: 'Thinkst Canary',
    },
    { ...key, accessKeyId: 'AKIAQNZGKIQY56JQ7WML', accountName: null, known: null },
    { ...key, accessKeyId: 'AKIAJNZGKIQY56JQ7WML', accountId: null, accountName: null, known: null },
    ...Array.from({ length: 46 }, (_, at) => ({ ...key, accessKeyId: `AKIAY34FZKBOKMUTV${at + 222}` })),
  ];
  const card: LeakCard = {
    message: {
      channelId: 'C0GENERAL',
      ts: '1732100000.000100',
      threadTs: '1732000000.000100',
      shared: true,
      author: { kind: 'app', id: 'B0CI', name: outside.alias },
    },
    link: 'https://example.slack.com/archives/C0GENERAL/p1732100000000100',
    seenAt: NOW,
    severity: 'critical',
    keys: [key, ...others],
    more: 450,
    secretAlone: true,
    told: 'not',
    end: { what: 'deleted', at: NOW },
  };
  const author = { kind: 'person', userId: 'U0NOBODY', foreign: true } as const;
  const plain: LeakCard = {
    ...card,
    link: null,
    keys: [key],
    more: 0,
    secretAlone: false,
    told: 'direct',
    end: null,
    message: { ...card.message, threadTs: null, shared: false, author },
  };
  return [
    ['leak of many keys', presenter.leakAlert(card)],
    ['leak of one key', presenter.leakAlert(plain)],
    ['leak of a secret alone', presenter.leakAlert({ ...plain, keys: [], secretAlone: true, told: 'not' })],
    ['leak, posted again', presenter.leakAgain(card)],
    ['leak, message deleted', presenter.leakEnd(card)],
    ['leak, key back', presenter.leakEnd(plain)],
    ['leak, to the author', presenter.leakToAuthor(card)],
    ['leak of a secret, to the author', presenter.leakToAuthor({ ...plain, keys: [] })],
    ['leak, too many', presenter.leakFlood(card.message, 10)],
  ];
}
