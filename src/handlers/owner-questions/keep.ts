import { z } from 'zod';
import type { KeptIncident } from '../../domain/incident.ts';
import { isAtLeast, type Severity } from '../../domain/notice.ts';
import type { OwnerQuestion } from '../../domain/owner-question.ts';
import type { Write } from '../../ports/stores.ts';
import { KeptRows, type Kept } from '../kept-rows.ts';
import type { Services } from '../services.ts';

/** Owners are asked about incidents of this severity and above. */
const ASKED_FROM: Severity = 'medium';
const PREFIX = 'owner-question:';

const shape: z.ZodType<OwnerQuestion> = z.object({
  incidentId: z.string(),
  createdAt: z.number(),
  correlationId: z.string(),
  asked: z
    .object({
      at: z.number(),
      people: z.array(z.object({ userId: z.string(), noticeId: z.string() })),
    })
    .nullable(),
  again: z.boolean().optional(),
  answers: z.array(z.object({ userId: z.string(), answer: z.enum(['me', 'not_me']), at: z.number() })),
  silentAt: z.number().nullable(),
});

const rows = new KeptRows(PREFIX, shape, ({ incidentId }) => incidentId);

/** A question with its text as it is stored: the compare-and-swap of every change. */
export type KeptQuestion = Kept<OwnerQuestion>;

/** The write that lets the owner of an incident be asked, for the batch in which it is told first; else none. */
export function questionWrites(
  { stores, clock }: Pick<Services, 'stores' | 'clock'>,
  { id, severity }: Pick<KeptIncident, 'id' | 'severity'>,
  correlationId: string,
): Write[] {
  if (!isAtLeast(severity, ASKED_FROM)) return [];
  const now = clock.now();
  const question: OwnerQuestion = {
    incidentId: id,
    createdAt: now,
    correlationId,
    asked: null,
    answers: [],
    silentAt: null,
  };
  return [rows.set(stores, question, now)];
}

export async function questionOf(
  { stores }: Pick<Services, 'stores'>,
  incidentId: string,
): Promise<KeptQuestion | null> {
  return rows.read(stores, incidentId);
}

/** All that there are: one for each open incident that was told. */
export async function keptQuestions({ stores }: Pick<Services, 'stores'>): Promise<readonly KeptQuestion[]> {
  return rows.all(stores);
}

/** Puts it in the place of what was read; a `conflict` when it is another by now. */
export function changeQuestion(
  { stores, clock }: Pick<Services, 'stores' | 'clock'>,
  { text }: KeptQuestion,
  next: OwnerQuestion,
): Write {
  return rows.put(stores, text, next, clock.now());
}

/** Forgets it; a `conflict` when it is another by now. */
export function forgetQuestion(
  { stores, clock }: Pick<Services, 'stores' | 'clock'>,
  kept: KeptQuestion,
): Write[] {
  return rows.forget(stores, kept, clock.now());
}
