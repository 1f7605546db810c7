import type { PartFailure } from './containment.ts';

/** Why something failed, and what mends it, as sentences. */
export interface WhyWords {
  readonly why: string;
  readonly next: string;
}

const AGAIN = 'Rekey tries again every half a minute.';
const NO_OTHER = 'No other connection of the account could act.';

/** Why something failed, and what to do. */
export function whyOf(failure: PartFailure): WhyWords {
  const { action, code, said, next } = failure;
  const unsigned = unsignedWords(failure);
  if (unsigned !== null) return unsigned;
  switch (code) {
    case 'nobody':
      return { why: said, next: [...(next === undefined ? [] : [next]), AGAIN].join(' ') };
    case 'denied_by_policy':
      return {
        why: `No connection of the account may call ${action}.`,
        next: 'Give one the capability contain (`/aws-test` shows the policy to add): Rekey tries again every half a minute. Until then, do it by hand in the IAM console.',
      };
    case 'denied_by_organization':
      return {
        why: `A policy of the organization denies ${action}.`,
        next: 'Whoever runs the organization can lift it, or deny the user by such a policy.',
      };
    case 'denied_by_source_ip':
      return {
        why: `AWS takes ${action} only from other networks than Rekey’s.`,
        next: 'Do it by hand from such a network.',
      };
    case 'quota':
      return {
        why: 'The user carries as many policies as AWS allows, attached and inline.',
        next: 'Detach one that is not needed; Rekey tries again every half a minute. The key itself is not touched by this limit.',
      };
    case 'throttled':
      return {
        why: `AWS asks to slow down (${action}).`,
        next: 'Rekey tries again within seconds.',
      };
    case 'timeout':
    case 'aws_down':
      return {
        why: `AWS did not answer ${action}: whether it was done shows when the user is read again.`,
        next: 'Rekey reads and tries again within seconds.',
      };
    case 'no_route':
    case 'proxy_trouble':
    case 'tls_trouble':
      return {
        why: `AWS could not be reached (${action}).`,
        next: 'Rekey tries again within seconds; look at the network of its host.',
      };
    case 'no_such_entity':
      return { why: `IAM does not know the user or the key (${action}).`, next: 'Look in the IAM console.' };
    default:
      return {
        why: `AWS refused ${action}: ${said}`,
        next: 'Rekey tries again; do it by hand if that lasts.',
      };
  }
}

/** Where whoever should have signed could not: it is not the user's rights that lack. Null for all else. */
function unsignedWords({ action, code }: Pick<PartFailure, 'action' | 'code'>): WhyWords | null {
  const replace = 'with Replace credentials in App Home (`/aws-test` says which connection it is)';
  if (code === 'key_not_active') {
    return {
      why: `AWS does not accept the access key that Rekey’s connection signs with: it was made Inactive or deleted (${action}). ${NO_OTHER}`,
      next: `Make that key Active again in IAM, or give the connection a new one ${replace}. ${AGAIN}`,
    };
  }
  if (code === 'wrong_secret') {
    return {
      why: `AWS does not accept the secret that Rekey’s connection signs with (${action}). ${NO_OTHER}`,
      next: `Give the connection a new access key ${replace}. ${AGAIN}`,
    };
  }
  if (code === 'no_credentials') {
    return {
      why: `Rekey’s host has no AWS identity, with which Rekey assumes the connection’s role. ${NO_OTHER}`,
      next: `Give the host its identity back (\`rekey doctor\` says what is missing), or connect the account by an access key, too. ${AGAIN}`,
    };
  }
  if (code === 'expired_session') {
    return {
      why: `The session that Rekey signs with is over (${action}). ${NO_OTHER}`,
      next: `Rekey asks for a new one and tries again every half a minute; if it stays, look at the credentials of Rekey’s host.`,
    };
  }
  if (code === 'clock_off') {
    return {
      why: `The clock of Rekey’s host is too far off for AWS (${action}).`,
      next: `Set that clock (NTP). ${AGAIN}`,
    };
  }
  if (action === 'sts:AssumeRole' && code.startsWith('denied_')) {
    return {
      why: `AWS does not let Rekey assume the connection’s role: the role, its trust policy with the external ID, or the rights of Rekey’s own identity were changed. ${NO_OTHER}`,
      next: `\`/aws-test\` says what to mend. ${AGAIN}`,
    };
  }
  return null;
}
