import { z } from 'zod';
import type { AssumedRole, MadeKind, MadeThing, Surroundings } from '../../src/domain/surroundings.ts';
import { oneOf } from '../rows.ts';

const role: z.ZodType<AssumedRole> = z.object({
  arn: z.string(),
  name: z.string(),
  accountId: z.string(),
  sessions: z.number(),
  lastAt: z.number(),
  by: z.string(),
});

const thing: z.ZodType<MadeThing> = z.object({
  id: z.string(),
  kind: oneOf<MadeKind>({
    key: true,
    user: true,
    password: true,
    role: true,
    trust: true,
    rights: true,
    undoing: true,
  }),
  name: z.string(),
  on: z.string(),
  at: z.number(),
  by: z.string(),
  byKey: z.string().nullable(),
  own: z.boolean(),
});

/** What CloudTrail showed around a contained user. */
export const surroundings: z.ZodType<Surroundings> = z.object({
  completeTo: z.number().nullable(),
  why: z.string(),
  checkedAt: z.number(),
  nextAt: z.number().nullable(),
  sessions: z.array(z.string()),
  roles: z.array(role),
  made: z.array(thing),
  more: z.number(),
});
