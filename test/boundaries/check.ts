import { posix } from 'node:path';
import { scan } from './scan.ts';
import type { Import, Source } from './scan.ts';

/** Files by their path from the root of the project, with slashes. */
export type Files = ReadonlyMap<string, string>;

/** The groups of one row do not import each other; a row imports only rows above it in the table. */
export type Layers = readonly Readonly<Record<string, readonly string[]>>[];

/** A rule about packages: they are imported in these places only. */
export interface PackageRule {
  readonly packages: RegExp;
  readonly only: readonly string[];
  /** Places that may import their types besides. */
  readonly types?: readonly string[];
}

/** A rule about the text of files. */
export interface TextRule {
  readonly name: string;
  readonly pattern: RegExp;
  readonly in: readonly string[];
  readonly except?: readonly string[];
  /** Look into comments and strings too. */
  readonly raw?: true;
}

const scanned = new Map<string, Source>();

function sourceOf(text: string): Source {
  const known = scanned.get(text) ?? scan(text);
  scanned.set(text, known);
  return known;
}

/** A place is a file, a folder with its slash and all that is in it, or `folder/*.ts`: the files right in it. */
export function isIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => {
    if (place.endsWith('/*.ts')) return `${posix.dirname(path)}/*.ts` === place && path.endsWith('.ts');
    return place.endsWith('/') ? path.startsWith(place) : path === place;
  });
}

/** `file:line what` of every import that the layers forbid, and of every file that has no layer. */
export function layerViolations(
  files: Files,
  layers: Layers,
  sideways: readonly (readonly [from: string, to: string])[],
): string[] {
  return importsOf(files).flatMap(([path, found]) => {
    const from = placeIn(layers, path);
    if (from === null) return [`${path}: is in no layer`];
    return found.flatMap((one) => {
      const where = `${path}:${one.line}`;
      if (one.specifier === null) return [`${where} imports something computed at run time`];
      if (!one.specifier.startsWith('.')) return [];
      const target = posix.join(posix.dirname(path), one.specifier);
      const to = placeIn(layers, target);
      if (to === null)
        return target.endsWith('.json') ? [] : [`${where} imports ${target}, which is in no layer`];
      const allowed =
        to.group === from.group ||
        to.row < from.row ||
        sideways.some(([a, b]) => a === from.group && b === to.group);
      return allowed ? [] : [`${where} (${from.group}) imports ${target} (${to.group})`];
    });
  });
}

/** The row and group of a file: that of the longest place it is in. */
function placeIn(layers: Layers, path: string): { readonly row: number; readonly group: string } | null {
  let best: { row: number; group: string; length: number } | null = null;
  for (const [row, groups] of layers.entries()) {
    for (const [group, places] of Object.entries(groups)) {
      for (const place of places) {
        if (isIn(path, [place]) && place.length > (best?.length ?? 0))
          best = { row, group, length: place.length };
      }
    }
  }
  return best;
}

/** `file:line what` of every package imported where it may not be. */
export function packageViolations(files: Files, rules: readonly PackageRule[]): string[] {
  return importsOf(files).flatMap(([path, found]) =>
    found.flatMap(({ specifier, typeOnly, line }) => {
      if (specifier === null || specifier.startsWith('.')) return [];
      const broken = rules.some(
        ({ packages, only, types }) =>
          packages.test(specifier) && !isIn(path, only) && !(typeOnly && isIn(path, types ?? [])),
      );
      return broken ? [`${path}:${line} imports ${typeOnly ? 'types of ' : ''}${specifier}`] : [];
    }),
  );
}

/** `file:line what` of every import of files in `place` that is neither in `allowed` nor a package `packages` match. */
export function importsOutside(
  files: Files,
  place: string,
  allowed: readonly string[],
  packages: RegExp = /^(?!)/,
): string[] {
  return importsOf(files).flatMap(([path, found]) =>
    isIn(path, [place])
      ? found
          .filter(({ specifier }) => {
            if (specifier === null) return true;
            if (!specifier.startsWith('.')) return !packages.test(specifier);
            return !isIn(posix.join(posix.dirname(path), specifier), [place, ...allowed]);
          })
          .map(({ specifier, line }) => `${path}:${line} imports ${specifier}`)
      : [],
  );
}

/** `file:line rule` of every line that a rule forbids. */
export function textViolations(files: Files, rules: readonly TextRule[]): string[] {
  return [...files].flatMap(([path, text]) =>
    rules
      .filter((rule) => isIn(path, rule.in) && !isIn(path, rule.except ?? []))
      .flatMap((rule) =>
        (rule.raw === true ? text : sourceOf(text).code)
          .split('\n')
          .flatMap((line, index) => (rule.pattern.test(line) ? [`${path}:${index + 1} ${rule.name}`] : [])),
      ),
  );
}

/** Files in `places` with more lines than allowed. */
export function lengthViolations(files: Files, places: readonly string[], lines: number): string[] {
  return [...files]
    .filter(([path, text]) => isIn(path, places) && text.trimEnd().split('\n').length > lines)
    .map(([path, text]) => `${path} has ${text.trimEnd().split('\n').length} lines`);
}

/** Files whose name, without what comes after its first dot, says nothing. */
export function nameViolations(files: Files, names: readonly string[]): string[] {
  return [...files.keys()].filter((path) => names.includes(posix.basename(path).split('.', 1)[0] ?? ''));
}

function importsOf(files: Files): (readonly [path: string, imports: readonly Import[]])[] {
  return [...files].map(([path, text]) => [path, sourceOf(text).imports] as const);
}
