import { describe, expect, test } from 'vitest';
import { replayLog } from '../../../sandbox/aws/replay.ts';
import { AwsStandIn } from '../../../sandbox/aws/stand-in.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const KEY = 'AKIAQREPLAYQREPLAYQR';
const record = (minute: number, more: Readonly<Record<string, unknown>> = {}) => ({
  eventID: `e${minute}`,
  eventTime: `2020-01-01T00:0${minute}:00Z`,
  eventName: 'GetCallerIdentity',
  eventSource: 'sts.amazonaws.com',
  awsRegion: 'eu-west-1',
  userIdentity: { accessKeyId: KEY, userName: 'alice', arn: 'arn:aws:iam::999988887777:user/alice' },
  recipientAccountId: '999988887777',
  ...more,
});

describe('a log that is replayed', () => {
  const records = [record(1), record(3, { awsRegion: 'rr-nowhere-7r' }), record(2, { eventID: undefined })];

  test.each([
    ['a file of a trail', JSON.stringify({ Records: records })],
    ['JSON lines', records.map((each) => JSON.stringify(each)).join('\n')],
    [
      'what LookupEvents answers',
      JSON.stringify({ Events: records.map((each) => ({ CloudTrailEvent: JSON.stringify(each) })) }),
    ],
  ])('ends at the given time, in the given account: %s', async (_, log) => {
    const standIn = await AwsStandIn.start({ clock: () => NOW });
    const account = standIn.world.addAccount();
    expect(replayLog(standIn.world, account, log, NOW - 1_000)).toEqual({ calls: 3, keys: [KEY] });
    const seen = (region: string) => account.in(region).history.seen(NOW);
    expect(seen('eu-west-1').map(({ at }) => NOW - at)).toEqual([61_000, 121_000]);
    const [last] = seen('us-east-1');
    expect(last?.record).toMatchObject({
      eventID: 'e3',
      eventTime: '2026-03-01T11:59:59Z',
      awsRegion: 'us-east-1',
      recipientAccountId: account.id,
      userIdentity: { accessKeyId: KEY, arn: `arn:aws:iam::${account.id}:user/alice` },
    });
    expect(last).toMatchObject({ userName: 'alice', accessKeyId: KEY });
    await standIn.stop();
  });

  test('is none without a record', async () => {
    const standIn = await AwsStandIn.start();
    const account = standIn.world.addAccount();
    for (const log of ['', 'words', '{"Records":[]}', '{"eventName":"X"}']) {
      expect(() => replayLog(standIn.world, account, log, NOW)).toThrow('no CloudTrail records');
    }
    await standIn.stop();
  });
});
