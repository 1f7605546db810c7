import type { Core } from './core.ts';
import { flag, text, type Json } from './json.ts';
import type { ResponseTarget } from './response-urls.ts';
import { blockComplaints } from './web-api/checked.ts';
import { withIds } from './views.ts';
import { parts } from './json.ts';

/**
 * Does what a post to a response_url, or the acknowledgement of a command, asks for: shows a message to the person
 * alone (unless `response_type` is `in_channel`), replaces or deletes the original.
 * @returns the error, or undefined when it was done
 */
export function respond(core: Core, target: ResponseTarget, body: Json): string | undefined {
  const complaints = blockComplaints(body['blocks']);
  if (complaints.length > 0) {
    core.journal.defect('a response with invalid blocks', complaints);
    return 'invalid_blocks';
  }
  const original = originalOf(core, target);
  if (flag(body, 'delete_original')) return remove(core, original?.ts);
  const blocks = withIds(parts(body, 'blocks'));
  const words = text(body, 'text') ?? '';
  if (words === '' && blocks.length === 0) return 'no_text';
  if (words === '') core.journal.defect('a message without fallback text', body);
  if (flag(body, 'replace_original')) {
    if (original === undefined) {
      core.journal.defect('replace_original without an original');
    } else {
      core.messages.edit(original, { text: words, blocks });
      core.journal.changed();
      return undefined;
    }
  }
  const { userId, channelId } = target;
  const threadTs = text(body, 'thread_ts');
  const draft = { channelId, userId: core.world.app.botUserId, fromApp: true, text: words, blocks, threadTs };
  if (text(body, 'response_type') === 'in_channel') core.messages.post(draft);
  else core.messages.postEphemeral(userId, draft);
  core.journal.changed();
  return undefined;
}

function originalOf(core: Core, target: ResponseTarget): ReturnType<Core['messages']['find']> {
  const { original, channelId } = target;
  if (original === undefined) return undefined;
  return original.ephemeral
    ? core.messages.findEphemeral(channelId, original.ts)
    : core.messages.find(channelId, original.ts);
}

function remove(core: Core, ts: string | undefined): string | undefined {
  if (ts === undefined) {
    core.journal.defect('delete_original without an original');
    return undefined;
  }
  core.messages.delete(ts);
  core.journal.changed();
  return undefined;
}
