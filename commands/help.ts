import { holds, type Actor } from '../src/domain/actor.ts';
import { context as contextBlock, section } from '../src/slack/blocks/elements.ts';
import { person, words } from '../src/slack/blocks/mrkdwn.ts';
import type { Message } from '../src/ports/slack.ts';
import type { Command } from './entry.ts';

/** One command in a line of mrkdwn: how it is typed, what it does, and what it takes when the person may not. */
export function helpLine(command: Command, actor: Actor): string {
  const may = command.needs === 'member' || holds(actor.roles, command.needs);
  const usage = command.usage === '' ? '' : ` ${command.usage}`;
  const note = may ? '' : ` (takes the role ${command.needs})`;
  return `\`${command.command}${usage}\`: ${words(command.summary)}${note}`;
}

/** All there is to say of one command. */
export function helpMessage(command: Command, actor: Actor): Message {
  const line = helpLine(command, actor);
  const { details } = command;
  return { text: line, blocks: [section(line), ...(details === undefined ? [] : [section(details)])] };
}

/** Made from the registry's own commands, so that it cannot drift from them. */
export function helpCommand(others: () => readonly Command[]): Command {
  const help: Command = {
    command: '/aws-help',
    usage: '[command]',
    summary: 'Say what Rekey does and how',
    needs: 'member',
    opensModal: false,
    run(context, text) {
      const { actor, services } = context;
      const roles = actor.roles.length === 0 ? 'none yet' : actor.roles.join(', ');
      const wanted = text.toLowerCase().replace(/^\/?(aws-)?/, '/aws-');
      const asked = others().filter((command) => command.command === wanted);
      const lines = (asked.length === 0 ? others() : asked).map((command) => `• ${helpLine(command, actor)}`);
      return Promise.resolve({
        text: 'Rekey looks after the AWS access keys of this workspace.',
        blocks: [
          section(`*Rekey looks after the AWS access keys of this workspace.*\n${lines.join('\n')}`),
          ...asked.flatMap(({ details }) => (details === undefined ? [] : [section(details)])),
          section('The Home tab of this app shows every connection, and what needs you.'),
          contextBlock(`Your roles: ${roles} · Admins: ${services.admins.map(person).join(', ')}`),
        ],
      });
    },
  };
  return help;
}
