import { holds } from '../src/domain/actor.ts';
import { context as contextBlock, section } from '../src/slack/blocks/elements.ts';
import { person, words } from '../src/slack/blocks/mrkdwn.ts';
import type { Command } from './entry.ts';

/** Made from the registry's own commands, so that it cannot drift from them. */
export function helpCommand(others: () => readonly Command[]): Command {
  const help: Command = {
    command: '/aws-help',
    usage: '',
    summary: 'What there is, and what you may do',
    needs: 'member',
    opensModal: false,
    run(context) {
      const { actor, services } = context;
      const roles = actor.roles.length === 0 ? 'none yet' : actor.roles.join(', ');
      const lines = others().map((command) => {
        const may = command.needs === 'member' || holds(actor.roles, command.needs);
        const usage = command.usage === '' ? '' : ` ${command.usage}`;
        const note = may ? '' : ` (takes the role ${command.needs})`;
        return `• \`${command.command}${usage}\`: ${words(command.summary)}${note}`;
      });
      return Promise.resolve({
        text: 'Rekey looks after the AWS access keys of this workspace.',
        blocks: [
          section(`*Rekey looks after the AWS access keys of this workspace.*\n${lines.join('\n')}`),
          section('The Home tab of this app shows every connection, and what needs you.'),
          contextBlock(`Your roles: ${roles} · Admins: ${services.admins.map(person).join(', ')}`),
        ],
      });
    },
  };
  return help;
}
