/** An IP address a call came from. */
export interface Address {
  /** As it was written. */
  readonly text: string;
  /** The network around it: /24 of an IPv4 address, /48 of an IPv6 address. */
  readonly prefix: string;
  /** False for addresses that are routed nowhere, such as 10.0.0.0/8 behind a VPC endpoint. */
  readonly isPublic: boolean;
}

const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const IPV4 = new RegExp(`^(${OCTET})\\.(${OCTET})\\.(${OCTET})\\.(${OCTET})$`);
const LONGEST = 45;

/**
 * Reads an address. Null for whatever is none, such as `AWS Internal`, the name of a service, or digits with zeros in
 * front, which some read as octal: what cannot be understood is unknown.
 */
export function parseAddress(text: string): Address | null {
  if (text.length > LONGEST) return null;
  const v4 = IPV4.exec(text);
  if (v4 !== null) {
    const [, a = '', b = '', c = ''] = v4;
    return { text, prefix: `${a}.${b}.${c}.0/24`, isPublic: !isReserved(Number(a), Number(b)) };
  }
  return text.includes(':') ? parseIPv6(text) : null;
}

/** Private, shared, loopback, link-local, multicast and reserved networks (RFC 6890). */
function isReserved(a: number, b: number): boolean {
  if (a === 0 || a === 10 || a === 127 || a >= 224) return true;
  if (a === 100) return b >= 64 && b < 128;
  if (a === 169) return b === 254;
  if (a === 172) return b >= 16 && b < 32;
  return a === 192 && b === 168;
}

function parseIPv6(text: string): Address | null {
  if (!/^[0-9a-fA-F:]+$/.test(text)) return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head = '', tail] = halves;
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - front.length - back.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...front, ...Array.from({ length: missing }, () => '0'), ...back];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return null;
  const [first = 0, second = 0, third = 0] = groups.map((group) => Number.parseInt(group, 16));
  const prefix = `${[first, second, third].map((group) => group.toString(16)).join(':')}::/48`;
  // 2000::/3 is what is routed today.
  return { text, prefix, isPublic: first >= 0x2000 && first < 0x4000 };
}
