import { text, type Json } from '../json.ts';
import { Refusal } from './method.ts';

/** One page of a list, by `limit` and `cursor`. */
export function page<T>(items: readonly T[], args: Json, most = 1_000): { items: readonly T[]; more: Json } {
  const limit = Math.min(Number(args['limit'] ?? 100) || 100, most);
  const cursor = text(args, 'cursor');
  const start = cursor === undefined ? 0 : Number(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (!Number.isInteger(start)) throw new Refusal('invalid_cursor');
  const end = start + limit;
  const next = end < items.length ? Buffer.from(String(end)).toString('base64url') : '';
  return { items: items.slice(start, end), more: { response_metadata: { next_cursor: next } } };
}
