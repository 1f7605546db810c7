import { textAt } from '../../detections/json.ts';
import { denyAllArn, INLINE_DATE_DENY, INLINE_DENY, type Containment } from '../../domain/containment.ts';
import type { MadeKind, MadeThing } from '../../domain/surroundings.ts';
import type { TrailEvent } from '../../ports/trail.ts';
import { callerKeyOf, callerNameOf } from './assumed.ts';

/** What a call made or changed: its name, and whom or what that is on. Null: nothing that matters here. */
type Told = Pick<MadeThing, 'kind' | 'name' | 'on'> | null;

interface Asked {
  readonly asked: (name: string) => string;
  readonly answered: (...path: readonly string[]) => string;
  readonly containment: Containment;
}

const LONGEST = 200;

function made(
  kind: MadeKind,
  parameter: string,
  on: (asked: Asked) => string = () => '',
): (a: Asked) => Told {
  return (a) => ({ kind, name: a.asked(parameter), on: on(a) });
}

const toUser = ({ asked }: Asked): string => `to the user ${asked('userName')}`;
const toRole = ({ asked }: Asked): string => `to the role ${asked('roleName')}`;
const toGroup = ({ asked }: Asked): string => `to the group ${asked('groupName')}`;

/** A change of the contained user itself that takes a part of its containment off. */
function undoing(name: string, on: string, isOurs: (asked: Asked) => boolean): (a: Asked) => Told {
  return (a) => (isOurs(a) ? { kind: 'undoing', name: a.asked(name), on } : null);
}

const isOurKey = ({ asked, containment }: Asked): boolean =>
  [...containment.keys, ...containment.holders].some((key) => key.accessKeyId === asked('accessKeyId'));
const isOurUser = ({ asked, containment }: Asked): boolean => asked('userName') === containment.userName;

/** The calls of IAM that leave something behind, or take a containment off; one look-up each. */
export const MAKERS_OF_THINGS: ReadonlyMap<string, (asked: Asked) => Told> = new Map([
  [
    'CreateAccessKey',
    (a) => ({
      kind: 'key',
      name: a.answered('accessKey', 'accessKeyId'),
      on: `of the user ${a.answered('accessKey', 'userName') || a.asked('userName')}`,
    }),
  ],
  ['CreateUser', made('user', 'userName')],
  ['CreateLoginProfile', made('password', 'userName', () => 'new')],
  ['UpdateLoginProfile', made('password', 'userName', () => 'changed')],
  ['CreateRole', made('role', 'roleName')],
  ['UpdateAssumeRolePolicy', made('trust', 'roleName')],
  ['AttachUserPolicy', made('rights', 'policyArn', toUser)],
  ['PutUserPolicy', made('rights', 'policyName', toUser)],
  ['AttachRolePolicy', made('rights', 'policyArn', toRole)],
  ['PutRolePolicy', made('rights', 'policyName', toRole)],
  ['AttachGroupPolicy', made('rights', 'policyArn', toGroup)],
  ['PutGroupPolicy', made('rights', 'policyName', toGroup)],
  ['AddUserToGroup', made('rights', 'groupName', toUser)],
  ['CreatePolicy', made('rights', 'policyName', () => 'a new policy')],
  ['CreatePolicyVersion', made('rights', 'policyArn', () => 'a new version')],
  [
    'UpdateAccessKey',
    undoing('accessKeyId', 'was switched on again', (a) => isOurKey(a) && a.asked('status') === 'Active'),
  ],
  ['DeleteAccessKey', undoing('accessKeyId', 'was deleted', isOurKey)],
  [
    'DetachUserPolicy',
    undoing(
      'policyArn',
      'was detached from the user',
      (a) => isOurUser(a) && a.asked('policyArn') === denyAllArn(a.containment.partition),
    ),
  ],
  [
    'DeleteUserPolicy',
    undoing(
      'policyName',
      'was taken off the user',
      (a) => isOurUser(a) && [INLINE_DENY, INLINE_DATE_DENY].includes(a.asked('policyName')),
    ),
  ],
  [
    'UpdateUser',
    undoing('newUserName', 'is the user’s new name', (a) => isOurUser(a) && a.asked('newUserName') !== ''),
  ],
] satisfies [string, (asked: Asked) => Told][]);

/** What an accepted call left behind; null where that is nothing that matters here. */
export function thingMadeBy(event: TrailEvent, containment: Containment, own: boolean): MadeThing | null {
  const { record, eventId, eventTime, eventName } = event;
  const cut = (value: string | null): string => (value ?? '').slice(0, LONGEST);
  const told = MAKERS_OF_THINGS.get(eventName)?.({
    asked: (name) => cut(textAt(record['requestParameters'], name)),
    answered: (...path) => cut(textAt(record['responseElements'], ...path)),
    containment,
  });
  if (told === undefined || told === null || told.name === '') return null;
  return { id: eventId, ...told, at: eventTime, by: callerNameOf(event), byKey: callerKeyOf(event), own };
}
