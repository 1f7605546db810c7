// `node scripts/build.ts [FOLDER]`: bundles what production needs into dist/ (or FOLDER).
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const ROOT = join(import.meta.dirname, '..');

/** Not bundled, because they are native; their own dependencies are needed to compile them only. */
export const EXTERNAL = ['better-sqlite3'] as const;
/** Not code: files with data that are read where their packages lie. Detection does without them, and says so. */
export const DATA = ['@ip-location-db/asn', '@ip-location-db/asn-country'] as const;
/** Asked for by a dependency, never installed: pg's native driver. */
const ABSENT = ['pg-native'];
/** Chunks lie one folder down, as the sources do: what they name relative to themselves stays where it is. */
const CHUNKS = 'lib';

/**
 * Writes `rekey.js` (the entry, which loads nothing but what its subcommand needs), its chunks with source maps, the
 * migrations, the manifest and a package.json that names what must be installed beside it. `others`: more entries, by
 * their names, which come to lie beside the chunks.
 * @throws Error when the bundle would import anything that is neither bundled, built in nor named in EXTERNAL.
 */
export async function build(folder: string, others: Readonly<Record<string, string>> = {}): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const bundle = await rolldown({
    // A thread is begun by the name of its file, so that file is an entry too.
    input: {
      rekey: join(ROOT, 'bin/rekey.js'),
      'watch-worker': join(ROOT, 'src/watch-worker.ts'),
      ...others,
    },
    cwd: ROOT,
    platform: 'node',
    external: [...EXTERNAL, ...ABSENT],
    // The AWS SDK's ES modules, which can be shaken; its CommonJS cannot.
    resolve: { mainFields: ['module', 'main'] },
    logLevel: 'warn',
  });
  const { output } = await bundle.write({
    dir: folder,
    format: 'esm',
    sourcemap: true,
    entryFileNames: ({ name }) => (name === 'rekey' ? '[name].js' : `${CHUNKS}/[name].js`),
    chunkFileNames: `${CHUNKS}/[name]-[hash].js`,
  });
  await bundle.close();
  const left = output.flatMap((file) =>
    file.type === 'chunk' ? [...file.imports, ...file.dynamicImports] : [],
  );
  const known = new Set<string>([...output.map(({ fileName }) => fileName), ...EXTERNAL, ...ABSENT]);
  const unknown = [...new Set(left)].filter((name) => !known.has(name) && !isBuiltin(name));
  if (unknown.length > 0) throw new Error(`The bundle still imports ${unknown.join(', ')}.`);

  for (const name of ['manifest.yml', 'manifest.channel-watch.yml'])
    cpSync(join(ROOT, name), join(folder, name));
  for (const engine of ['sqlite', 'postgres']) {
    const migrations = join(folder, CHUNKS, 'migrations', engine);
    mkdirSync(migrations, { recursive: true });
    cpSync(join(ROOT, 'db/migrations', engine), migrations, { recursive: true });
  }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(packageOf(), null, 2)}\n`);
}

function packageOf(): object {
  const source = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license: string;
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return {
    name: source.name,
    version: source.version,
    private: true,
    license: source.license,
    type: 'module',
    bin: { rekey: 'rekey.js' },
    dependencies: Object.fromEntries([...EXTERNAL, ...DATA].map((name) => [name, source.dependencies[name]])),
  };
}

if (import.meta.main) {
  const folder = resolve(process.argv[2] ?? join(ROOT, 'dist'));
  await build(folder);
  const size = statSync(join(folder, 'rekey.js')).size;
  process.stdout.write(
    `Built ${folder} (entry of ${size} bytes). Start it with: node ${join(folder, 'rekey.js')} start\n`,
  );
}
