import { accepted, refused, unquoted, wordsOf } from './pasted-text.ts';
import type { Field } from './pasted-text.ts';
import { partitionOfRegion } from './partition.ts';

/** Names people use for regions, as the console shows them in brackets, in lower case. */
const REGION_OF_PLACE: ReadonlyMap<string, string> = new Map([
  ['virginia', 'us-east-1'],
  ['n. virginia', 'us-east-1'],
  ['northern virginia', 'us-east-1'],
  ['ohio', 'us-east-2'],
  ['california', 'us-west-1'],
  ['n. california', 'us-west-1'],
  ['oregon', 'us-west-2'],
  ['montreal', 'ca-central-1'],
  ['canada', 'ca-central-1'],
  ['calgary', 'ca-west-1'],
  ['mexico', 'mx-central-1'],
  ['sao paulo', 'sa-east-1'],
  ['frankfurt', 'eu-central-1'],
  ['zurich', 'eu-central-2'],
  ['ireland', 'eu-west-1'],
  ['dublin', 'eu-west-1'],
  ['london', 'eu-west-2'],
  ['paris', 'eu-west-3'],
  ['stockholm', 'eu-north-1'],
  ['milan', 'eu-south-1'],
  ['spain', 'eu-south-2'],
  ['cape town', 'af-south-1'],
  ['tel aviv', 'il-central-1'],
  ['bahrain', 'me-south-1'],
  ['uae', 'me-central-1'],
  ['mumbai', 'ap-south-1'],
  ['hyderabad', 'ap-south-2'],
  ['tokyo', 'ap-northeast-1'],
  ['seoul', 'ap-northeast-2'],
  ['osaka', 'ap-northeast-3'],
  ['singapore', 'ap-southeast-1'],
  ['sydney', 'ap-southeast-2'],
  ['jakarta', 'ap-southeast-3'],
  ['melbourne', 'ap-southeast-4'],
  ['malaysia', 'ap-southeast-5'],
  ['thailand', 'ap-southeast-7'],
  ['hong kong', 'ap-east-1'],
  ['taipei', 'ap-east-2'],
  ['beijing', 'cn-north-1'],
  ['ningxia', 'cn-northwest-1'],
]);

const COMPASS = /-(?:central|(?:north|south)?(?:east|west)|north|south)-\d$/;

function isRegion(text: string): boolean {
  return COMPASS.test(text) && partitionOfRegion(text) !== null;
}

/**
 * Reads a region name; null for an empty field. The shape and the partition are checked, not whether the region
 * exists today. Places, availability zones and `aws-global` get a sentence that says what to type.
 */
export function parseRegion(raw: string | null): Field<string | null> {
  const text = unquoted(raw ?? '')
    .toLowerCase()
    .replace(/\p{Pd}/gu, '-')
    .replace(/_/g, '-');
  if (text === '') return accepted(null);
  if (isRegion(text)) return accepted(text);

  // The console's region menu copies as `Europe (Frankfurt) eu-central-1`.
  const named = [...new Set(wordsOf(text).filter(isRegion))];
  if (named.length === 1 && named[0] !== undefined) return accepted(named[0]);
  if (named.length > 1) return refused('Name one region only.');

  if (/^(?:aws-?)?global$/.test(text)) {
    return refused(
      'IAM is global, but a check needs a region name. Leave this empty or type one, such as us-east-1.',
    );
  }
  const zoned = /^([a-z]+(?:-[a-z]+)+-\d)(?:[a-z]|-[a-z]+-\d[a-z]?)$/.exec(text)?.[1];
  if (zoned !== undefined && isRegion(zoned)) {
    return refused(`This is an availability zone. Its region is ${zoned}.`);
  }
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '');
  for (const [place, region] of REGION_OF_PLACE) {
    if (plain === place || plain.includes(`(${place})`)) {
      return refused(`Type the region's code name: ${region}.`);
    }
  }
  if (/^[a-z]+-?[a-z]+-?\d$/.test(text)) {
    const dashed = text.replace(/-/g, '').replace(/^([a-z]{2})([a-z]+)(\d)$/, '$1-$2-$3');
    if (isRegion(dashed)) return refused(`A region name has two dashes: ${dashed}.`);
  }
  return refused('This is not the name of an AWS region. Type one such as eu-central-1, or leave it empty.');
}
