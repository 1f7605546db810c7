/** A mistake in a message or view, in the form of Slack's `blocks.validate`. */
export interface Problem {
  readonly code: ProblemCode;
  /** Slack's wording where it is known, for example "must be less than 25 characters". */
  readonly message: string;
  /** JSON pointer (RFC 6901) to the offending value; for a missing one, to where it belongs. */
  readonly pointer: string;
  /** The limit that was passed, where there is one. */
  readonly constraint?: number;
}

export type ProblemCode =
  | 'wrong_type'
  | 'missing'
  | 'unknown_key'
  | 'unknown_type'
  | 'not_allowed'
  | 'too_long'
  | 'too_short'
  | 'too_many'
  | 'too_few'
  | 'duplicate'
  | 'invalid'
  | 'too_large';

export type Surface = 'message' | 'modal' | 'home';

/** What one validation has gathered so far; totals are over the whole payload. */
export interface Findings {
  readonly surface: Surface;
  readonly problems: Problem[];
  textLength: number;
  markdownLength: number;
  focusPointers: string[];
}

/** Checks one value and adds what is wrong with it to the findings. */
export type Rule = (value: unknown, pointer: string, findings: Findings) => void;

export type Plain = Readonly<Record<string, unknown>>;

export function findingsFor(surface: Surface): Findings {
  return { surface, problems: [], textLength: 0, markdownLength: 0, focusPointers: [] };
}

/** Whether the value is a plain JSON object. */
export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The pointer of a member, escaped after RFC 6901. */
export function under(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** A rule for strings of `min` (default 1) to `max` characters. */
export function string(limits: { max?: number; min?: number; pattern?: RegExp } = {}): Rule {
  const { max, min = 1, pattern } = limits;
  return (value, pointer, findings) => {
    if (typeof value !== 'string') {
      findings.problems.push({ code: 'wrong_type', message: 'must be a string', pointer });
      return;
    }
    if (value.length < min) {
      const message = `must be more than ${min - 1} characters`;
      findings.problems.push({ code: 'too_short', message, pointer, constraint: min });
    }
    if (max !== undefined && value.length > max) {
      const message = `must be less than ${max + 1} characters`;
      findings.problems.push({ code: 'too_long', message, pointer, constraint: max });
    }
    if (pattern !== undefined && !pattern.test(value)) {
      findings.problems.push({ code: 'invalid', message: 'must match the expected format', pointer });
    }
  };
}

export const boolean: Rule = (value, pointer, findings) => {
  if (typeof value !== 'boolean') {
    findings.problems.push({ code: 'wrong_type', message: 'must be a boolean', pointer });
  }
};

/** A rule for whole numbers from `min` to `max`. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER): Rule {
  return (value, pointer, findings) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      findings.problems.push({ code: 'wrong_type', message: 'must be an integer', pointer });
    } else if (value < min) {
      findings.problems.push({
        code: 'invalid',
        message: `must be at least ${min}`,
        pointer,
        constraint: min,
      });
    } else if (value > max) {
      findings.problems.push({
        code: 'invalid',
        message: `must be at most ${max}`,
        pointer,
        constraint: max,
      });
    }
  };
}

/** A rule for one of the given strings. */
export function oneOf(...allowed: readonly string[]): Rule {
  return (value, pointer, findings) => {
    if (typeof value !== 'string' || !allowed.includes(value)) {
      const message = `must be one of: ${allowed.join(', ')}`;
      findings.problems.push({ code: 'invalid', message, pointer });
    }
  };
}

/** A rule for arrays of `min` to `max` values that each follow `rule`. */
export function list(rule: Rule, min: number, max: number): Rule {
  return (value, pointer, findings) => {
    if (!Array.isArray(value)) {
      findings.problems.push({ code: 'wrong_type', message: 'must be an array', pointer });
      return;
    }
    if (value.length > max) {
      const message = `no more than ${max} items allowed`;
      findings.problems.push({ code: 'too_many', message, pointer, constraint: max });
    }
    if (value.length < min) {
      const message = `no fewer than ${min} items allowed`;
      findings.problems.push({ code: 'too_few', message, pointer, constraint: min });
    }
    for (const [index, item] of value.entries()) rule(item, under(pointer, index), findings);
  };
}

/** The members of an object; a key that is in neither list is a mistake, but for `type`. */
export interface Members {
  readonly required?: Readonly<Record<string, Rule>>;
  readonly optional?: Readonly<Record<string, Rule>>;
  /** What no single member can tell, for example "either this or that". */
  readonly also?: (value: Plain, pointer: string, findings: Findings) => void;
}

/** A rule for objects. */
export function object(members: Members): Rule {
  const required = Object.entries(members.required ?? {});
  const all = new Map([...required, ...Object.entries(members.optional ?? {})]);
  return (value, pointer, findings) => {
    if (!isPlain(value)) {
      findings.problems.push({ code: 'wrong_type', message: 'must provide an object', pointer });
      return;
    }
    for (const [key] of required) {
      if (value[key] === undefined) {
        const message = `missing required field: ${key}`;
        findings.problems.push({ code: 'missing', message, pointer: under(pointer, key) });
      }
    }
    for (const [key, member] of Object.entries(value)) {
      const rule = all.get(key);
      if (rule !== undefined) {
        if (member !== undefined) rule(member, under(pointer, key), findings);
      } else if (key !== 'type') {
        const message = `invalid additional property: ${key}`;
        findings.problems.push({ code: 'unknown_key', message, pointer: under(pointer, key) });
      }
    }
    members.also?.(value, pointer, findings);
  };
}

/** A rule for objects told apart by `type`; `all` are the types that exist, `allowed` those that may stand here. */
export function tagged(all: ReadonlyMap<string, Rule>, allowed: ReadonlySet<string>): Rule {
  return (value, pointer, findings) => {
    if (!isPlain(value)) {
      findings.problems.push({ code: 'wrong_type', message: 'must provide an object', pointer });
      return;
    }
    const type = value['type'];
    const rule = typeof type === 'string' ? all.get(type) : undefined;
    if (typeof type !== 'string') {
      const message = 'missing required field: type';
      findings.problems.push({ code: 'missing', message, pointer: under(pointer, 'type') });
    } else if (rule === undefined) {
      const message = `unsupported type: ${type}`;
      findings.problems.push({ code: 'unknown_type', message, pointer: under(pointer, 'type') });
    } else if (allowed.has(type)) {
      rule(value, pointer, findings);
    } else {
      const message = `type not allowed here: ${type}`;
      findings.problems.push({ code: 'not_allowed', message, pointer: under(pointer, 'type') });
    }
  };
}
