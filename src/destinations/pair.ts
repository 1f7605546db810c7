import { z } from 'zod';
import { Secret } from '../domain/secret.ts';
import type { DeliveredKey } from '../ports/destination.ts';

const field = z.string().regex(/^[\w.-]{1,128}$/);

/** The names of the two fields in a JSON value; those AWS's own tools look for when none are given. */
export const PairFields = z
  .strictObject({ accessKeyId: field, secretAccessKey: field })
  .refine((fields) => fields.accessKeyId !== fields.secretAccessKey, 'The two fields need two names.')
  .default({ accessKeyId: 'AWS_ACCESS_KEY_ID', secretAccessKey: 'AWS_SECRET_ACCESS_KEY' });

export type PairFields = z.infer<typeof PairFields>;

/** A JSON object of a place; its values may be secrets of others. */
export type Held = Readonly<Record<string, unknown>>;

/** What Node has of JSON and TypeScript's library does not describe yet: the source text of a value. */
interface SourceJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): object;
}

const sourceJson = JSON as unknown as SourceJson;

/** Numbers stay as they are written: ours cannot hold every number that JSON can. */
function asWritten(_key: string, value: unknown, { source }: { source?: string }): unknown {
  return typeof value === 'number' && source !== undefined ? sourceJson.rawJSON(source) : value;
}

/** The JSON object in a value, or null when it is none. */
export function objectIn(text: Secret | null): Held | null {
  if (text === null) return null;
  try {
    const value: unknown = sourceJson.parse(text.reveal(), asWritten);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return value as Held;
  } catch {
    return null;
  }
}

/** The access key a place names, or null when its field is not there or not a text. */
export function heldKeyId(held: Held, fields: PairFields): string | null {
  const value = Object.hasOwn(held, fields.accessKeyId) ? held[fields.accessKeyId] : null;
  return typeof value === 'string' && value !== '' ? value : null;
}

/** True when both halves of this key are there already. */
export function holdsPair(held: Held, fields: PairFields, key: DeliveredKey): boolean {
  return (
    heldKeyId(held, fields) === key.accessKeyId &&
    held[fields.secretAccessKey] === key.secretAccessKey.reveal()
  );
}

/** The value with the pair in it, both halves in one text; every other field as it was. */
export function withPair(held: Held, fields: PairFields, key: DeliveredKey): Secret {
  return new Secret(
    JSON.stringify({
      ...held,
      [fields.accessKeyId]: key.accessKeyId,
      [fields.secretAccessKey]: key.secretAccessKey.reveal(),
    }),
  );
}
