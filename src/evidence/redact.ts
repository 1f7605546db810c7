/** Names of fields whose value is never in the evidence; ids, names, counts and times of secrets are no secrets. */
const SECRET =
  /^(?:secret|.*secretaccesskey|.*secretkey|secretstring|secretbinary|.*sessiontoken|securitytoken|.*password|.*passwd|.*passphrase|.*privatekey|keymaterial|authorization|userdata|presharedkey|.*authtoken|.*accesstoken|.*refreshtoken|idtoken|signintoken|bearertoken|.*clientsecret|apikeyvalue)$/;
/** The same in the name of a variable, whose value stands beside it: tasks, builds and instances are given them so. */
const SECRET_VARIABLE = /secret|passw|passphrase|token|private_?key|api_?key|credential/i;
const NAMES_OF_VARIABLES = ['name', 'key', 'optionName'] as const;
/** CloudTrail marks what it hid itself so, or puts a flag there. */
const SAID_ALREADY = /^(?:HIDDEN_DUE_TO_SECURITY_REASONS|<sensitiveDataRemoved>|\*{3,}|true|false)$/i;

const MASKS: readonly (readonly [RegExp, string])[] = [
  // Security tokens of AWS sessions: base64 that begins with one of a few fixed headers.
  [/(?:IQoJb3JpZ2lu|F[Qw]oGZXIvYXdz|[AF]QoDYXdz)[\w+/=%-]{16,}/g, '[cut]'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[cut]'],
  [
    /((?:secret[_-]?(?:access[_-]?)?key|passw(?:or)?d|token)["'\\]*\s*[:=]\s*["'\\]*)[^\s"'\\,;&]{8,}/gi,
    '$1[cut]',
  ],
  [/(X-Amz-(?:Signature|Security-Token)=)[^&\s"]+/gi, '$1[cut]'],
  [/\b((?:AKIA|ASIA)[A-Z0-9]{12,}["'\s,;:|]+)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])/g, '$1[cut]'],
];
const DEEPEST = 40;

/** A copy of a record without secrets. CloudTrail hides those it knows; callers put others into names and texts. */
export function withoutSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return masked(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) return '[deeper]';
  if (Array.isArray(value)) return value.map((each: unknown) => withoutSecrets(each, depth + 1));
  const isVariable = isSecretVariable(value as Readonly<Record<string, unknown>>);
  return Object.fromEntries(
    Object.entries(value).map(([name, held]: [string, unknown]) => [
      masked(name),
      isSecret(isVariable && name === 'value' ? 'secret' : name, held)
        ? '[cut]'
        : withoutSecrets(held, depth + 1),
    ]),
  );
}

/** `{ "name": "DB_PASSWORD", "value": … }`. */
function isSecretVariable(object: Readonly<Record<string, unknown>>): boolean {
  return NAMES_OF_VARIABLES.some((field) => {
    const name = object[field];
    return typeof name === 'string' && SECRET_VARIABLE.test(name);
  });
}

function isSecret(name: string, value: unknown): boolean {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return false;
  if (typeof value === 'string' && (value === '' || SAID_ALREADY.test(value))) return false;
  return SECRET.test(name.toLowerCase().replace(/[^a-z0-9]/g, ''));
}

function masked(text: string): string {
  let shown = text;
  for (const [pattern, put] of MASKS) shown = shown.replace(pattern, put);
  return shown;
}
