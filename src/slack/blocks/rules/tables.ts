import { richText } from './rich-text.ts';
import { list, object, string, tagged, type Rule } from './shape.ts';

/** The cells of `table` and `data_table`. */

const cellText: Rule = (value, pointer, findings) => {
  string({ min: 0 })(value, pointer, findings);
  if (typeof value === 'string') findings.textLength += value.length;
};

const cells = new Map<string, Rule>([
  ['rich_text', richText],
  ['raw_text', object({ required: { text: cellText } })],
  [
    'raw_number',
    object({
      required: {
        text: cellText,
        value: (value, pointer, findings) => {
          if (typeof value === 'number') return;
          findings.problems.push({ code: 'wrong_type', message: 'must be a number', pointer });
        },
      },
    }),
  ],
]);
const cell = tagged(cells, new Set(cells.keys()));

/** The rows of a table, whose cells together hold at most `text` characters. */
export function rows(minRows: number, limits: { rows: number; columns: number; text: number }): Rule {
  const shape = list(list(cell, 1, limits.columns), minRows, limits.rows);
  return (value, pointer, findings) => {
    const before = findings.textLength;
    shape(value, pointer, findings);
    if (findings.textLength - before > limits.text) {
      const message = `must be less than ${limits.text + 1} characters in all cells`;
      findings.problems.push({ code: 'too_long', message, pointer, constraint: limits.text });
    }
  };
}
