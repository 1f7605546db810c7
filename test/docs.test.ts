import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { registry } from '../commands/index.ts';
import { CAPABILITY_CALLS } from '../src/domain/capability.ts';
import { CAPABILITIES } from '../src/domain/verification.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** docs/permissions.md as it must read: made from the one table, so that it cannot drift. */
function permissionsPage(): string {
  const lines = [
    '# AWS permissions, call by call',
    '',
    'Made from the one table that the product uses for its policies (src/domain/capability.ts). `npx vitest run test/docs.test.ts --update` writes it anew.',
  ];
  for (const capability of CAPABILITIES) {
    lines.push('', `## ${capability.replace('_', ' ')}`, '', '| statement | calls | why |', '|---|---|---|');
    for (const grant of CAPABILITY_CALLS[capability]) {
      const calls = grant.actions.map((action) => `\`${action}\``).join(' ');
      const mark = grant.effect === 'Deny' ? ' (denied)' : grant.optional === true ? ' (optional)' : '';
      lines.push(`| ${grant.sid}${mark} | ${calls} | ${grant.why} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

describe('the documentation', () => {
  it('lists every AWS call with its reason', async () => {
    await expect(permissionsPage()).toMatchFileSnapshot('../docs/permissions.md');
  });

  it('names every command in the README', () => {
    for (const { command } of registry.commands) expect(readme).toContain(`\`${command}`);
  });

  it('names every capability in the README', () => {
    for (const capability of CAPABILITIES) expect(readme).toContain(capability.replace('_', ' '));
  });

  it('points only to files that exist', () => {
    for (const [, path] of readme.matchAll(/\]\(([^)#]+)\)/g)) {
      expect(() => readFileSync(new URL(`../${path ?? ''}`, import.meta.url))).not.toThrow();
    }
  });
});
