import { nameKey, quotedName, type Connection } from '../src/domain/connection.ts';
import { RekeyError } from '../src/errors.ts';
import { beginTest } from '../src/handlers/begin-work.ts';
import { cut } from '../src/slack/blocks/mrkdwn.ts';
import { carryOut } from './carry-out.ts';
import type { Command, Context } from './entry.ts';
import { workingView } from './modals/outcome-view.ts';

export const test: Command = {
  command: '/aws-test',
  usage: '[connection name | help]',
  summary: 'Check a connection and say what changed',
  needs: 'viewer',
  opensModal: true,
  async run(context, text) {
    await runTest(context, await named(context, text));
    return null;
  },
};

/** Opens the window of a test and starts it. */
export async function runTest(context: Context, connection: Connection): Promise<void> {
  const { services, log } = context;
  // Written first: whatever happens after the window is open, a later process ends it or sends a message.
  const attempt = await beginTest(services, context.request({ viewId: null }), connection.id);
  let viewId: string | null = null;
  try {
    viewId = await context.show(workingView(attempt, connection.name));
    await services.stores.atomically([
      services.stores.attempts.showIn(attempt.id, services.instanceId, viewId),
    ]);
  } catch (error) {
    // The test goes on: without a window its outcome comes as a direct message.
    log.warn('a test goes on without its window', { attemptId: attempt.id, error });
  }
  carryOut(context, { ...attempt, viewId });
}

/** The connection meant: by name, or the only one there is. */
async function named(context: Context, text: string): Promise<Connection> {
  const { connections } = context.services.stores;
  const name = text.trim().replace(/^(["'“”`])(.*)\1$/, '$2');
  const all = await connections.list();
  if (all.length === 0) {
    throw new RekeyError('not_found', 'No AWS account is connected yet.', {
      next: 'An admin connects one with `/aws-connect`.',
    });
  }
  const [only] = all;
  if (name === '' && only !== undefined && all.length === 1) return only;
  const found = all.find((connection) => nameKey(connection.name) === nameKey(name));
  if (found !== undefined) return found;
  const names = cut(all.map((connection) => quotedName(connection.name)).join(', '), 1500);
  throw new RekeyError(
    'not_found',
    name === '' ? 'Say which connection to test.' : 'There is no connection of that name.',
    { next: `There are: ${names}.` },
  );
}
