import type { KnownBlock } from '@slack/types';
import type { ReadyToRead } from '../../domain/rotation-card.ts';
import { preformatted, section } from './elements.ts';
import { brief, cut } from './mrkdwn.ts';

export const SNIPPETS_NOTE =
  'Ready text that reads the destination when it runs. It holds no secret: whoever runs it needs the right to read there.';

/** The tools there is ready text for. */
export function toolsOf(ready: readonly ReadyToRead[]): string[] {
  return [...new Set(ready.flatMap(({ snippets }) => snippets.map(({ tool }) => tool)))];
}

/** How each destination is read with one tool; two blocks each. */
export function snippetBlocks(
  ready: readonly ReadyToRead[],
  names: ReadonlyMap<string, string>,
  wanted: string | null,
): KnownBlock[] {
  return ready.flatMap(({ destinationId, where, snippets }) => {
    const name = brief(names.get(destinationId) ?? destinationId, 80);
    if (snippets.length === 0) {
      return [
        section(`*${name}*: ${brief(where, 200)}. Nothing can be read there: it was told the key itself.`),
      ];
    }
    return snippets
      .filter(({ tool }) => tool === wanted)
      .flatMap(({ tool, text }) => [
        section(`*${name}* · ${brief(tool, 40)}`),
        preformatted(cut(text, 2_900)),
      ]);
  });
}
