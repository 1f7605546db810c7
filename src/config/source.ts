import { readFileSync } from 'node:fs';
import type { SettingProblem } from './config-error.ts';
import type { Setting } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads settings out of an environment one by one and remembers what was wrong with them. */
export interface SettingReader {
  /** The parsed value; undefined when it is not set or wrong. */
  read<T>(setting: Setting<T>): T | undefined;
  /** True when it is set, rightly or wrongly, itself or by its file. */
  isSet(setting: Setting<unknown>): boolean;
  /** Adds a mistake that only several settings together show. */
  report(problem: SettingProblem): void;
  readonly problems: readonly SettingProblem[];
}

/** A reader of `env`. A secret setting NAME may also come as NAME_FILE, the path of a file that holds it. */
export function settingReader(env: Environment): SettingReader {
  const problems: SettingProblem[] = [];

  function text(name: string): string | undefined {
    const value = env[name]?.trim();
    return value === '' ? undefined : value;
  }

  function fileOf(setting: Setting<unknown>): string | undefined {
    return setting.secret ? text(`${setting.name}_FILE`) : undefined;
  }

  /** The text to parse: undefined when there is none, or when the problem is already reported. */
  function raw(setting: Setting<unknown>): string | undefined {
    const { name, expected } = setting;
    const given = text(name);
    const path = fileOf(setting);
    if (path === undefined) return given;
    if (given !== undefined) {
      problems.push({ name, problem: `is set, and so is ${name}_FILE`, expected: 'only one of the two' });
      return undefined;
    }
    const found = contentOf(path);
    if ('problem' in found) {
      const problem = `names ${shownPath(path)}, which ${found.problem}`;
      problems.push({ name: `${name}_FILE`, problem, expected: `a file that holds ${expected}` });
      return undefined;
    }
    return found.text;
  }

  return {
    problems,
    read(setting) {
      const value = raw(setting);
      if (value === undefined) return undefined;
      const { name, expected } = setting;
      if (/^(['"]).*\1$/s.test(value)) {
        problems.push({ name, problem: 'is in quotes', expected: `${expected}, without quotes around it` });
        return undefined;
      }
      const parsed = setting.schema.safeParse(value);
      if (parsed.success) return parsed.data;
      const problem = parsed.error.issues[0]?.message ?? 'cannot be used';
      problems.push({ name, problem, expected });
      return undefined;
    },
    isSet: (setting) => text(setting.name) !== undefined || fileOf(setting) !== undefined,
    report: (problem) => problems.push(problem),
  };
}

/** A secret put where the path belongs is not repeated: only what cannot be one is shown. */
function shownPath(path: string): string {
  return /^(?:\.{0,2}\/|[A-Za-z]:\\).*[^=]$/s.test(path) ? `the file ${path}` : 'a file';
}

function contentOf(path: string): { readonly text: string } | { readonly problem: string } {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? { problem: 'is empty' } : { text };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    return { problem: `cannot be read (${code})` };
  }
}
