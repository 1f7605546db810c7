import { Draw } from './draw.ts';
import {
  breakGlassAndDecoys,
  deployBots,
  developers,
  dueByDay,
  exEmployees,
  managedElsewhere,
  neverUsed,
  overAge,
  quarantined,
  sealedOff,
  twoKeys,
  unused,
  withoutKeys,
} from './kinds.ts';
import { Naming } from './naming.ts';
import { oddUsers } from './odd.ts';
import type { PlannedUser } from './planned.ts';
import { storyUsers } from './story.ts';

/** The large account: some hundred users of every kind. */
export function planPlatform(seed: number): readonly PlannedUser[] {
  const draw = new Draw(seed);
  const ground = { draw, naming: new Naming(draw) };
  // Those of the story first: their names are fixed.
  return [
    ...storyUsers(ground),
    ...breakGlassAndDecoys(ground),
    ...oddUsers(ground),
    ...developers(ground, 14),
    ...deployBots(ground, 26),
    ...dueByDay(ground, 30),
    ...overAge(ground, 12),
    ...unused(ground, 14),
    ...neverUsed(ground, 8),
    ...exEmployees(ground, 4),
    ...twoKeys(ground, 10),
    ...managedElsewhere(ground, 12),
    ...quarantined(ground),
    ...sealedOff(ground),
    ...withoutKeys(ground, 140),
  ];
}

/** The small one, with a few of most kinds. */
export function planLabs(seed: number): readonly PlannedUser[] {
  const draw = new Draw(seed);
  const ground = { draw, naming: new Naming(draw) };
  return [
    ...deployBots(ground, 5),
    ...dueByDay(ground, 5),
    ...overAge(ground, 3),
    ...unused(ground, 4),
    ...neverUsed(ground, 2),
    ...twoKeys(ground, 3),
    ...managedElsewhere(ground, 3),
    ...withoutKeys(ground, 20),
  ];
}
