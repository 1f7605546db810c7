import type { WebClient } from '@slack/web-api';
import type { FileResult, Files, Poster } from '../ports/slack.ts';
import type { Log } from '../ports/world.ts';
import { slackFailure } from './failures.ts';

/**
 * Sends files as Slack's external uploads. `upload` posts the bytes to the address Slack names (through the proxy,
 * like everything else); it answers the HTTP status.
 */
export function slackFiles(
  web: WebClient,
  poster: Poster,
  upload: (url: string, bytes: Buffer) => Promise<number>,
  log: Log,
): Files {
  const send: Files['send'] = async (userId, files, message) => {
    try {
      const sent: { id: string; title: string }[] = [];
      for (const { name, title, bytes } of files) {
        const announced = await web.files.getUploadURLExternal({ filename: name, length: bytes.byteLength });
        const { upload_url: url, file_id: id } = announced;
        if (url === undefined || id === undefined) return failed('Slack named no address');
        const status = await upload(url, bytes);
        if (status !== 200) return failed(`HTTP ${status} for the upload`);
        sent.push({ id, title });
      }
      const [first, ...more] = sent;
      if (first === undefined) return failed('there is no file');
      // The message first: only it tells the channel of a direct message, and ids of people are refused below.
      const posted = await poster.post(userId, message);
      if (!posted.ok) return failed(posted.error);
      await web.files.completeUploadExternal({ files: [first, ...more], channel_id: posted.channelId });
      return { ok: true };
    } catch (error) {
      const failure = slackFailure(error);
      if (failure.kind === 'refused' && failure.error === 'missing_scope') {
        return { ok: false, why: 'not_allowed', error: failure.error };
      }
      log.warn('file not sent', { failure });
      return failed(failure.kind === 'rate_limited' ? 'rate limited' : failure.error);
    }
  };
  return {
    send,
    sendText: (userId, { name, title, text }, message) =>
      send(userId, [{ name, title, bytes: Buffer.from(text, 'utf8') }], message),
  };
}

function failed(error: string): FileResult {
  return { ok: false, why: 'failed', error };
}
