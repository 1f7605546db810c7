import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { WebClient } from '@slack/web-api';
import { EnvHttpProxyAgent } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SlackStandIn } from '../../sandbox/slack/stand-in.ts';
import type { Files } from '../../src/ports/slack.ts';
import { slackFiles } from '../../src/slack/files.ts';
import { postBytes } from '../../src/slack/plain-http.ts';
import { slackPoster } from '../../src/slack/poster.ts';
import { recordingLog } from '../support/system-world.ts';

const ADA = 'U0ADA';
const file = { name: 'keys.csv', title: 'Keys', text: 'a,b\r\n1,“é”\r\n' };
const message = { text: 'Your export', blocks: [] };

describe('a file for one person', () => {
  let slack: SlackStandIn;
  let web: WebClient;
  let files: Files;
  const dispatcher = new EnvHttpProxyAgent();

  beforeAll(async () => {
    const manifest: unknown = parse(readFileSync(new URL('../../manifest.yml', import.meta.url), 'utf8'));
    slack = await SlackStandIn.start({ manifest });
    slack.addPerson({ id: ADA, name: 'ada' });
    web = new WebClient(slack.botToken, {
      slackApiUrl: slack.url,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    });
    const log = recordingLog();
    files = slackFiles(web, slackPoster(web, log), postBytes(dispatcher), log);
  });

  afterAll(async () => {
    await dispatcher.close();
    await slack.stop();
  });

  afterEach(() => {
    slack.faults.clear();
    slack.defects.length = 0;
  });

  it('comes under the message that says what it is, byte for byte', async () => {
    expect(await files.sendText(ADA, file, message)).toEqual({ ok: true });
    const [head, shared] = slack.as(ADA).messages();
    expect(head?.text).toBe('Your export');
    expect(shared?.files).toMatchObject([
      { name: 'keys.csv', title: 'Keys', size: Buffer.byteLength(file.text) },
    ]);
    expect(slack.fileText(shared?.files[0]?.id ?? '')).toBe(file.text);
    expect(slack.defects).toEqual([]);
  });

  it('is told apart when the scope is missing, before anything is posted', async () => {
    const before = slack.as(ADA).messages().length;
    slack.changeBotToken({ scopes: ['commands', 'chat:write', 'users:read'] });
    expect(await files.sendText(ADA, file, message)).toMatchObject({ ok: false, why: 'not_allowed' });
    expect(slack.as(ADA).messages()).toHaveLength(before);
    slack.changeBotToken({ scopes: ['commands', 'chat:write', 'users:read', 'files:write'] });
  });

  it.each([
    ['files.getUploadURLExternal', { kind: 'http', status: 503 }, 'HTTP 503'],
    ['files.getUploadURLExternal', { kind: 'http', status: 429 }, 'rate limited'],
    ['upload_url', { kind: 'http', status: 500 }, 'HTTP 500 for the upload'],
    ['files.completeUploadExternal', { kind: 'error', error: 'file_update_failed' }, 'file_update_failed'],
    ['chat.postMessage', { kind: 'error', error: 'user_disabled' }, 'user_disabled'],
  ] as const)('is not sent when %s fails', async (method, fault, error) => {
    slack.faults.add(method, fault);
    expect(await files.sendText(ADA, file, message)).toEqual({ ok: false, why: 'failed', error });
  });

  it('is refused by Slack for the id of a person, another length, or one that never came', async () => {
    const { file_id: id = '', upload_url: url = '' } = await web.files.getUploadURLExternal({
      filename: 'x.csv',
      length: 3,
    });
    await expect(web.files.completeUploadExternal({ files: [{ id, title: 'x' }] })).rejects.toThrow(
      'file_update_failed',
    );
    expect(await postBytes(dispatcher)(url, Buffer.from('four'))).toBe(400);
    expect(await postBytes(dispatcher)(url, Buffer.from('yes'))).toBe(200);
    expect(await postBytes(dispatcher)(url, Buffer.from('yes'))).toBe(400);
    await expect(
      web.files.completeUploadExternal({ files: [{ id, title: 'x' }], channel_id: ADA }),
    ).rejects.toThrow('invalid_arguments');
    await expect(
      web.files.completeUploadExternal({
        files: [{ id: 'F0', title: 'x' }],
        channel_id: slack.as(ADA).directId,
      }),
    ).rejects.toThrow('file_not_found');
  });
});
