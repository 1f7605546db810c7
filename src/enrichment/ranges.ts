const NEWLINE = 0x0a;
const COMMA = 0x2c;

/**
 * What stands behind the range an address is in, or null. `csv` has lines `first,last,what` in ascending order, whose
 * addresses `read` understands. Nothing is parsed in advance: half a million lines are halved some twenty times, and
 * only the lines in the middle are read.
 */
export function findRange<Value extends number | bigint>(
  csv: Buffer,
  address: Value,
  read: (text: string) => Value,
): string | null {
  let [low, high] = [0, csv.length];
  let found: { readonly last: Value; readonly what: string } | null = null;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = middle === 0 ? 0 : csv.lastIndexOf(NEWLINE, middle - 1) + 1;
    const newline = csv.indexOf(NEWLINE, middle);
    const end = newline < 0 ? csv.length : newline;
    const first = csv.indexOf(COMMA, start);
    const second = csv.indexOf(COMMA, first + 1);
    if (first < 0 || second < 0 || second > end) return null;
    if (read(csv.toString('latin1', start, first)) <= address) {
      const last = read(csv.toString('latin1', first + 1, second));
      found = { last, what: csv.toString('utf8', second + 1, end).trim() };
      low = end + 1;
    } else {
      high = start;
    }
  }
  return found === null || found.last < address ? null : found.what;
}

/** An IPv4 address as a number; a number as it is. */
export function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** The first 64 bits of an IPv6 address: networks are not split below that. */
export function upperHalf(address: string): bigint {
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const back = tail === '' ? [] : tail.split(':');
    while (groups.length + back.length < 8) groups.push('0');
    groups.push(...back);
  }
  return groups
    .slice(0, 4)
    .reduce((sum, group) => (sum << 16n) | BigInt(Number.parseInt(group, 16) || 0), 0n);
}
