import type { Caller } from './event.ts';
import { at, asText, flagAt, textAt } from './json.ts';

const NOBODY: Caller = {
  type: null,
  arn: null,
  accountId: null,
  userName: null,
  roleName: null,
  issuerArn: null,
  sessionName: null,
  longTermKeyId: null,
  sessionKeyId: null,
  withMfa: null,
};

/** Ids that data sets blanked with stars are ids too. */
const KEY_ID = /^[A-Z0-9*]{16,128}$/;
const ARN = /^arn:[a-z-]+:(?:iam|sts):[a-z0-9-]*:\d{12}:\S{1,1024}$/;
const LONGEST = 256;
const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS';

/** Reads `userIdentity`, which may be missing, or have any part missing or empty. */
export function parseCaller(identity: unknown): Caller {
  if (typeof identity !== 'object' || identity === null) return NOBODY;
  const keyId = at(identity, 'accessKeyId');
  const id = typeof keyId === 'string' && KEY_ID.test(keyId) ? keyId : null;
  const isLongTerm = id !== null && id.startsWith('AKIA');
  const arn = at(identity, 'arn');
  const session = at(identity, 'sessionContext');
  const issuer = at(session, 'sessionIssuer');
  const type = name(at(identity, 'type'));
  const knownArn = typeof arn === 'string' && ARN.test(arn) ? arn : null;
  const issuerArn = textAt(issuer, 'arn');
  const issuerName = name(at(issuer, 'userName'));
  const isRole = type === 'AssumedRole' || type === 'Role';
  const [, roleInArn = null, sessionName = null] =
    isRole && knownArn !== null ? (/:assumed-role\/([^/]+)\/(.+)$/.exec(knownArn) ?? []) : [];
  return {
    type,
    arn: knownArn,
    accountId: account(at(identity, 'accountId')),
    userName: name(at(identity, 'userName')) ?? userInArn(knownArn) ?? (isRole ? null : issuerName),
    roleName: isRole ? (issuerName ?? roleInArn) : null,
    issuerArn: issuerArn !== null && ARN.test(issuerArn) ? issuerArn : null,
    sessionName,
    longTermKeyId: isLongTerm ? id : null,
    sessionKeyId: isLongTerm ? null : id,
    withMfa: flagAt(session, 'attributes', 'mfaAuthenticated'),
  };
}

function name(value: unknown): string | null {
  const text = asText(value);
  return text === null || text === HIDDEN || text.length > LONGEST ? null : text;
}

function userInArn(arn: string | null): string | null {
  return arn === null ? null : (/:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1] ?? null);
}

function account(value: unknown): string | null {
  const text = asText(value);
  return text !== null && /^\d{12}$/.test(text) ? text : null;
}
