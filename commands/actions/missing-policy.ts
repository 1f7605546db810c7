import { RekeyError } from '../../src/errors.ts';
import { usable } from '../../src/handlers/begin-work.ts';
import { SHOW_MISSING_POLICY } from '../../src/slack/blocks/outcome.ts';
import type { Action } from '../entry.ts';
import { missingPolicyView } from '../modals/missing-policy.ts';

/** The policy a connection needs, on top of the outcome of a check. */
export const showMissingPolicy: Action = {
  actionId: SHOW_MISSING_POLICY,
  needs: 'viewer',
  opensModal: true,
  async run(context) {
    const connection = await usable(context.services, context.incoming.text);
    const check = connection.lastCheck;
    if (check?.status !== 'verified') {
      throw new RekeyError('conflict', 'The last check of this connection did not pass.', {
        next: 'Test it again first: what is missing is known only then.',
      });
    }
    await context.show(missingPolicyView(connection, check.report));
  },
};
