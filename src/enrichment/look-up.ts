import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Address } from '../detections/address.ts';
import { NOWHERE, type LookUp, type Place } from '../detections/place.ts';
import { findRange, numberOf, upperHalf } from './ranges.ts';

/** Networks that were looked up, kept. */
const MOST_KEPT = 50_000;

/** The databases, as their package has them. Routing tables of the world: the address, the operator, the country. */
const FILES = {
  v4: {
    operators: '@ip-location-db/asn/asn-ipv4-num.csv',
    countries: '@ip-location-db/asn-country/asn-country-ipv4-num.csv',
  },
  v6: {
    operators: '@ip-location-db/asn/asn-ipv6.csv',
    countries: '@ip-location-db/asn-country/asn-country-ipv6.csv',
  },
} as const;

/**
 * Looks up who runs a network and in which country, from databases that lie on this machine. Each is read when the
 * first address needs it (25 MB for IPv4, 13 MB for IPv6). Without them, places are unknown, and `onProblem` is told.
 */
export function createLookUp(onProblem: (error: unknown) => void): LookUp {
  const kept = new Map<string, Place>();
  const read = reader(onProblem);
  return (address) => {
    const known = kept.get(address.prefix);
    if (known !== undefined) return known;
    if (kept.size >= MOST_KEPT) kept.clear();
    const place = placeOf(address, read);
    kept.set(address.prefix, place);
    return place;
  };
}

function placeOf({ text, isPublic }: Address, read: (file: string) => Buffer | null): Place {
  if (!isPublic) return NOWHERE;
  const isV6 = text.includes(':');
  const { operators, countries } = isV6 ? FILES.v6 : FILES.v4;
  const find = (file: string): string | null => {
    const csv = read(file);
    if (csv === null) return null;
    return isV6 ? findRange(csv, upperHalf(text), upperHalf) : findRange(csv, numberOf(text), numberOf);
  };
  return { operator: operatorOf(find(operators)), country: countryOf(find(countries)) };
}

/** `13335,"Cloudflare, Inc."` as `AS13335 Cloudflare, Inc.` */
function operatorOf(text: string | null): string | null {
  const [, number, quoted, plain] = /^(\d+)(?:,(?:"(.*)"|(.*)))?$/.exec(text ?? '') ?? [];
  if (number === undefined || number === '0') return null;
  const name = (quoted ?? plain ?? '').replaceAll('""', '"').slice(0, 80);
  return `AS${number} ${name}`.trim();
}

function countryOf(text: string | null): string | null {
  return text !== null && /^[A-Z]{2}$/.test(text) && text !== 'ZZ' ? text : null;
}

/** Reads each file once; one that is not there is a problem once. */
function reader(onProblem: (error: unknown) => void): (file: string) => Buffer | null {
  const files = new Map<string, Buffer | null>();
  return (file) => {
    const known = files.get(file);
    if (known !== undefined) return known;
    let content: Buffer | null = null;
    try {
      content = readFileSync(fileURLToPath(import.meta.resolve(file)));
    } catch (error) {
      if (![...files.values()].includes(null)) onProblem(error);
    }
    files.set(file, content);
    return content;
  };
}
