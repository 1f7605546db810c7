import { describe, expect, test } from 'vitest';
import type { FindingCode } from '../../src/domain/finding.ts';
import { DEFAULT_KEY_POLICY } from '../../src/domain/key-policy.ts';
import {
  ageWords,
  findingMeaning,
  findingName,
  findingWords,
  gapWords,
  kindWords,
  lastUseNote,
  lastUseWords,
  ownerWords,
  statusWords,
} from '../../src/domain/key-words.ts';

const NOW = Date.UTC(2026, 10, 28, 12, 0);
const DAY = 86_400_000;
const CODES: readonly FindingCode[] = [
  'quarantined',
  'unexpected_use',
  'root_key',
  'over_age',
  'due_soon',
  'unused',
  'never_used',
  'inactive_long',
  'two_active_keys',
  'console_user',
  'owner_missing',
  'tag_missing',
  'age_unknown',
  'use_unknown',
];

describe('words for a last use', () => {
  test('name the moment, the service and the region', () => {
    const use = { at: NOW - 5 * DAY, service: 's3', region: 'us-east-1', asOf: NOW };
    expect(lastUseWords({ kind: 'used', ...use })).toBe('used at 23 Nov 2026 12:00 UTC (s3, us-east-1)');
    expect(lastUseWords({ kind: 'used', ...use, region: null })).toBe('used at 23 Nov 2026 12:00 UTC (s3)');
  });

  test('say how coarse the record of a recent use is', () => {
    const use = { kind: 'used', at: NOW - 60_000, service: null, region: null, asOf: NOW } as const;
    expect(lastUseWords(use)).toBe('used at 28 Nov 2026 11:59 UTC, or up to 15 minutes later');
  });

  test('say as of when nothing was seen', () => {
    expect(lastUseWords({ kind: 'not_seen', asOf: NOW })).toBe(
      'not seen since tracking began (as of 28 Nov 2026 12:00 UTC)',
    );
    const old = { lastUse: { kind: 'not_seen', asOf: NOW }, createdAt: Date.UTC(2012, 0, 1) } as const;
    expect(lastUseNote(old)).toContain('22 Apr 2015');
  });

  test('say why it is not known, and what was known before', () => {
    const last = { at: NOW - 9 * DAY, service: 'ec2', region: null };
    const lost = { kind: 'unknown', why: 'slowed down by AWS', since: NOW - DAY } as const;
    expect(lastUseWords({ ...lost, last: null })).toBe(
      'last use unknown since 27 Nov 2026 12:00 UTC (slowed down by AWS)',
    );
    expect(lastUseWords({ ...lost, last })).toContain('; before that used at 19 Nov 2026 12:00 UTC (ec2)');
  });
});

describe('words for a key', () => {
  test('count whole days of age', () => {
    expect(ageWords(NOW - 95 * DAY - 1, NOW)).toBe('95 days old');
    expect(ageWords(NOW - DAY, NOW)).toBe('1 day old');
    expect(ageWords(NOW - 1, NOW)).toBe('less than a day old');
    expect(ageWords(null, NOW)).toContain('unknown');
  });

  test('say only of a change that was seen when it came', () => {
    const inactive = { status: 'Inactive', statusSince: NOW - 3 * DAY } as const;
    expect(statusWords({ ...inactive, statusSeen: true }, NOW)).toBe('Inactive for 3 days');
    expect(statusWords({ ...inactive, statusSeen: false }, NOW)).toBe('Inactive since 25 Nov 2026 or before');
  });

  test('call a guess a guess', () => {
    expect(kindWords({ kind: 'managed_elsewhere', from: 'guess', managedBy: 'Terraform' })).toBe(
      'managed by Terraform (a guess)',
    );
  });

  test('say how an owner was found, or why not', () => {
    const owners = [{ kind: 'user', userId: 'U1' }] as const;
    expect(ownerWords({ known: true, owners, from: 'tag' }, () => 'ada')).toBe('ada (by tag)');
    expect(ownerWords({ known: false, why: 'no tag' }, () => '')).toBe('unknown (no tag)');
  });

  test('name what could not be read', () => {
    const gap = { what: 'tags', subject: 'svc', why: 'not allowed: iam:ListUserTags', since: NOW } as const;
    expect(gapWords(gap)).toBe('tags of svc, since 28 Nov 2026 (not allowed: iam:ListUserTags)');
  });
});

describe('words for findings', () => {
  test('count from the maximum age', () => {
    const over = { code: 'over_age', severity: 'medium', propose: 'rotate', at: NOW - 3 * DAY } as const;
    expect(findingWords(over, NOW)).toBe('3 days over its maximum age');
    expect(findingWords({ ...over, code: 'due_soon', at: NOW + 7 * DAY }, NOW)).toBe(
      'reaches its maximum age in 7 days (5 Dec 2026)',
    );
  });

  test.each(CODES)('never say of a key that it expires: %s', (code) => {
    const finding = { code, severity: 'low', at: NOW, propose: null } as const;
    const said = [findingName(code), findingWords(finding, NOW), findingMeaning(code, DEFAULT_KEY_POLICY)];
    expect(said.join(' ')).not.toMatch(/expir/i);
    expect(said.every((text) => text !== '')).toBe(true);
  });

  test.each(['unused', 'never_used'] as const)('advise to deactivate only what is proposed: %s', (code) => {
    expect(findingMeaning(code, DEFAULT_KEY_POLICY, 'deactivate')).toContain('Deactivate it first');
    const unsure = findingMeaning(code, DEFAULT_KEY_POLICY, null);
    expect(unsure).not.toMatch(/deactivate/i);
    expect(unsure).toContain('Rekey proposes nothing');
  });
});
