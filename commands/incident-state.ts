import * as z from 'zod';
import { SEVERITIES } from '../src/domain/notice.ts';
import type { IncidentQuery } from '../src/domain/incident-query.ts';
import { RekeyError } from '../src/errors.ts';
import type { IncidentsFrom } from '../src/handlers/look-incidents.ts';

/** What a button of the list carries. */
export interface IncidentsState {
  readonly query: IncidentQuery;
  readonly from: IncidentsFrom;
  readonly page: number;
}

const Place = z.object({ lastAt: z.number(), id: z.string().max(400) });
const State = z.object({
  query: z.object({
    open: z.boolean().nullable(),
    least: z.enum(SEVERITIES).nullable(),
    accountId: z.string().max(20).nullable(),
    text: z.string().max(200).nullable(),
  }),
  from: z.union([z.object({ after: Place }), z.object({ before: Place })]).nullable(),
  page: z.number().int().positive(),
});

export function printIncidentsState(state: IncidentsState): string {
  return Buffer.from(JSON.stringify(state)).toString('base64url');
}

/** Throws `expired` for what another version drew. */
export function parseIncidentsState(text: string): IncidentsState {
  try {
    return State.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch (error) {
    throw new RekeyError('expired', 'This list is from an older version of Rekey.', {
      next: 'Type `/aws-incidents` again.',
      cause: error,
    });
  }
}
