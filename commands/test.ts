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
  // Drawn once: an update that failed would leave the test lying about, begun and carried out by nobody.
  const viewId = await context.show(workingView({ kind: 'test' }, connection.name));
  const attempt = await beginTest(context.services, context.request({ viewId }), connection.id);
  carryOut(context, attempt);
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
