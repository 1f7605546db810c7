import { BlockList, isIP } from 'node:net';

/** One address of a name. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

export type Resolve = (host: string) => Promise<readonly Address[]>;

/**
 * What no URL of a person may reach: this machine, its networks, and what IANA keeps for special use (the IPv4 and IPv6
 * special-purpose address registries), among them the metadata services of clouds.
 */
const SPECIAL_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** Of IPv6 only 2000::/3 is given out for the public; these parts of it are not, or lead back into IPv4. */
const SPECIAL_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [net, bits] of SPECIAL_V4) special.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of SPECIAL_V6) special.addSubnet(net, bits, 'ipv6');
const global = new BlockList();
global.addSubnet('2000::', 3, 'ipv6');

export function isPublic({ address, family }: Address): boolean {
  if (family === 4) return !special.check(address, 'ipv4');
  return global.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/**
 * The address to connect to: the first of the name's, after every one was checked, so that a name that answers
 * differently later cannot lead elsewhere.
 * @throws Error with a reason for people.
 */
export async function chooseAddress(
  url: URL,
  resolve: Resolve,
  allowedHosts: ReadonlySet<string>,
): Promise<Address> {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const family = isIP(host);
  const addresses: readonly Address[] =
    family === 4 || family === 6 ? [{ address: host, family }] : await resolve(host);
  const [first] = addresses;
  if (first === undefined) throw new RefusedAddress('its name leads nowhere');
  if (!allowedHosts.has(host) && !addresses.every(isPublic)) {
    throw new RefusedAddress('its name leads to a private or special address');
  }
  return first;
}

/** Its message is for people, and holds no address. */
export class RefusedAddress extends Error {}

/** What is wrong with a webhook's address before its name is looked up, or null. */
export function urlProblem(text: string, allowedHosts: ReadonlySet<string>): string | null {
  if (!URL.canParse(text)) return 'That is not an address.';
  const url = new URL(text);
  const allowed = allowedHosts.has(url.hostname.replace(/^\[|\]$/g, '').toLowerCase());
  if (url.protocol !== 'https:' && !(allowed && url.protocol === 'http:')) {
    return 'The address has to begin with https://.';
  }
  if (url.username !== '' || url.password !== '')
    return 'An address with a user name or password is not used.';
  return null;
}

/** The same once its name was looked up: also whether that leads to where no URL of a person may. */
export async function addressProblem(
  text: string,
  resolve: Resolve,
  allowedHosts: ReadonlySet<string>,
): Promise<string | null> {
  const problem = urlProblem(text, allowedHosts);
  if (problem !== null) return problem;
  try {
    await chooseAddress(new URL(text), resolve, allowedHosts);
    return null;
  } catch (error) {
    const why = error instanceof RefusedAddress ? error.message : 'its name cannot be found';
    return `That address cannot be used: ${why}.`;
  }
}
