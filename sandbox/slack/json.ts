import { isPlain, type Plain } from '../../src/slack/blocks/rules/shape.ts';

/** A JSON object whose members are not yet known. */
export type Json = Plain;

export { isPlain };

/** The member as a non-empty string, else undefined. */
export function text(from: Json, key: string): string | undefined {
  const value = from[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The member as an object, else an empty one. */
export function part(from: Json, key: string): Json {
  const value = from[key];
  return isPlain(value) ? value : {};
}

/** The member as an array of objects; other things in it are left out. */
export function parts(from: Json, key: string): Json[] {
  const value = from[key];
  return Array.isArray(value) ? value.filter(isPlain) : [];
}

/** True for `true`, and for "true" and "1" as forms write them. */
export function flag(from: Json, key: string): boolean {
  return from[key] === true || from[key] === 'true' || from[key] === '1';
}

/** Parses JSON text; undefined when it is not JSON. */
export function parsed(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}
