import { z } from 'zod';
import { partitionOfRegion } from '../domain/partition.ts';

/** A region by its name. */
export const RegionName = z
  .string()
  .refine((name) => partitionOfRegion(name) !== null, 'That is no AWS region.');

/** A customer's own KMS key, by id, ARN or alias; null: AWS's own. */
export const KmsKeyId = z
  .string()
  .regex(/^[\w:/-]{1,2048}$/)
  .nullable()
  .default(null);
