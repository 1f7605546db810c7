import { z } from 'zod';
import type {
  ContainedKey,
  Containment,
  ContainmentEvent,
  ContainmentHolder,
  ContainmentKind,
  ContainmentProof,
  ContainmentState,
  OurDeny,
  PartFailure,
  PartStanding,
} from '../../src/domain/containment.ts';
import type { Taking } from '../../src/domain/containment-reasons.ts';
import type { ContainmentEffect } from '../../src/domain/containment-effect.ts';
import { json, oneOf } from '../rows.ts';
import { partition } from './shapes.ts';
import { surroundings } from './surroundings-shape.ts';

export const containmentState = oneOf<ContainmentState>({
  finding: true,
  acting: true,
  holding: true,
  standing: true,
  undoing: true,
  recovering: true,
  recovered: true,
  undone: true,
  ended: true,
  refused: true,
  merged: true,
});

const taking: z.ZodType<Taking> = z.object({ by: z.string(), at: z.number(), reason: z.string() });

const holder: z.ZodType<ContainmentHolder> = z.object({
  id: z.string(),
  incidentId: z.string().nullable(),
  accessKeyId: z.string(),
  kind: oneOf<ContainmentKind>({ stolen: true, planned: true }),
  by: z.string().nullable(),
  hostUser: z.string().nullable(),
  at: z.number(),
  reason: z.string(),
  phase: oneOf<ContainmentHolder['phase']>({ held: true, undone: true, recovered: true }),
  drillId: z.string().exactOptional(),
  again: z
    .object({
      by: z.string().nullable(),
      hostUser: z.string().nullable(),
      at: z.number(),
      reason: z.string(),
      times: z.number(),
    })
    .exactOptional(),
  taken: taking.nullable(),
});

const key: z.ZodType<ContainedKey> = z.object({
  accessKeyId: z.string(),
  before: oneOf<ContainedKey['before']>({
    Active: true,
    Inactive: true,
    Expired: true,
    gone: true,
    unread: true,
    unknown: true,
  }),
  unwatched: z.literal(true).optional(),
  missed: z.number().optional(),
  sent: z
    .object({ status: oneOf<'Active' | 'Inactive'>({ Active: true, Inactive: true }), at: z.number() })
    .optional(),
});

const failure: z.ZodType<PartFailure> = z.object({
  action: z.string(),
  code: z.string(),
  said: z.string(),
  at: z.number(),
  retryAt: z.number(),
});

const part: z.ZodType<PartStanding> = z.object({ reads: z.number(), failure: failure.nullable() });

const event: z.ZodType<ContainmentEvent> = z.object({
  at: z.number(),
  what: oneOf<ContainmentEvent['what']>({
    put_back: true,
    left_on: true,
    new_key: true,
    new_policy: true,
    new_inline: true,
    more_new: true,
    gone_key: true,
    gone_user: true,
    renamed_user: true,
    other_user: true,
  }),
  about: z.string(),
});

const proof: z.ZodType<ContainmentProof> = z.object({
  since: z.number(),
  completeTo: z.number().nullable(),
  why: z.string(),
  accepted: z.number(),
  lastAcceptedAt: z.number().nullable(),
  calls: z.array(z.string()),
  refused: z.number(),
  checkedAt: z.number(),
});

const deny: z.ZodType<OurDeny> = z.object({
  way: oneOf<OurDeny['way']>({ attached: true, inline: true }),
  attached: z.boolean(),
  inline: z.boolean(),
});

const effect: z.ZodType<ContainmentEffect> = z.discriminatedUnion('what', [
  z.object({
    part: z.literal('key'),
    what: z.literal('set_key'),
    accessKeyId: z.string(),
    status: z.enum(['Active', 'Inactive']),
    unread: z.literal(true).optional(),
  }),
  z.object({
    part: z.literal('deny'),
    what: z.enum(['attach_deny', 'detach_deny', 'put_deny', 'delete_deny']),
  }),
  z.object({ part: z.literal('date'), what: z.literal('put_date'), issuedBefore: z.number() }),
  z.object({ part: z.literal('date'), what: z.literal('delete_date') }),
]);

/** What of a containment is asked for by nobody, in one column. */
export type ContainmentFacts = Omit<
  Containment,
  | 'id'
  | 'accountId'
  | 'accessKeyId'
  | 'state'
  | 'nextAt'
  | 'proofAt'
  | 'leaseOwner'
  | 'leaseUntil'
  | 'createdAt'
  | 'updatedAt'
  | 'version'
>;

const facts: z.ZodType<ContainmentFacts> = z.object({
  partition,
  stateAt: z.number(),
  userName: z.string().nullable(),
  userId: z.string().nullable(),
  userArn: z.string().nullable(),
  absent: z.number().default(0),
  holders: z.array(holder),
  keys: z.array(key),
  deniedBefore: z.boolean().nullable(),
  deny: deny.nullable(),
  dateDeny: z.object({ issuedBefore: z.number(), until: z.number() }).nullable(),
  parts: z.object({ key: part, deny: part, date: part }),
  quarantine: z.array(z.string()),
  seenKeys: z.array(z.string()),
  seenPolicies: z.array(z.string()),
  seenInline: z.array(z.string()).nullable().default(null),
  events: z.array(event),
  eventsMore: z.number(),
  putBack: z.number(),
  lastPutBackAt: z.number().nullable(),
  sentAt: z.number().nullable(),
  changedAt: z.number().nullable(),
  confirmedAt: z.number().nullable(),
  heldUntil: z.number().nullable(),
  holdStoppedBy: z.string().nullable(),
  proof: proof.nullable(),
  around: surroundings.nullable().default(null),
  trouble: failure.nullable(),
  refusal: z.object({ why: z.string(), next: z.string() }).nullable(),
  mergedInto: z.string().nullable(),
  noticeId: z.string().nullable(),
  correlationId: z.string(),
  begun: z.array(z.object({ effect, act: z.string() })).optional(),
  left: taking.optional(),
});

export const containmentRow: z.ZodType<Containment> = z
  .object({
    id: z.string(),
    accountId: z.string(),
    accessKeyId: z.string(),
    state: containmentState,
    facts: json(facts),
    nextAt: z.number().nullable(),
    proofAt: z.number().nullable(),
    leaseOwner: z.string().nullable(),
    leaseUntil: z.number(),
    createdAt: z.number(),
    updatedAt: z.number(),
    version: z.number(),
  })
  .transform(({ facts: rest, ...columns }) => ({ ...columns, ...rest }));
