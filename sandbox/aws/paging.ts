import { validationError } from './aws-error.ts';
import type { Call } from './operation.ts';
import type { QueryInput } from './wire/query-input.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** What AWS says about the rest: `Marker` only where there is one. */
  readonly rest: { readonly IsTruncated: boolean; readonly Marker?: string };
}

const defaultMaxItems = 100;

/**
 * Cuts one page as IAM does. The marker holds the id of the last entry shown, so that entries which come or go between
 * two pages move nothing else.
 */
export function page<T>(call: Call<QueryInput>, all: readonly T[], idOf: (item: T) => string): Page<T> {
  const wanted = call.input.integer('MaxItems', 1, 1000) ?? defaultMaxItems;
  const after = readMarker(call.input.text('Marker'));
  const sorted = all
    .map((item) => ({ id: idOf(item), item }))
    .filter(({ id }) => after === null || id > after)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const shown = sorted.slice(0, Math.min(wanted, call.pageSize));
  const last = shown.at(-1);
  const items = shown.map(({ item }) => item);
  if (last === undefined || shown.length === sorted.length) return { items, rest: { IsTruncated: false } };
  return { items, rest: { IsTruncated: true, Marker: Buffer.from(`after ${last.id}`).toString('base64') } };
}

function readMarker(marker: string | null): string | null {
  if (marker === null) return null;
  const text = Buffer.from(marker, 'base64').toString();
  if (!text.startsWith('after ')) throw validationError('Invalid Marker.');
  return text.slice('after '.length);
}
