import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { newWebhookKey, openWebhookSigner } from '../src/outward/webhook-keys.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

type Check = (
  headers: Record<string, string>,
  body: string,
  keys: readonly string[],
  now?: number,
) => boolean;

/** The Node example of docs/webhook.md, run as it stands. */
async function documentedCheck(): Promise<Check> {
  const page = readFileSync(new URL('../docs/webhook.md', import.meta.url), 'utf8');
  const [, code = ''] = /```js node\n(.*?)```/s.exec(page) ?? [];
  const path = join(temporaryFolder(), 'check.mjs');
  writeFileSync(path, code);
  const { isFromRekey } = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as {
    isFromRekey: Check;
  };
  return isFromRekey;
}

describe('the example in docs/webhook.md', () => {
  it('takes what Rekey signs, by either key, and nothing else', async () => {
    const isFromRekey = await documentedCheck();
    const [older, newer] = [newWebhookKey(), newWebhookKey()];
    const signer = openWebhookSigner([newer, older]);
    const body = '{"type":"access_key.rotated"}';
    const at = 1_800_000_000;
    const headers = {
      'webhook-id': 'm1',
      'webhook-timestamp': String(at),
      'webhook-signature': signer.sign({ id: 'm1', at, body }),
    };
    for (const { publicKey } of signer.keys)
      expect(isFromRekey(headers, body, [publicKey], at + 10)).toBe(true);
    const keys = signer.keys.map(({ publicKey }) => publicKey);
    const stranger = openWebhookSigner([newWebhookKey()]).keys.map(({ publicKey }) => publicKey);
    expect(isFromRekey(headers, body, stranger, at)).toBe(false);
    expect(isFromRekey(headers, `${body} `, keys, at)).toBe(false);
    expect(isFromRekey({ ...headers, 'webhook-id': 'm2' }, body, keys, at)).toBe(false);
    expect(isFromRekey(headers, body, keys, at + 301)).toBe(false);
    expect(isFromRekey({ ...headers, 'webhook-timestamp': 'soon' }, body, keys, at)).toBe(false);
  });
});
