import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { registry } from '../../commands/index.ts';
import { validateMessage, validateView } from '../../src/slack/blocks/validate.ts';
import { wordsOf } from '../../sandbox/slack/driver/find.ts';
import { refusalOf } from '../../commands/refusal.ts';
import { RekeyError } from '../../src/errors.ts';
import { recordingLog } from '../support/system-world.ts';
import { keyMessagesOf, keyViewsOf } from './key-models.ts';
import { destinationMessagesOf, destinationViewsOf } from './destination-models.ts';
import { attemptOf, connectionOf, endingsOf, messagesOf, viewsOf } from './models.ts';
import { tame, type Outside } from './outside.ts';
import { outcomeView } from '../../commands/modals/outcome-view.ts';

/** Markup with ids that Rekey itself never writes, and whatever else has broken a layout. */
const HOSTILE = [
  '<!channel>',
  '<!here|here>',
  '<!everyone>',
  '<@U0EVIL>',
  '<#C0EVIL>',
  '<!subteam^S0EVIL>',
  '<https://evil.example|Sign in>',
  '@channel ',
  '&lt;!channel&gt;',
  '`',
  '``` ',
  '*',
  '_a_',
  '~',
  ':aws:',
  '\u202e',
  '\u2066',
  '\u200f',
  '\u200b',
  '\u0000',
  '\n',
  '\t',
  '"',
  '\\',
  '👩‍👩‍👧',
  'ﷺ',
  '\ud83d',
  'x'.repeat(90),
  '&'.repeat(60),
];
const LIVE = /<(?:!(?:channel|here|everyone|subteam\^S0EVIL)|@U0EVIL|#C0EVIL|https:\/\/evil)/;
const TURNED = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/;

/** Begins with a letter, as every text does that gets this far. */
function text(longest: number): fc.Arbitrary<string> {
  const piece = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ maxLength: 12 }));
  return fc
    .array(piece, { minLength: 1, maxLength: 40 })
    .map((pieces) => `a${pieces.join('')}`.slice(0, longest));
}

const outside: fc.Arbitrary<Outside> = fc.record({
  name: text(60),
  description: text(500),
  alias: text(63),
  path: text(512),
  reference: text(200),
});

/** The texts in which Slack reads markup. */
function marked(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(marked);
  if (typeof value !== 'object' || value === null) return [];
  const here = 'type' in value && value.type === 'mrkdwn' && 'text' in value ? [String(value.text)] : [];
  return [...here, ...Object.values(value).flatMap(marked)];
}

describe('every view', () => {
  it.each(viewsOf(tame))('is one Slack takes: %s', (_, view) => {
    expect(validateView(view)).toEqual([]);
  });

  it('stays one, and pings nobody, whatever the texts from outside are', () => {
    fc.assert(
      fc.property(outside, (given) => {
        for (const [name, view] of viewsOf(given)) {
          const texts = marked(view);
          const problems = validateView(view);
          expect({ name, problems, live: texts.filter((each) => LIVE.test(each)) }).toEqual({
            name,
            problems: [],
            live: [],
          });
          expect(texts.filter((each) => TURNED.test(each))).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('holds no secret field with a value', () => {
    for (const [, view] of viewsOf(tame)) {
      const secret = view.blocks.find((block) => block.block_id === 'field.secretAccessKey');
      expect(JSON.stringify(secret ?? {})).not.toContain('initial_value');
    }
  });
});

describe('every message', () => {
  it.each(messagesOf(tame))('is one Slack takes: %s', (_, message) => {
    expect(validateMessage({ text: message.text, blocks: [...message.blocks] })).toEqual([]);
  });

  it('stays one, and pings nobody, whatever the texts from outside are', () => {
    fc.assert(
      fc.property(outside, (given) => {
        for (const [name, message] of messagesOf(given)) {
          const texts = [message.text, ...marked(message.blocks)];
          const problems = validateMessage({ text: message.text, blocks: [...message.blocks] });
          expect({ name, problems, live: texts.filter((each) => LIVE.test(each)) }).toEqual({
            name,
            problems: [],
            live: [],
          });
          expect(texts.filter((each) => TURNED.test(each))).toEqual([]);
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** The values of one member, wherever it stands in a view. */
function members(value: unknown, key: string): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => members(each, key));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === key && typeof inner === 'string' ? [inner] : members(inner, key),
  );
}

describe('the registry', () => {
  const drawn = [...viewsOf(tame), ...messagesOf(tame)].map(([, each]) => each);
  const actions = registry.actions.map(({ actionId }) => actionId);
  const callbacks = registry.modals.map(({ callbackId }) => callbackId);

  it('names everything once', () => {
    const all = [
      ...registry.commands.map(({ command }) => command),
      ...callbacks,
      ...actions,
      ...registry.suggestions.map(({ actionId }) => actionId),
      ...registry.events.map(({ event }) => event),
    ];
    expect(all).toHaveLength(new Set(all).size);
  });

  it('answers every button, menu and form that is drawn', () => {
    const used = new Set(members(drawn, 'action_id').filter((id) => !id.startsWith('field.')));
    expect([...used].filter((id) => !actions.includes(id))).toEqual([]);
    expect(members(drawn, 'callback_id').filter((id) => !callbacks.includes(id))).toEqual([]);
  });

  it('has nothing that is drawn nowhere', () => {
    const used = new Set([...members(drawn, 'action_id'), ...members(drawn, 'callback_id')]);
    const registered = [...actions, ...callbacks, ...registry.suggestions.map(({ actionId }) => actionId)];
    expect(registered.filter((id) => !used.has(id))).toEqual([]);
  });

  it('shows errors at fields that its forms have', () => {
    const strange = registry.modals.filter(({ callbackId, errorBlock }) => {
      const forms = drawn.filter((each) => 'callback_id' in each && each.callback_id === callbackId);
      return errorBlock !== null && !forms.some((form) => members(form, 'block_id').includes(errorBlock));
    });
    expect(strange.map(({ callbackId }) => callbackId)).toEqual([]);
  });
});

describe('a refusal', () => {
  it('names people and channels, and passes no other markup on', () => {
    fc.assert(
      fc.property(text(300), (given) => {
        const { text: shown } = refusalOf(new RekeyError('invalid', given), 'r', recordingLog());
        expect(shown.replaceAll(/<[@#][CUW]0EVIL>/g, '')).not.toMatch(/<|>/);
      }),
    );
    const { text: shown, bare } = refusalOf(
      new RekeyError('conflict', 'By <@U0ADMIN> in <#C1>.'),
      'r',
      recordingLog(),
    );
    expect({ shown, bare }).toEqual({ shown: 'By <@U0ADMIN> in <#C1>.', bare: null });
  });

  it('leaves what fits a field as it was typed', () => {
    const { bare } = refusalOf(
      new RekeyError('invalid', 'R&D <x>', { next: 'Mend it.' }),
      'r',
      recordingLog(),
    );
    expect(bare).toBe('R&D <x> Mend it.');
  });

  it.each([
    [new Error('SELECT secret FROM x')],
    [new RekeyError('internal', 'The database failed.')],
    ['thrown'],
  ])('gives a reference for %s, and the cause to the log alone', (error) => {
    const log = recordingLog();
    const { text: shown } = refusalOf(error, 'ref1', log);
    expect(shown).toContain('reference `ref1`');
    expect(shown).not.toContain('SELECT');
    expect(log.lines.filter((line) => line.includes('ref1'))).toHaveLength(1);
  });
});

describe('outcomes in words', () => {
  it.each(endingsOf(tame).map(([kind, result], at) => ({ at, kind, result })))(
    'reads well: $at $kind $result.kind',
    ({ kind, result }) => {
      const view = outcomeView(attemptOf(tame, kind), result, null);
      const words = `${view.title.text}\n${wordsOf(view.blocks)}`;
      expect(words).not.toMatch(/undefined|null|\[object|\{"|NaN/);
      expect(words).toMatchSnapshot();
    },
  );
});

describe.each([
  ['keys', keyMessagesOf(tame), keyViewsOf(tame, connectionOf(tame))],
  ['destinations', destinationMessagesOf(tame), destinationViewsOf(tame, connectionOf(tame))],
] as const)('%s in words', (_, allMessages, allViews) => {
  const messages = allMessages.map(([name, { text, blocks }]) => ({
    name,
    words: `${text}\n${wordsOf(blocks)}`,
  }));
  const few = allViews.filter(([name]) => !name.includes('more than'));
  const views = few.map(([name, { title, blocks }]) => ({
    name,
    words: `${title.text}\n${wordsOf(blocks)}`,
  }));

  it.each([...messages, ...views])('read well: $name', ({ words }) => {
    expect(words).not.toMatch(/undefined|null|\[object|\{"|NaN|expire/i);
    expect(words).toMatchSnapshot();
  });
});
