import { z } from 'zod';
import type { Closing, KeptIncident, KnownPlace, Normal, Stage, Verdict } from '../../src/domain/incident.ts';
import type { Severity } from '../../src/domain/notice.ts';
import type { Signal } from '../../src/domain/signal.ts';
import type { RegionFeed, RegionWatch, WatchTrouble, Way } from '../../src/domain/watch.ts';
import { oneOf } from '../rows.ts';

const severity = oneOf<Severity>({ info: true, low: true, medium: true, high: true, critical: true });

export const watchTrouble: z.ZodType<WatchTrouble> = z.object({
  why: z.string(),
  since: z.number(),
  toldAt: z.number().nullable(),
  goodAt: z.number().optional(),
});

const regionFeed: z.ZodType<RegionFeed> = z.object({
  queueId: z.string(),
  since: z.number(),
  checkedAt: z.number().nullable(),
  agreedTo: z.number().nullable(),
  compared: z.number(),
  missing: z.number(),
  leads: z.boolean(),
});

const region = z.object({
  region: z.string(),
  since: z.number(),
  judgedFrom: z.number(),
  readTo: z.number(),
  settledTo: z.number().nullable().default(null),
  completeTo: z.number(),
  lateBy: z.number(),
  lateAt: z.number().nullable(),
  perHour: z.number().nullable(),
  lag: z.number().default(0),
  way: oneOf<Way>({ window: true, keys: true }),
  roundCalls: z.number().nullable().default(null),
  roundAt: z.number().nullable().default(null),
  midRound: z.boolean().default(false),
  nextAt: z.number(),
  deepAt: z.number(),
  deepFrom: z.number().nullable().default(null),
  newestAt: z.number().nullable().default(null),
  unseenCallAt: z.number().nullable().default(null),
  activeAt: z.number().nullable(),
  events: z.number(),
  unreadable: z.number(),
  unreadableAt: z.number().nullable(),
  unreadableTrouble: watchTrouble.nullable(),
  trouble: watchTrouble.nullable(),
  lost: z.object({ from: z.number(), to: z.number() }).nullable(),
  // Rows of before there were queues lack it.
  feed: regionFeed.nullable().default(null),
});

/** Rows of an earlier version know less: what they call complete was settled. */
export const regionWatch: z.ZodType<RegionWatch> = region.transform((read) => ({
  ...read,
  settledTo: read.settledTo ?? read.completeTo,
}));

export const signalShape: z.ZodType<Signal> = z.object({
  id: z.string(),
  rule: z.string(),
  title: z.string(),
  severity,
  technique: z.string(),
  accessKeyId: z.string().nullable(),
  sessionKeyId: z.string().nullable(),
  principalArn: z.string().nullable(),
  eventID: z.string().nullable(),
  eventTime: z.string().nullable(),
  at: z.number().nullable(),
  eventName: z.string(),
  service: z.string(),
  region: z.string().nullable(),
  address: z.string().nullable(),
  network: z.string().nullable(),
  agent: z.string().nullable(),
  facts: z.record(z.string(), z.string()),
});

const normal: z.ZodType<Normal> = z.object({
  since: z.number().nullable(),
  settled: z.boolean(),
  networks: z.array(z.string()),
  operators: z.array(z.string()),
  agents: z.array(z.string()),
  regions: z.array(z.string()),
  services: z.array(z.string()),
});

const place: z.ZodType<KnownPlace> = z.object({
  operator: z.string().nullable(),
  country: z.string().nullable(),
});

const closing: z.ZodType<Closing> = z.object({
  verdict: oneOf<Verdict>({ attack: true, false_alarm: true, test: true, ours: true, merged: true }),
  by: z.string(),
  at: z.number(),
  note: z.string(),
});

const stage = oneOf<Stage>({
  stranger: true,
  'looking around': true,
  'settling in': true,
  hiding: true,
  taking: true,
  harming: true,
});

/** What of an incident is asked for by nobody, in one column. */
export type IncidentFacts = Pick<
  KeptIncident,
  | 'severity'
  | 'stages'
  | 'more'
  | 'count'
  | 'rules'
  | 'normal'
  | 'places'
  | 'noticeId'
  | 'toldAs'
  | 'closed'
  | 'userName'
>;

export const incidentFacts: z.ZodType<IncidentFacts> = z.object({
  severity,
  stages: z.array(stage),
  more: z.number(),
  count: z.number(),
  rules: z.array(z.string()),
  userName: z.string().nullable(),
  normal,
  places: z.record(z.string(), place),
  noticeId: z.string().nullable(),
  toldAs: severity.nullable(),
  closed: closing.nullable(),
});
