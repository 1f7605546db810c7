import type { LookUp } from '../../src/detections/place.ts';

/** Where the addresses of the examples are. */
export const exampleLookUp: LookUp = ({ text }) => {
  if (text.startsWith('8.8.')) return { operator: 'AS15169 Google LLC', country: 'US' };
  if (text.startsWith('54.')) return { operator: 'AS16509 Amazon.com, Inc.', country: 'US' };
  if (text.startsWith('185.220.')) return { operator: 'AS60729 A relay operator', country: 'DE' };
  return { operator: null, country: null };
};
