import { isAccessKeyId } from '../../src/domain/access-key-id.ts';
import type { EvidenceRef } from '../../src/domain/evidence.ts';
import { beginEvidence } from '../../src/handlers/evidence/begin.ts';
import { itemOf, lookEvidence } from '../../src/handlers/evidence/look.ts';
import {
  EVIDENCE_CONTAIN,
  EVIDENCE_DETAILS,
  EVIDENCE_ITEM,
  EVIDENCE_READ,
} from '../../src/slack/blocks/evidence.ts';
import { tooOld, type Action, type Context } from '../entry.ts';
import { evidenceItemView, evidenceView } from '../modals/evidence-view.ts';
import { openContain } from './containment-buttons.ts';

/** What a button of the evidence carries. Throws `expired` for what Rekey never wrote. */
function carried(text: string): { readonly ref: EvidenceRef; readonly about: string } {
  let parts: unknown;
  try {
    parts = JSON.parse(text);
  } catch {
    throw tooOld();
  }
  const [kind, id, about = ''] = Array.isArray(parts) ? (parts as unknown[]) : [];
  const isKind = kind === 'incident' || kind === 'containment';
  if (!isKind || typeof id !== 'string' || typeof about !== 'string') throw tooOld();
  return { ref: { kind, id }, about };
}

/** Has the evidence gathered, and says where it will be. */
export async function openEvidence(context: Context, ref: EvidenceRef): Promise<void> {
  const { told, joined } = await beginEvidence(context.services, context.request(), ref);
  const said = joined
    ? 'It is being gathered already, and comes to you, too.'
    : 'Rekey reads CloudTrail in all regions, one look-up a second in each: some minutes. You can close this window.';
  await context.show(evidenceView(told, told.phase === 'gathering' ? said : null));
}

/** Who may not is refused, and recorded, by the handlers. */
function opens(
  actionId: string,
  run: (context: Context, ref: EvidenceRef, about: string) => Promise<void>,
): Action {
  return {
    actionId,
    needs: 'member',
    opensModal: true,
    async run(context) {
      const { ref, about } = carried(context.incoming.text);
      await run(context, ref, about);
    },
  };
}

export const evidenceActions: readonly Action[] = [
  opens(EVIDENCE_READ, openEvidence),
  opens(EVIDENCE_DETAILS, async (context, ref) => {
    await context.show(evidenceView(await lookEvidence(context.services, context, ref), null));
  }),
  opens(EVIDENCE_ITEM, async (context, ref, itemId) => {
    const told = await lookEvidence(context.services, context, ref);
    await context.show(evidenceItemView(told, itemOf(told, itemId)));
  }),
  // The incident is of another key: this one is contained for a reason of its own.
  opens(EVIDENCE_CONTAIN, async (context, ref, accessKeyId) => {
    if (!isAccessKeyId(accessKeyId)) throw tooOld();
    await openContain(
      context,
      { accessKeyId, incidentId: null },
      { reason: `Found in the evidence of ${ref.kind} ${ref.id}`.slice(0, 200), secretSeen: false },
    );
  }),
];
