import { iam } from './iam/service.ts';
import type { Service } from './service.ts';
import { sts } from './sts/service.ts';

/** Every service the stand-in has. */
export const services: readonly Service[] = [iam, sts];
