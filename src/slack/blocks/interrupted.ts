import type { Message } from '../../ports/slack.ts';
import { section } from './elements.ts';

const WHAT: Readonly<Record<string, string>> = {
  'key.export': 'your export of access keys',
  'audit.export': 'your export of the audit log',
  'rotation.dry_run': 'your dry run of a rotation schedule',
  'trail_queue.add': 'the check of the trail queue you typed',
  'trail_queue.change': 'the check of the trail queue you changed',
};

/** To whoever asked for what ended with its process. */
export function interruptedMessage(verb: string): Message {
  const text = `*Rekey stopped while it was at ${WHAT[verb] ?? 'what you asked for'}.* Nobody goes on with it: look whether it is there, else ask for it again.`;
  return { text, blocks: [section(text)] };
}
