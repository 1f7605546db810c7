import type { KnownBlock, ModalView } from '@slack/types';
import type { RotationLook } from '../../src/handlers/rotations/look.ts';
import { context, option, section } from '../../src/slack/blocks/elements.ts';
import { brief, code, plain } from '../../src/slack/blocks/mrkdwn.ts';
import { SNIPPETS_NOTE, snippetBlocks, toolsOf } from '../../src/slack/blocks/rotation-snippets.ts';

/** The menu of tools; choosing one draws the window again. */
export const SNIPPETS_TOOL = 'rotation.snippets_tool';

/** Ready text that reads the destinations, of one tool at a time; it holds no secret. */
export function snippetsView({ ready, card }: RotationLook, tool: string | null): ModalView {
  const tools = toolsOf(ready);
  const chosen = tool !== null && tools.includes(tool) ? tool : (tools[0] ?? null);
  const { snapshot, newKeyId } = card.rotation;
  return {
    type: 'modal',
    private_metadata: card.rotation.id,
    title: plain('Snippets', 24),
    close: plain('Close', 24),
    blocks: [
      section(
        `*${brief(snapshot.userName, 90)}* · how to read the new key ${newKeyId === null ? '' : `${code(newKeyId)} `}where it was delivered`,
      ),
      ...(chosen === null ? [] : toolBlocks(tools, chosen)),
      ...snippetBlocks(ready, card.destinationNames, chosen),
      context(SNIPPETS_NOTE),
    ],
  };
}

function toolBlocks(tools: readonly string[], chosen: string): KnownBlock[] {
  const options = tools.slice(0, 100).map((tool) => option(tool, tool));
  const initial = options[tools.indexOf(chosen)];
  return [
    {
      type: 'actions',
      block_id: SNIPPETS_TOOL,
      elements: [
        {
          type: 'static_select',
          action_id: SNIPPETS_TOOL,
          placeholder: plain('Tool', 150),
          options,
          ...(initial === undefined ? {} : { initial_option: initial }),
        },
      ],
    },
  ];
}
