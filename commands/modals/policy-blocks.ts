import type { KnownBlock } from '@slack/types';
import type { PolicyDocument } from '../../src/domain/policy.ts';
import { chunked } from '../../src/domain/role-templates.ts';
import { context, preformatted } from '../../src/slack/blocks/elements.ts';

/** Policy documents to copy, each under its number; one too long for a block comes in pieces, and says so. */
export function policyBlocks(documents: readonly PolicyDocument[]): KnownBlock[] {
  return documents.flatMap((document, index) => {
    const pieces = chunked(JSON.stringify(document, null, 1));
    const name = documents.length === 1 ? 'Policy' : `Policy ${index + 1} of ${documents.length}`;
    return [context(`${name}${inPieces(pieces.length)}`), ...pieces.map(preformatted)];
  });
}

/** What a caption adds when a text did not fit into one block; nothing when it did. */
export function inPieces(pieces: number): string {
  return pieces > 1 ? `, in ${pieces} pieces; join them in this order` : '';
}
