import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const page = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');

/** The commands of one block of the operations page: the one that has this in it. */
export function commandsOf(part: string): string {
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block ?? '');
  const [found, ...more] = blocks.filter((block) => block.includes(part));
  if (found === undefined || more.length > 0) throw new Error(`The page has not one block with ${part}`);
  return found;
}

/** PATH for a shell that runs them: this Node.js, and what the test puts before. */
export function pathWith(...folders: readonly string[]): string {
  return [...folders, dirname(process.execPath), process.env['PATH'] ?? ''].join(':');
}
