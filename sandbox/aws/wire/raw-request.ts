import type { IncomingMessage } from 'node:http';
import { AwsError } from '../aws-error.ts';

/** A request as it came in: what the signature is computed over. */
export interface RawRequest {
  readonly method: string;
  /** The path as sent, still percent-encoded. */
  readonly path: string;
  /** The query as sent, without its question mark. */
  readonly query: string;
  /** Names in lower case; a repeated header keeps all its values, in order. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
  readonly sourceIp: string;
}

const maximumBodyBytes = 2 * 1024 * 1024;

/** Reads a request to its end; a body over 2 MB is refused. */
export async function readRequest(incoming: IncomingMessage): Promise<RawRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > maximumBodyBytes) throw new AwsError('RequestEntityTooLarge', 413, 'Request is too large');
    chunks.push(bytes);
  }
  const headers = new Map<string, string[]>();
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    const name = (incoming.rawHeaders[index] ?? '').toLowerCase();
    const values = headers.get(name) ?? [];
    values.push(incoming.rawHeaders[index + 1] ?? '');
    headers.set(name, values);
  }
  const target = incoming.url ?? '/';
  const mark = target.indexOf('?');
  return {
    method: incoming.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers,
    body: Buffer.concat(chunks),
    sourceIp: (incoming.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
  };
}

/** The first value of a header, or null. */
export function header(request: RawRequest, name: string): string | null {
  return request.headers.get(name)?.[0] ?? null;
}
