import { array, assert as check, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMrkdwn, type Inline } from '../../../sandbox/page/browser/mrkdwn.ts';
import { words } from '../../../src/slack/blocks/mrkdwn.ts';

/** What a reader sees, when nothing in it is markup; else null. */
function seen(parts: readonly Inline[]): string | null {
  const texts = parts.map((part) => (part.kind === 'text' ? part.text : null));
  return texts.includes(null) ? null : texts.join('').replaceAll('\u200B', '');
}

describe('words', () => {
  it.each(['__proto__', '**bold**', '~~gone~~', '*_both_*', '_a_ __b__ (_c_) "_d_"', ':tada: a:b:c'])(
    'shows %s as it is',
    (text) => {
      expect(seen(parseMrkdwn(words(text)))).toBe(text);
    },
  );

  it('lets no text of markers and letters become markup', () => {
    const piece = constantFrom('*', '_', '~', 'a', 'b', ' ', '(', '"', ':', '<', '>', '&', '!', '@', '#');
    check(
      property(array(piece, { maxLength: 24 }), (pieces) => {
        const text = `x${pieces.join('')}x`.replace(/\s+/g, ' ');
        expect(seen(parseMrkdwn(words(text)))).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });
});
