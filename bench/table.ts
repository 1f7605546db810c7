import type { Figure } from './figures.ts';

const HEAD = ['bench', 'figure', 'Rekey', '(low to high)', 'beside it', '(low to high)', 'ratio', 'goal'];

/** The figures as a table of plain text. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = [HEAD, ...figures.map(rowOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rowOf({ bench, what, unit, value, spread, floor, ratio, goal }: Figure): string[] {
  return [
    bench,
    what,
    `${short(value)} ${unit}`,
    range(spread),
    floor === null ? '' : `${floor.what}: ${short(floor.value)} ${unit}`,
    floor === null ? '' : range(floor.spread),
    ratio === null ? '' : `${ratio.toFixed(2)}x`,
    goal === null
      ? ''
      : `${goal.met ? 'met' : 'MISSED'}: ${goal.words} (${short(goal.most ?? goal.least ?? 0)} ${unit})`,
  ];
}

function range([low, high]: readonly [number, number]): string {
  return `${short(low)} to ${short(high)}`;
}

/** Three figures that mean something, thousands set apart. */
function short(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
