import type { KeyStanding } from '../../domain/key-standing.ts';
import type { LastUse } from '../../domain/last-use.ts';
import type { Pause } from '../../domain/pause.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { whoDecides } from '../../domain/rotation-words.ts';
import { dayWords } from '../../domain/time-words.ts';
import type { BoundDestination } from '../destinations/bound.ts';
import type { DryRun } from './dry/run.ts';
import type { PlannedKey } from './plan.ts';

/** What a plan found. */
export interface PlanFacts {
  readonly rotation: Rotation;
  readonly keys: readonly PlannedKey[];
  readonly standing: KeyStanding | null;
  readonly destinations: readonly BoundDestination[];
  readonly dry: DryRun;
  readonly paused: Pause | null;
}

export interface Problem {
  readonly what: string;
  readonly next: string;
}

/** What stands in the way of a start, in words, each with what to do. */
export function problemsOf({ rotation, keys, destinations, dry, paused }: PlanFacts): Problem[] {
  const problems: Problem[] = [];
  const listed = keys.find(({ accessKeyId }) => accessKeyId === rotation.oldKeyId);
  if (listed === undefined) {
    return [
      {
        what: `AWS does not list ${rotation.oldKeyId} as a key of ${rotation.snapshot.userName}.`,
        next: 'Have the account read again under /aws-keys: the key may be deleted, or of a user made anew.',
      },
    ];
  }
  if (paused !== null) {
    problems.push({
      what: `Rekey is paused: ${paused.why}`,
      next: 'An admin resumes it under /aws-settings.',
    });
  }
  if (listed.status !== 'Active') {
    problems.push({
      what: `The key is ${listed.status}: nothing that works would be replaced.`,
      next: 'Delete it when nobody needs it, or reactivate it first.',
    });
  }
  const { block } = dry;
  if (block?.code === 'no_destination' && destinations.length > 0) {
    const waitFor = destinations.flatMap(({ destination, refusal }) =>
      refusal === null ? [] : [`${destination.name}: ${refusal}`],
    );
    problems.push({ what: `No destination may be used yet. ${waitFor.join(' ')}`.trim(), next: nextOf(dry) });
  } else if (block?.code === 'no_free_slot') {
    problems.push({ what: `${block.why} ${keys.map(factsOf).join(' ')}`, next: nextOf(dry) });
  } else if (block !== null) {
    problems.push({ what: block.why, next: nextOf(dry) });
  } else if (dry.trouble !== null) {
    problems.push({ what: `It could not be checked: ${dry.trouble}.`, next: 'Try again in a minute.' });
  }
  return problems;
}

function nextOf({ block }: DryRun): string {
  return block === null ? '' : (whoDecides({ block }) ?? '');
}

/** What a person should know before they start it. */
export function warningsOf({ rotation, standing, destinations, dry }: PlanFacts): string[] {
  const { userName } = rotation.snapshot;
  const kind = standing?.kind ?? null;
  const warnings: string[] = [];
  if (kind?.kind === 'managed_elsewhere') {
    const tool = kind.managedBy ?? 'Another tool';
    warnings.push(
      `${tool} made this key${kind.from === 'guess' ? ', as it seems' : ''}: it may make another one, or put the old one back. Tell it first.`,
    );
  }
  if (kind?.kind === 'break_glass') {
    warnings.push(`This is a break-glass key: whoever keeps it in a safe needs the new one there.`);
  }
  if (kind?.kind === 'decoy')
    warnings.push('This is a decoy: nobody should hold it, and a new one nobody will find.');
  for (const { destination, refusal } of destinations) {
    if (refusal !== null) warnings.push(`${destination.name} is left out: ${refusal}`);
  }
  if (dry.needsWord) {
    warnings.push(
      'It cannot be seen in CloudTrail whether the old key is still used: a person has to say when it may be made Inactive.',
    );
  }
  if (standing?.ownership.known !== true) {
    warnings.push(
      `No owner of ${userName}’s keys is known: nobody is told to take up the new key but whoever starts this.`,
    );
  }
  return [...warnings, ...dry.warnings];
}

/** The user's other keys, and why each is left alone. */
export function sparedOf({ rotation, keys }: PlanFacts): { accessKeyId: string; why: string }[] {
  return keys
    .filter(({ accessKeyId }) => accessKeyId !== rotation.oldKeyId)
    .map((key) => ({ accessKeyId: key.accessKeyId, why: `Another key of the user. ${factsOf(key)}` }));
}

/** What lets a person choose between two keys. */
function factsOf({ accessKeyId, status, createdAt, lastUse }: PlannedKey): string {
  const made = createdAt === null ? 'made at an unknown time' : `made ${dayWords(createdAt)}`;
  return `${accessKeyId} is ${status}, ${made}, ${useWords(lastUse)}.`;
}

function useWords(lastUse: LastUse): string {
  switch (lastUse.kind) {
    case 'used':
      return `last used ${dayWords(lastUse.at)}${lastUse.service === null ? '' : ` for ${lastUse.service}`}`;
    case 'not_seen':
      return 'with no use on record';
    case 'unknown':
      return `its last use is not known (${lastUse.why})`;
  }
}
