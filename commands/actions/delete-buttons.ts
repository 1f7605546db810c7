import { isConflict, RekeyError } from '../../src/errors.ts';
import type { KeyDeletion } from '../../src/domain/key-deletion.ts';
import { askDeletion, type DeletionInput } from '../../src/handlers/deletions/ask.ts';
import {
  approveDeletion,
  declineDeletion,
  type DeletionTarget,
} from '../../src/handlers/deletions/decide.ts';
import { policyIfRefused } from '../../src/handlers/deletions/look.ts';
import { authoriseDeletion } from '../../src/handlers/deletions/may.ts';
import { pursueDeletion } from '../../src/handlers/deletions/pursue.ts';
import { deletionCard } from '../../src/handlers/deletions/tell.ts';
import { lookKey } from '../../src/handlers/look-key.ts';
import { DELETION_APPROVE, DELETION_DECLINE } from '../../src/slack/blocks/deletion.ts';
import { section } from '../../src/slack/blocks/elements.ts';
import { KEY_DELETE } from '../../src/slack/blocks/keys.ts';
import { modal, type Action, type Context } from '../entry.ts';
import {
  DELETE_ERROR_BLOCK,
  DELETE_FORM,
  deleteForm,
  deletionSaid,
  deletionView,
  parseDelete,
} from '../modals/delete-form.ts';
import { refusalText } from '../refusal.ts';

/** Opens the form; the attempt of somebody who may not is recorded. */
export async function openDelete(context: Context, accessKeyId: string): Promise<void> {
  const { services, actor } = context;
  await authoriseDeletion(services, context, 'ask', { accessKeyId });
  const look = await lookKey(services, actor, accessKeyId);
  if (look.key.goneAt !== null) {
    throw new RekeyError('conflict', 'This access key no longer exists in AWS.', {
      next: 'Type `/aws-keys` for the keys there are.',
    });
  }
  await context.show(deleteForm(look));
}

async function shown({ services }: Context, deletion: KeyDeletion): Promise<ReturnType<typeof deletionView>> {
  const card = await deletionCard(services, deletion);
  return deletionView(card, deletionSaid(card), await policyIfRefused(services, deletion));
}

export const deleteModal = modal<DeletionInput>({
  callbackId: DELETE_FORM,
  // Who may not is refused, and recorded, by the handler.
  needs: 'member',
  irreversible: true,
  errorBlock: DELETE_ERROR_BLOCK,
  parse: parseDelete,
  async submit(context, input, view) {
    const { services, desk, log } = context;
    const asked = await askDeletion(services, context.request(), input);
    context.later(async () => {
      const show = async (row: KeyDeletion): Promise<void> => {
        await desk.update(view.id, await shown(context, row)).catch((error: unknown) => {
          log.warn('a deletion was not shown in its window', { accessKeyId: row.accessKeyId, error });
        });
      };
      await pursueDeletion(services, asked.accessKeyId, new AbortController().signal, show);
    });
    return shown(context, asked);
  },
});

function decides(
  actionId: string,
  act: (
    services: Context['services'],
    request: ReturnType<Context['request']>,
    target: DeletionTarget,
  ) => Promise<KeyDeletion>,
): Action {
  return {
    actionId,
    needs: 'member',
    irreversible: true,
    opensModal: false,
    async run(context) {
      const { services, desk, incoming, correlationId, log } = context;
      const [accessKeyId = '', id = ''] = incoming.text.split(':');
      try {
        // Two clicks, of one person or of two, are one decision.
        const decision = `${actionId}:${id}`;
        const row = await act(services, context.request({ decision }), { accessKeyId, id });
        if (row.state !== 'approved') return;
        context.later(() => pursueDeletion(services, accessKeyId, new AbortController().signal));
      } catch (error) {
        if (!isConflict(error) || incoming.responseUrl === null) throw error;
        const said = refusalText(error, correlationId, log);
        await desk.reply(incoming.responseUrl, { text: said, blocks: [section(said)] });
      }
    },
  };
}

export const deletionActions: readonly Action[] = [
  {
    actionId: KEY_DELETE,
    needs: 'member',
    irreversible: true,
    opensModal: true,
    run: (context) => openDelete(context, context.incoming.text),
  },
  decides(DELETION_APPROVE, approveDeletion),
  decides(DELETION_DECLINE, declineDeletion),
];
