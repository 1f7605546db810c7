const CUT = '[cut]';
const MAX_CHARS = 4_096;

/** Names that introduce a secret in free text, XML, JSON, query strings and headers. */
const LABEL = String.raw`(?:secret(?:[\s_-]?access)?(?:[\s_-]?key)?|passw(?:or)?d|passphrase|pwd|token|api[\s_-]?key|signature|credential|set-cookie|cookie|ticket|response_url)`;
/** What may stand between a name and its value: a colon, equals sign or tag's end, or a comma between quotes. */
const SEPARATOR = String.raw`(?:["'\\\s]*(?:[:=>]|&gt;|%3[aAdD])["'\\\s]*|["'\\]+\s*,\s*["'\\]+)`;
const VALUE = String.raw`[^\s"'\\<>&,;]{8,}`;

const MASKS: readonly (readonly [RegExp, string])[] = [
  // Slack: xoxb-, xoxp-, xapp-, xoxe-, xoxe.xoxb- and whatever xox?- comes next.
  [/(?:xoxe\.)?(?:xox[a-z]|xapp)-[\w.%-]+/gi, '[slack token]'],
  // Response URLs and incoming webhooks: whoever has one can post.
  [/hooks\.slack(?:-gov)?\.com[^\s"'<>)]*/gi, 'hooks.slack.com/[cut]'],
  // Slack's request signatures.
  [/\bv0=[0-9a-f]{16,}/gi, 'v0=[cut]'],
  // AWS Signature Version 4 headers, whole; the signature of a presigned address falls under the labels.
  [/AWS4-[A-Z0-9-]*SHA256\s[^\r\n"']*/g, 'AWS4-HMAC-SHA256 [cut]'],
  // Security tokens of AWS sessions: base64 that begins with one of a few fixed headers.
  [/(?:IQoJb3JpZ2lu|F[Qw]oGZXIvYXdz|[AF]QoDYXdz|AQoEXAMPLE)[\w+/=%-]*/g, '[session token]'],
  // A secret access key right after its key id, as in the console's .csv.
  [/\b((?:AKIA|ASIA)[A-Z0-9]{12,}["'\s,;:|]+)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])/g, `$1${CUT}`],
  // The password of an address; up to the last @, since an unencoded one may hold an @ or a slash.
  [/([a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"']*):[^\s"']*@/gi, `$1:${CUT}@`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{12,}/gi, `$1 ${CUT}`],
  [/\b(authorization["'\\\s]*[:=,]["'\\\s]*)[^\r\n"']{4,}/gi, `$1${CUT}`],
  // A parser's complaint that quotes what it could not parse: a body, perhaps.
  [/(?:\.{3})?"[^\r\n]*"(?:\.{3})? is not valid JSON/g, `${CUT} is not valid JSON`],
];

const LABELLED = new RegExp(`(${LABEL}${SEPARATOR})${VALUE}`, 'gi');

/**
 * The text without what looks like a secret: Slack tokens and response URLs, AWS session tokens and signatures,
 * passwords in addresses, and whatever follows a secret's name. AWS secret access keys are known by their name
 * only: by shape alone they are any 40 characters. Longer texts than 4,096 characters are cut, never inside a word.
 */
export function maskText(text: string): string {
  let masked = bounded(text);
  for (const [pattern, replacement] of MASKS) masked = masked.replace(pattern, replacement);
  return masked.replace(LABELLED, (match, label: string) =>
    match.startsWith(CUT, label.length) ? match : `${label}${CUT}`,
  );
}

/** Half a secret might not be recognised, so the word at the edge goes as a whole. */
function bounded(text: string): string {
  if (text.length <= MAX_CHARS) return text;
  const kept = text.slice(0, MAX_CHARS).replace(/\S+$/, '');
  return `${kept}[${text.length - kept.length} more characters]`;
}

const SECRET_NAME =
  /secret|token|passw|passphrase|authorization|cookie|signature|privatekey|apikey|masterkeys?$|datakey|wrappedkey|ciphertext|responseurl|ticket/;
const SECRET_NAMES = new Set(['auth', 'pass', 'pwd', 'credential', 'credentials', 'body', 'rawbody']);

/** True for the name of a field whose value is never printed. Case, `_` and `-` do not matter. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return SECRET_NAMES.has(plain) || SECRET_NAME.test(plain);
}
