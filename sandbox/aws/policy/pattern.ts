import type { ContextKeys } from './conditions.ts';

const literal = /[\\^$.*+?()[\]{}|]/g;
const variable = /\$\{([^}]*)\}/y;

/**
 * Turns a policy pattern into a test. `*` and `?` are wildcards; with `variables`, `${key}` stands for the literal value of
 * that context key, `${key, 'default'}` has a fallback, and `${*}`, `${?}`, `${$}` are the characters themselves.
 * Returns null when a variable has no value: a statement that names it then does not apply.
 */
export function compilePattern(
  pattern: string,
  context: ContextKeys,
  options: { variables: boolean; ignoreCase?: boolean; wildcards?: boolean },
): RegExp | null {
  let source = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern.charAt(index);
    variable.lastIndex = index;
    const found = options.variables ? variable.exec(pattern) : null;
    if (found !== null) {
      const value = valueOf(found[1] ?? '', context);
      if (value === null) return null;
      source += escape(value);
      index += found[0].length - 1;
    } else if (options.wildcards !== false && character === '*') source += '[^]*';
    else if (options.wildcards !== false && character === '?') source += '[^]';
    else source += escape(character);
  }
  return new RegExp(`^${source}$`, options.ignoreCase === true ? 'i' : '');
}

function escape(text: string): string {
  return text.replace(literal, String.raw`\$&`);
}

function valueOf(expression: string, context: ContextKeys): string | null {
  if (['*', '?', '$'].includes(expression)) return expression;
  const comma = expression.indexOf(',');
  const key = (comma < 0 ? expression : expression.slice(0, comma)).trim().toLowerCase();
  const values = context.get(key);
  if (values !== undefined && values.length === 1) return values[0] ?? null;
  const fallback = comma < 0 ? null : /^\s*'([^']*)'\s*$/.exec(expression.slice(comma + 1));
  return fallback?.[1] ?? null;
}

/**
 * Compares ARNs part by part, so that a wildcard in one of the first five parts cannot swallow a colon. The lone pattern
 * `*` matches anything; calls without a resource type have the resource `*`, which only `*` matches.
 */
export function matchesArn(pattern: string, arn: string, context: ContextKeys, variables: boolean): boolean {
  if (pattern === '*') return true;
  const wanted = arnParts(pattern);
  const given = arnParts(arn);
  if (wanted.length !== 6 || given.length !== 6) return pattern === arn;
  return wanted.every((part, index) => {
    const test = compilePattern(part, context, { variables });
    return test !== null && test.test(given[index] ?? '');
  });
}

function arnParts(arn: string): string[] {
  // Colons inside `${…}` belong to the variable, not to the ARN.
  const parts = [''];
  let inside = false;
  for (const character of arn) {
    if (character === '{') inside = true;
    if (character === '}') inside = false;
    if (character === ':' && !inside && parts.length < 6) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${character}`);
  }
  return parts;
}
