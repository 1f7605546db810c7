import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { inject } from 'vitest';
import type { BundleAnswer } from './global-setup.ts';

/** What the run's bundle starts, as production does: in a third of the time that the sources take. */
export interface Bundled {
  /** `bin/rekey.js`. */
  readonly rekey: string;
  /** `hurried-rekey.ts`. */
  readonly hurried: string;
}

let known: Promise<Bundled> | null = null;

/** Rekey's bundle, built once a run when the first test asks. */
export async function bundled(): Promise<Bundled> {
  known ??= ask();
  return known;
}

async function ask(): Promise<Bundled> {
  const answer = JSON.parse(await text(connect(inject('bundlePort'), '127.0.0.1'))) as BundleAnswer;
  if ('failure' in answer) throw new Error(answer.failure);
  return { rekey: join(answer.folder, 'rekey.js'), hurried: join(answer.folder, 'lib/hurried-rekey.js') };
}
