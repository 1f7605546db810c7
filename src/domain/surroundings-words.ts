import type { MadeThing } from './surroundings.ts';

/** What appeared, without who made it. */
export function thingWords({ kind, name, on }: MadeThing): string {
  switch (kind) {
    case 'key':
      return `The access key ${name} ${on}`;
    case 'user':
      return `The user ${name}`;
    case 'password':
      return on === 'changed' ? `The console password of ${name}, changed` : `A console password of ${name}`;
    case 'role':
      return `The role ${name}`;
    case 'trust':
      return `The trust policy of the role ${name}, changed`;
    case 'rights':
      return `Rights: ${name} ${on}`;
    case 'undoing':
      return `The containment was undone: ${name} ${on}`;
  }
}

/** What to do about it. */
export function thingHint({ kind, name, own, byKey }: MadeThing): string {
  switch (kind) {
    case 'key':
      return 'If nobody of yours made it, deactivate it.';
    case 'user':
      return 'If nobody of yours made it: attach AWSDenyAll to it, then look at its keys and its password.';
    case 'password':
      return `If nobody of yours did: \`aws iam delete-login-profile --user-name ${name}\`, and attach AWSDenyAll to the user.`;
    case 'role':
      return 'If nobody of yours made it: empty its trust policy, and revoke its sessions in the IAM console.';
    case 'trust':
      return 'See who may assume it now; put the old policy back, and revoke its sessions in the IAM console.';
    case 'rights':
      return own ? 'Take it away unless it is yours.' : 'Take it away unless somebody of yours gave it.';
    case 'undoing':
      return byKey?.startsWith('AKIA') === true
        ? 'If whoever did it is not one of you, that key is in wrong hands, too: deactivate it.'
        : 'If whoever did it is not one of you, end that session: it is another way in.';
  }
}
