import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/detections/registry.ts';

const page = readFileSync(new URL('../../docs/detection.md', import.meta.url), 'utf8');
const HEADING = '## All rules\n';

/** The table of docs/detection.md as it must read: made from the rules, so that it cannot drift. */
function table(): string {
  const lines = [
    '',
    'Made from the rules themselves: `npx vitest run test/detections/docs.test.ts --update` writes it anew. The severity is the usual one; *always*: no habit excuses it.',
  ];
  for (const family of new Set(RULES.map((rule) => rule.family))) {
    const rules = RULES.filter((rule) => rule.family === family);
    lines.push('', `### ${family.charAt(0).toUpperCase()}${family.slice(1)} (${rules.length})`, '');
    lines.push(
      '| rule | says | severity | ATT&CK | what to do | known false alarms |',
      '|---|---|---|---|---|---|',
    );
    for (const { id, title, severity, always, technique, whatToDo, falseAlarms } of rules) {
      const grade = always === true ? `${severity}, always` : severity;
      lines.push(`| \`${id}\` | ${title} | ${grade} | ${technique} | ${whatToDo} | ${falseAlarms} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

describe('the page about detection', () => {
  it('lists every rule as it is', async () => {
    const prose = page.slice(0, page.indexOf(HEADING) + HEADING.length);
    await expect(`${prose}${table()}`).toMatchFileSnapshot('../../docs/detection.md');
  });
});
