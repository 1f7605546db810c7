import { isUnexplained } from '../at-home.ts';
import { call } from '../example.ts';
import { listAt, textAt } from '../json.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

const WITHIN = 4 * HOUR;

/** A copy of a disk put on a machine. */
export const diskCopiedToMachine: Rule = {
  id: 'disk-copied-to-machine',
  title: 'A copy of a disk made and put on a machine',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1578',
  whatToDo:
    'See whose disk it was and which machine reads it now: whoever holds the machine reads all files, passwords among them.',
  falseAlarms: 'Restores and repairs; backup tools are known by their habit.',
  actions: [
    'ec2:CreateSnapshot',
    'ec2:CreateSnapshots',
    'ec2:CopySnapshot',
    'ec2:CreateVolume',
    'ec2:AttachVolume',
    'ec2:CreateImage',
    'ec2:RunInstances',
  ],
  quietFor: DAY,
  judge(event, about) {
    if (event.failed || event.agent.kind === 'infrastructure') return null;
    const { profile, now } = about;
    const { recent } = profile;
    const since = now - WITHIN;
    switch (event.call.name) {
      case 'CreateVolume': {
        const isCopy =
          textAt(event.asked, 'snapshotId') !== null && (recent.last('disk copied') ?? 0) >= since;
        if (isCopy) recent.note('disk rebuilt', '', now, now);
        return null;
      }
      case 'CreateImage':
        recent.note('image made', '', now, now);
        return null;
      case 'RunInstances':
        return (recent.last('image made') ?? 0) >= since && isUnexplained(event, about)
          ? { facts: { image: textAt(listAt(event.asked, 'instancesSet', 'items')[0], 'imageId') }, of: '' }
          : null;
      case 'AttachVolume':
        return (recent.last('disk rebuilt') ?? 0) >= since && about.keyId !== null
          ? {
              facts: { volume: textAt(event.asked, 'volumeId'), machine: textAt(event.asked, 'instanceId') },
              of: '',
            }
          : null;
      default:
        recent.note('disk copied', '', now, now);
        return null;
    }
  },
  examples: () => ({
    fires: [
      {
        why: 'snapshot, volume, and on to another machine',
        records: [
          call('ec2:CreateSnapshot', { asked: { volumeId: 'vol-1' } }),
          call('ec2:CreateVolume', { asked: { snapshotId: 'snap-1' }, minute: 5 }),
          call('ec2:AttachVolume', { asked: { volumeId: 'vol-2', instanceId: 'i-9' }, minute: 6 }),
        ],
      },
    ],
    quiet: [
      {
        why: 'a new disk',
        records: [
          call('ec2:CreateSnapshot', { asked: { volumeId: 'vol-1' } }),
          call('ec2:CreateVolume', { asked: { size: '8' }, minute: 5 }),
          call('ec2:AttachVolume', { asked: { volumeId: 'vol-2', instanceId: 'i-9' }, minute: 6 }),
        ],
      },
    ],
  }),
};
