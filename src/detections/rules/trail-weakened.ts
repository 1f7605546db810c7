import { call } from '../example.ts';
import { at, flagAt, listAt, textAt, textsAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** True for a selector of all management events: any condition beside their category leaves some out. */
function takesAllManagement(selector: unknown): boolean {
  const fields = listAt(selector, 'fieldSelectors');
  return fields.length === 1 && textsAt(fields[0], 'equals').includes('Management');
}

/** CloudTrail records less. */
export const trailWeakened: Rule = {
  id: 'trail-weakened',
  title: 'CloudTrail records less',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1562.008',
  whatToDo: 'Compare the trail with what it recorded before, and put it back.',
  falseAlarms: 'Changing what a trail costs; a new trail gets its selectors once.',
  actions: [
    'cloudtrail:PutEventSelectors',
    'cloudtrail:UpdateTrail',
    'cloudtrail:PutInsightSelectors',
    'cloudtrail:UpdateEventDataStore',
    'cloudtrail:DeleteChannel',
    'cloudtrail:DeregisterOrganizationDelegatedAdmin',
  ],
  judge(event) {
    const {
      asked,
      call: { name },
    } = event;
    const selectors = listAt(asked, 'eventSelectors');
    const advanced = listAt(asked, 'advancedEventSelectors');
    const isNarrow = advanced.length > 0 && !advanced.some(takesAllManagement);
    const isLess =
      isNarrow ||
      selectors.some(
        (each) =>
          flagAt(each, 'includeManagementEvents') === false ||
          textAt(each, 'readWriteType') === 'ReadOnly' ||
          textAt(each, 'readWriteType') === 'WriteOnly' ||
          listAt(each, 'excludeManagementEventSources').length > 0,
      );
    const isOff =
      flagAt(asked, 'isMultiRegionTrail') === false ||
      flagAt(asked, 'includeGlobalServiceEvents') === false ||
      flagAt(asked, 'multiRegionEnabled') === false ||
      flagAt(asked, 'terminationProtectionEnabled') === false ||
      flagAt(asked, 'enableLogFileValidation') === false;
    const isMoved =
      name === 'UpdateTrail' &&
      // An empty one takes away what was there.
      ['s3BucketName', 's3KeyPrefix', 'kmsKeyId', 'cloudWatchLogsLogGroupArn', 'snsTopicName'].some(
        (part) => at(asked, part) !== undefined,
      );
    const isPlain =
      name === 'PutInsightSelectors'
        ? listAt(asked, 'insightSelectors').length === 0
        : name === 'PutEventSelectors'
          ? isLess
          : isOff ||
            isMoved ||
            event.denied ||
            !name.startsWith('Update') ||
            (isNarrow && name !== 'UpdateTrail');
    if (!isPlain) return null;
    return { facts: { call: name, trail: textAt(asked, 'trailName') ?? textAt(asked, 'name') } };
  },
  examples: () => ({
    fires: [
      {
        why: 'management events are left out',
        records: [
          call('cloudtrail:PutEventSelectors', {
            asked: {
              trailName: 'main',
              eventSelectors: [{ includeManagementEvents: false, readWriteType: 'All' }],
            },
          }),
        ],
      },
      {
        why: 'one region only from now on',
        records: [call('cloudtrail:UpdateTrail', { asked: { name: 'main', isMultiRegionTrail: false } })],
      },
      {
        why: 'another bucket',
        records: [call('cloudtrail:UpdateTrail', { asked: { name: 'main', s3BucketName: 'elsewhere' } })],
      },
    ],
    quiet: [
      {
        why: 'everything is selected',
        records: [
          call('cloudtrail:PutEventSelectors', {
            asked: {
              trailName: 'main',
              eventSelectors: [{ includeManagementEvents: true, readWriteType: 'All' }],
            },
          }),
        ],
      },
    ],
  }),
};
