import { z } from 'zod';
import {
  SEVERITIES,
  type Notice,
  type NoticePlace,
  type NoticeState,
  type NoticeTarget,
} from '../../src/domain/notice.ts';
import { json, oneOf } from '../rows.ts';

const channel = z.object({ kind: z.literal('channel'), channelId: z.string() });
const person = z.object({ kind: z.literal('person'), userId: z.string() });
const pager = z.object({
  kind: z.literal('pager'),
  action: z.enum(['trigger', 'acknowledge', 'resolve']),
  details: z.record(z.string(), z.string()),
});

const place: z.ZodType<NoticePlace> = z.discriminatedUnion('kind', [channel, person]);
const target: z.ZodType<NoticeTarget> = z.discriminatedUnion('kind', [channel, person, pager]);

const state = oneOf<NoticeState>({
  waiting: true,
  sent: true,
  passed_on: true,
  dropped: true,
  failed: true,
});

/** A row of the table as a notice. */
export const noticeRow: z.ZodType<Notice> = z.object({
  id: z.string(),
  target: json(target),
  redirect: json(place).nullable(),
  text: z.string(),
  blocks: json(z.array(z.unknown())),
  severity: z.enum(SEVERITIES).nullable(),
  incidentKey: z.string().nullable(),
  edits: z.string().nullable(),
  threadOf: z.string().nullable(),
  copyOf: z.string().nullable(),
  state,
  attempts: z.number(),
  nextAt: z.number(),
  lastError: z.string().nullable(),
  triedSince: z.number().nullable(),
  unsureSince: z.number().nullable(),
  postedTo: z.string().nullable(),
  postedTs: z.string().nullable(),
  createdAt: z.number(),
  doneAt: z.number().nullable(),
  correlationId: z.string(),
});
