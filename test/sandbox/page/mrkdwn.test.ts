import { describe, expect, it } from 'vitest';
import { writeMoment } from '../../../sandbox/page/browser/moment.ts';
import { externalIdIn, parseMrkdwn, type Inline } from '../../../sandbox/page/browser/mrkdwn.ts';

const text = (words: string): Inline => ({ kind: 'text', text: words });

describe('parseMrkdwn', () => {
  it.each<readonly [string, string, readonly Inline[]]>([
    ['bold', 'a *b c* d', [text('a '), { kind: 'bold', children: [text('b c')] }, text(' d')]],
    [
      'italic in bold',
      '*a _b_*',
      [{ kind: 'bold', children: [text('a '), { kind: 'italic', children: [text('b')] }] }],
    ],
    ['strike', '~gone~', [{ kind: 'strike', children: [text('gone')] }]],
    ['no bold inside a word', 'a*b*c', [text('a*b*c')]],
    ['no bold around spaces', '2 * 3 * 4', [text('2 * 3 * 4')]],
    ['no bold after a zero-width space', '*\u200Bb*', [text('*\u200Bb*')]],
    ['no underscore pairs in names', 'rotate_self_now', [text('rotate_self_now')]],
    ['code keeps markup as it is', '`*a* &lt;b&gt;`', [{ kind: 'code', text: '*a* <b>' }]],
    ['bold around code', '*`a*b`*', [{ kind: 'bold', children: [{ kind: 'code', text: 'a*b' }] }]],
    ['a fence', 'x ```a\n*b*``` y', [text('x '), { kind: 'pre', text: 'a\n*b*' }, text(' y')]],
    ['escapes, once', '&amp;lt; &lt;b&gt;', [text('&lt; <b>')]],
    ['lines', 'a\nb', [text('a'), { kind: 'break' }, text('b')]],
    [
      'quotes',
      '&gt; a\n&gt;b\nc',
      [{ kind: 'quote', children: [text('a'), { kind: 'break' }, text('b')] }, text('c')],
    ],
    ['a person', '<@U1>', [{ kind: 'user', id: 'U1', label: null }]],
    [
      'a channel',
      '<#C1|general> <#C2|>',
      [
        { kind: 'channel', id: 'C1', label: 'general' },
        text(' '),
        { kind: 'channel', id: 'C2', label: null },
      ],
    ],
    ['a user group', '<!subteam^S1>', [{ kind: 'group', id: 'S1', label: null }]],
    ['a broadcast', '<!channel>', [{ kind: 'broadcast', name: 'channel' }]],
    [
      'a moment',
      '<!date^12^{date} {time}|then>',
      [{ kind: 'date', at: 12, format: '{date} {time}', fallback: 'then' }],
    ],
    ['a link', '<https://a.b/?c=1&amp;d=2|e>', [{ kind: 'link', url: 'https://a.b/?c=1&d=2', label: 'e' }]],
    ['no link to a script', '<javascript:alert(1)|e>', [text('<javascript:alert(1)|e>')]],
    [
      'a bare address',
      'see https://a.b/c.',
      [text('see '), { kind: 'link', url: 'https://a.b/c', label: 'https://a.b/c' }, text('.')],
    ],
  ])('reads %s', (_name, source, expected) => {
    expect(parseMrkdwn(source)).toEqual(expected);
  });

  it('leaves bare addresses alone when the text is verbatim', () => {
    expect(parseMrkdwn('https://a.b/c', true)).toEqual([text('https://a.b/c')]);
  });

  it('keeps every letter of a text without markup', () => {
    const source = 'Account 12 (a_b), 30 days * old; ~5 %, <not closed, `odd';
    expect(parseMrkdwn(source)).toEqual([text(source)]);
  });
});

describe('externalIdIn', () => {
  it('finds it in the form and in the setup, and nowhere else', () => {
    const section = (words: string): unknown => [{ type: 'section', text: { type: 'mrkdwn', text: words } }];
    expect(externalIdIn(section('trust Rekey with the external ID `rekey-a1`. It is kept'))).toBe('rekey-a1');
    expect(externalIdIn(section('The external ID is `rekey-b2`; it is yours'))).toBe('rekey-b2');
    expect(externalIdIn(section('Paste the ARN `arn:aws:iam::1:role/x`'))).toBeNull();
  });
});

describe('writeMoment', () => {
  const now = new Date(2026, 10, 23, 12, 0).getTime();

  it('says today and yesterday, and else the date', () => {
    const at = (days: number): number => now / 1000 - days * 86_400;
    expect(writeMoment(at(0), '{date_short_pretty}', '', now)).toBe('today');
    expect(writeMoment(at(1), 'on {date_pretty}', '', now)).toBe('on yesterday');
    expect(writeMoment(at(9), '{date_short_pretty}', '', now)).toMatch(/14/);
    expect(writeMoment(at(0), '{time}', '', now)).toMatch(/12/);
  });

  it('leaves unknown tokens and falls back for no time', () => {
    expect(writeMoment(now / 1000, '{moon}', '', now)).toBe('{moon}');
    expect(writeMoment(Number.NaN, '{date}', 'then', now)).toBe('then');
  });
});
