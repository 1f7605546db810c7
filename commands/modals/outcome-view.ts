import type { ModalView } from '@slack/types';
import type * as z from 'zod';
import type { AttemptResult } from '../../src/domain/attempt-result.ts';
import type { Attempt } from '../../src/domain/attempt.ts';
import { actions, button, context, section } from '../../src/slack/blocks/elements.ts';
import { outcomeBlocks, outcomeTitle } from '../../src/slack/blocks/outcome.ts';
import { bold, plain } from '../../src/slack/blocks/mrkdwn.ts';
import type { FormAgain } from './connect-form.ts';

export const BACK_TO_FORM = 'connect.again';

/** What is shown while AWS is being asked. */
export function workingView(attempt: Pick<Attempt, 'kind'>, name: string): ModalView {
  const [title, doing] = DOING[attempt.kind];
  return {
    type: 'modal',
    title: plain(title, 24),
    close: plain('Close', 24),
    blocks: [
      section(`${doing} ${bold(name)}. This takes some seconds, at most a minute.`),
      context('You may close this window: the outcome then comes as a direct message.'),
    ],
  };
}

const DOING: Record<Attempt['kind'], readonly [title: string, doing: string]> = {
  connect: ['Verifying…', 'Asking AWS about'],
  replace: ['Verifying…', 'Asking AWS about the new credentials of'],
  test: ['Testing…', 'Asking AWS about'],
  disconnect: ['Disconnecting…', 'Disconnecting'],
};

/** How it ended. A failed connect leads back to the form with all that was typed, less the secret. `aside` (mrkdwn): what is to be mended besides. */
export function outcomeView(attempt: Attempt, result: AttemptResult, aside: string | null): ModalView {
  const again = result.kind === 'not_verified' || result.kind === 'stopped' ? againFields(attempt) : null;
  return {
    type: 'modal',
    title: plain(outcomeTitle(attempt.kind, result), 24),
    close: plain('Close', 24),
    ...(again === null ? {} : { private_metadata: JSON.stringify(again) }),
    blocks: [
      ...outcomeBlocks(attempt.kind, result),
      ...(aside === null ? [] : [section(aside)]),
      ...(again === null ? [] : [actions('connect.again', [button('Back to the form', BACK_TO_FORM)])]),
    ],
  };
}

function againFields(attempt: Attempt): z.infer<typeof FormAgain> | null {
  const { draft } = attempt;
  if (attempt.kind !== 'connect' || draft === null) return null;
  return {
    name: draft.name,
    description: draft.description,
    accountId: draft.accountId ?? '',
    region: draft.region ?? '',
    accessKeyId: draft.accessKeyId ?? '',
    roleArn: draft.roleArn ?? '',
    method: draft.method,
    alertChannel: draft.alertChannel,
    owners: [...draft.owners],
    externalId: draft.externalId,
  };
}
