import { z } from 'zod';
import type { Outward } from '../../../ports/outward.ts';
import type { PlannedCalls } from './calls.ts';
import { NEW_KEY_ID } from './aws.ts';

const message = z.object({ type: z.string() });

/** Webhooks: whether one takes the key is asked for real, before a key exists; what follows is imagined. */
export function dryOutward(outward: Outward, calls: PlannedCalls): Outward {
  return {
    ...outward,
    post: (request, signal) => {
      const { type } = message.parse(JSON.parse(request.body));
      const host = URL.canParse(request.url) ? new URL(request.url).host : 'an unreadable address';
      const name = `webhook:${type}`;
      if (type === 'access_key.preflight') {
        calls.reads(name, host);
        return outward.post(request, signal);
      }
      if (type === 'access_key.holds') calls.reads(name, host);
      else calls.changes(name, host);
      const body = JSON.stringify(
        type === 'access_key.redeploy' ? { status: 'healthy' } : { accessKeyId: NEW_KEY_ID },
      );
      return Promise.resolve({ kind: 'answered', status: 200, retryAfterMs: null, body });
    },
  };
}
