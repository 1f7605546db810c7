import { RekeyError } from '../errors.ts';

/** One wrong or missing setting. No field repeats the value. */
export interface SettingProblem {
  /** The environment variable. */
  readonly name: string;
  /** Reads on after the name: "is missing". */
  readonly problem: string;
  /** What the value should be. */
  readonly expected: string;
}

const NEXT = 'README.md says where each value comes from. To try Rekey without any account: npm run sandbox';

/** Everything that is wrong with the configuration, at once. */
export class ConfigError extends RekeyError {
  readonly problems: readonly SettingProblem[];

  constructor(problems: readonly SettingProblem[]) {
    super('invalid', [summary(problems.length), ...problems.map(line)].join('\n'), { next: NEXT });
    this.name = 'ConfigError';
    this.problems = problems;
  }

  /** The whole report, for a terminal. */
  get text(): string {
    return `${this.message}\n${NEXT}`;
  }
}

function summary(count: number): string {
  return `The configuration has ${count === 1 ? 'a mistake' : `${count} mistakes`}:`;
}

function line({ name, problem, expected }: SettingProblem): string {
  return `  ${name} ${problem}. Expected: ${expected}.`;
}
