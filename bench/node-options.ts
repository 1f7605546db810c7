import { readFileSync } from 'node:fs';

const PACKAGE = new URL('../package.json', import.meta.url);

/** What a script of package.json tells Node.js. */
export function nodeOptionsOf(script: 'start' | 'replay'): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as {
    readonly scripts: Readonly<Record<typeof script, string>>;
  };
  return scripts[script].match(/--\S+/g) ?? [];
}
