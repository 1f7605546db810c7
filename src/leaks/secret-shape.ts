/**
 * Secret access keys have 40 characters of 64. By shape alone so do names of classes and paths, so more is asked of
 * what no words call a secret: measured over 300,000 drawn at random, one in 5,000 is not taken for one.
 */
const FEWEST_CHANGES = 15;
/** Bits for each character. Of 300,000 drawn at random, five have less. */
const LEAST_ENTROPY = 4.2;

/** True when 40 characters look drawn at random. A commit's hash does not: it has one case only. */
export function looksDrawn(text: string): boolean {
  return mayBeSecret(text) && entropyOf(text) >= LEAST_ENTROPY && changesOf(text) >= FEWEST_CHANGES;
}

/** The same for what words call a secret: only what surely is none is left out. */
export function mayBeSecret(text: string): boolean {
  return (
    /[A-Z]/.test(text) &&
    /[a-z]/.test(text) &&
    !/(.)\1{4}/.test(text) &&
    !/example|changeme|placeholder|your[a-z]*key|notarealsecret/i.test(text) &&
    entropyOf(text) > 3.5
  );
}

/** Shannon's, of the characters as they occur in it; bits for each. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** How often it changes between capitals, small letters, digits and signs, plus one. */
function changesOf(text: string): number {
  const kinds = text
    .replace(/[A-Z]/g, 'A')
    .replace(/[a-z]/g, 'a')
    .replace(/[0-9]/g, '0')
    .replace(/[/+]/g, '+');
  return kinds.replace(/(.)\1*/g, '$1').length;
}
