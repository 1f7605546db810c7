// The first run of a scanner looks like a thief's: as wide, but with a role, which nobody finds lying about.
import { expect, it } from 'vitest';
import { Detector } from '../../src/detections/detector.ts';
import { isWanted } from '../../src/detections/evaluate.ts';
import { call, ordinary, roleSession, type ExampleCall } from '../../src/detections/example.ts';
import { RecordReader } from '../../src/detections/record.ts';
import type { RawRecord } from '../../src/detections/rule.ts';
import { words } from '../../src/detections/words.ts';

const WIDE = words(`
  ec2:DescribeInstances rds:DescribeDBInstances lambda:ListFunctions eks:ListClusters sqs:ListQueues
  sns:ListTopics ecs:ListClusters elasticache:DescribeCacheClusters dynamodb:ListTables s3:ListBuckets`);

function told(more: ExampleCall, learned: readonly RawRecord[] = []): (string | null)[] {
  const reader = new RecordReader(isWanted);
  const detector = new Detector();
  for (const event of learned.flatMap((each) => reader.read(each) ?? [])) detector.learn(event);
  detector.accept();
  return WIDE.map((action, place) => call(action, { ...more, minute: place / 2 }))
    .flatMap((each) => reader.read(each) ?? [])
    .flatMap((event) => detector.judge(event))
    .filter(({ rule }) => rule === 'account-explored')
    .map(({ severity }) => severity);
}

it('a wide look is high with a key, and with a role that works at something else', () => {
  expect(told({})).toContain('high');
  const by = roleSession('web');
  expect(told({ by }, ordinary(9, { by }))).toContain('high');
});

it('a wide look is told of once, and is no more than medium, with a role that nobody knows yet', () => {
  expect(told({ by: roleSession('scanner') })).toEqual(['medium']);
});
