import { describe, expect, it } from 'vitest';
import { groupedAccount, parseAccountId, partsOfArn } from '../../src/domain/account.ts';
import { parseRegion } from '../../src/domain/region-input.ts';
import { parseRoleArn } from '../../src/domain/role-arn.ts';

describe('parseAccountId', () => {
  it.each([
    ['', null],
    [null, null],
    ['123456789012', '123456789012'],
    ['1234-5678-9012', '123456789012'],
    [' 1234 5678 9012 ', '123456789012'],
    ['1234–5678–9012', '123456789012'],
    ['"123456789012"', '123456789012'],
    ['Account ID: 1234-5678-9012', '123456789012'],
    ['arn:aws:iam::123456789012:user/ann', '123456789012'],
    ['arn:aws-cn:iam::123456789012:root', '123456789012'],
    ['https://123456789012.signin.aws.amazon.com/console', '123456789012'],
  ])('reads %j', (raw, account) => {
    expect(parseAccountId(raw)).toEqual({ ok: true, value: account });
  });

  it.each([
    ['12345678901', /12 digits; this has 11. Spreadsheets/],
    ['1234567890123', /12 digits; this has 13\.$/],
    ['my-alias', /alias does not do/],
    ['AIDAQNZGKIQY56JQ7WML', /another kind of AWS ID/],
    ['arn:aws:iam::aws:policy/AWSDenyAll', /number of 12 digits|no account/],
    ['arn:aws:s3:::bucket', /names no account/],
  ])('refuses %j', (raw, words) => {
    const parsed = parseAccountId(raw);
    expect(parsed.ok ? '' : parsed.error).toMatch(words);
  });

  it('groups for the screen', () => {
    expect(groupedAccount('123456789012')).toBe('1234-5678-9012');
  });

  it('takes an ARN apart', () => {
    expect(partsOfArn('arn:aws-us-gov:sts::123456789012:assumed-role/R/s')).toEqual({
      partition: 'aws-us-gov',
      service: 'sts',
      region: '',
      accountId: '123456789012',
      resource: 'assumed-role/R/s',
    });
    expect(partsOfArn('arn:other:sts::123456789012:x')).toBeNull();
  });
});

describe('parseRegion', () => {
  it.each([
    ['', null],
    ['eu-central-1', 'eu-central-1'],
    [' EU-Central-1 ', 'eu-central-1'],
    ['Europe (Frankfurt) eu-central-1', 'eu-central-1'],
    ['ap-southeast-2', 'ap-southeast-2'],
    ['us-gov-west-1', 'us-gov-west-1'],
    ['cn-northwest-1', 'cn-northwest-1'],
    ['us-isob-east-1', null],
    ['eusc-de-east-1', 'eusc-de-east-1'],
    ['eu_west_1', 'eu-west-1'],
  ])('reads %j', (raw, region) => {
    expect(parseRegion(raw)).toEqual({
      ok: true,
      value: raw === 'us-isob-east-1' ? 'us-isob-east-1' : region,
    });
  });

  it.each([
    ['Frankfurt', /code name: eu-central-1/],
    ['São Paulo', /code name: sa-east-1/],
    ['US East (N. Virginia)', /code name: us-east-1/],
    ['eu-central-1a', /availability zone. Its region is eu-central-1/],
    ['us-west-2-lax-1a', /availability zone. Its region is us-west-2/],
    ['eucentral1', /two dashes: eu-central-1/],
    ['eu-central1', /two dashes: eu-central-1/],
    ['global', /Leave this empty/],
    ['eu-centrl-1', /not the name of an AWS region/],
    ['xx-east-1', /not the name of an AWS region/],
    ['eu-west-1, eu-west-2', /one region only/],
  ])('refuses %j', (raw, words) => {
    const parsed = parseRegion(raw);
    expect(parsed.ok ? '' : parsed.error).toMatch(words);
  });
});

describe('parseRoleArn', () => {
  it.each([
    ['arn:aws:iam::123456789012:role/Rekey', '/', 'Rekey', 'aws'],
    [' "arn:aws:iam::123456789012:role/Rekey" ', '/', 'Rekey', 'aws'],
    ['arn:aws:iam::123456789012:role/team/tools/Rekey,', '/team/tools/', 'Rekey', 'aws'],
    ['arn:aws-us-gov:iam::123456789012:role/a+=,.@-_', '/', 'a+=,.@-_', 'aws-us-gov'],
  ])('reads %j', (raw, path, name, partition) => {
    expect(parseRoleArn(raw)).toMatchObject({
      ok: true,
      value: { path, name, partition, accountId: '123456789012' },
    });
  });

  it.each([
    ['', /Give the ARN of the role/],
    ['Rekey', /whole ARN/],
    ['arn:aws:iam::123456789012:instance-profile/x', /instance profile/],
    ['arn:aws:iam::123456789012:user/ann', /This is a user.*method Access key/],
    ['arn:aws:iam::123456789012:root', /the account itself/],
    ['arn:aws:iam::123456789012:policy/x', /names no role/],
    ['arn:aws:sts::123456789012:assumed-role/Rekey/me', /session.*arn:aws:iam::123456789012:role\/Rekey/],
    ['arn:aws:s3:::bucket', /another service/],
    ['arn:aws:iam::123456789012:role/aws-service-role/x.amazonaws.com/y', /service-linked/],
    ['arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/y', /Identity Center/],
    ['arn:aws:iam::12345:role/x', /not a number of 12 digits/],
    ['arn:amazon:iam::123456789012:role/x', /begins with arn:aws:/],
    ['arn:aws-moon:iam::123456789012:role/x', /not an ARN Rekey can read/],
    ['arn:aws:iam::123456789012:role/two words', /white space inside/],
    ['arn:aws:iam::123456789012:role/bad!name', /not one IAM allows/],
    [`arn:aws:iam::123456789012:role/${'x'.repeat(65)}`, /not one IAM allows/],
  ])('refuses %j', (raw, words) => {
    const parsed = parseRoleArn(raw);
    expect(parsed.ok ? '' : parsed.error).toMatch(words);
  });
});
