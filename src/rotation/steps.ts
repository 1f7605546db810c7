import type { RotationState } from '../domain/rotation.ts';
import type { Step } from './run.ts';
import { creating } from './steps/creating.ts';
import { cutover } from './steps/cutover.ts';
import { deactivated } from './steps/deactivated.ts';
import { deleted } from './steps/deleted.ts';
import { delivering } from './steps/delivering.ts';
import { planned } from './steps/planned.ts';
import { quiet } from './steps/quiet.ts';
import { soaking } from './steps/soaking.ts';
import { undoing } from './steps/undoing.ts';
import { verifying } from './steps/verifying.ts';

/** The step of each state; null where only a person, or nobody, moves it on. */
export const STEPS: Readonly<Record<RotationState, Step | null>> = {
  planned,
  creating,
  verifying,
  delivering,
  cutover,
  quiet,
  deactivated,
  soaking,
  deleted,
  undoing,
  blocked: null,
  done: null,
  undone: null,
};
