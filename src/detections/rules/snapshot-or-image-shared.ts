import { call, FOREIGN } from '../example.ts';
import { listAt, textAt, textsAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** Snapshot or image shared outside the account. */
export const snapshotOrImageShared: Rule = {
  id: 'snapshot-or-image-shared',
  title: 'Snapshot or image shared outside the account',
  family: 'bad on any key',
  severity: 'high',
  technique: 'T1537',
  whatToDo: 'Take the permission away now: whoever it was given to can copy the data in minutes.',
  falseAlarms: 'Sharing with another account of the same company, mostly by a backup tool.',
  actions: [
    'ec2:ModifySnapshotAttribute',
    'ec2:ModifyImageAttribute',
    'ec2:ModifyFpgaImageAttribute',
    'rds:ModifyDBSnapshotAttribute',
    'rds:ModifyDBClusterSnapshotAttribute',
    'redshift:AuthorizeSnapshotAccess',
  ],
  judge(event) {
    const { asked } = event;
    const added = [
      ...textsAt(asked, 'valuesToAdd'),
      ...['createVolumePermission', 'launchPermission', 'loadPermission'].flatMap((name) =>
        listAt(asked, name, 'add').flatMap(
          (each) => textAt(each, 'userId') ?? textAt(each, 'group') ?? textAt(each, 'organizationArn') ?? [],
        ),
      ),
    ];
    const direct = textAt(asked, 'accountWithRestoreAccess') ?? textAt(asked, 'groups');
    const who = [...added, ...(direct === null ? [] : [direct])].filter((each) => each !== event.accountId);
    if (who.length === 0 && !event.denied) return null;
    const what =
      textAt(asked, 'snapshotId') ??
      textAt(asked, 'imageId') ??
      textAt(asked, 'dBSnapshotIdentifier') ??
      textAt(asked, 'dBClusterSnapshotIdentifier') ??
      textAt(asked, 'snapshotIdentifier');
    return {
      facts: { what, with: who.join(', ') || null },
      of: who.length === 0 ? what : `${event.call.name} ${who.join(' ')}`,
      strangers: who,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a disk for a foreign account',
        records: [
          call('ec2:ModifySnapshotAttribute', {
            asked: {
              snapshotId: 'snap-1',
              createVolumePermission: { add: { items: [{ userId: FOREIGN }] } },
            },
          }),
        ],
      },
      {
        why: 'an image for everybody',
        records: [
          call('ec2:ModifyImageAttribute', {
            asked: { imageId: 'ami-1', launchPermission: { add: { items: [{ group: 'all' }] } } },
          }),
        ],
      },
      {
        why: 'a database',
        records: [
          call('rds:ModifyDBSnapshotAttribute', {
            asked: { dBSnapshotIdentifier: 's', attributeName: 'restore', valuesToAdd: ['all'] },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'the permission is taken away',
        records: [
          call('ec2:ModifySnapshotAttribute', {
            asked: {
              snapshotId: 'snap-1',
              createVolumePermission: { remove: { items: [{ userId: FOREIGN }] } },
            },
          }),
        ],
      },
      {
        why: 'another attribute',
        records: [
          call('ec2:ModifyImageAttribute', { asked: { imageId: 'ami-1', description: { value: 'x' } } }),
        ],
      },
    ],
  }),
};
