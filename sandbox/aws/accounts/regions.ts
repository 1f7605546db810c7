export type Partition = 'aws' | 'aws-cn' | 'aws-us-gov';

const regions: Readonly<Record<Partition, readonly string[]>> = {
  aws: `
    us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 ca-west-1 mx-central-1 sa-east-1
    eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3
    ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2
    ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6
    ap-southeast-7 af-south-1 il-central-1 me-central-1 me-south-1
  `
    .trim()
    .split(/\s+/),
  'aws-cn': ['cn-north-1', 'cn-northwest-1'],
  'aws-us-gov': ['us-gov-west-1', 'us-gov-east-1'],
};

const home: Readonly<Record<Partition, string>> = {
  aws: 'us-east-1',
  'aws-cn': 'cn-north-1',
  'aws-us-gov': 'us-gov-west-1',
};

/** The partition a region belongs to, or null when there is no such region. */
export function partitionOf(region: string): Partition | null {
  if (regions.aws.includes(region)) return 'aws';
  if (regions['aws-cn'].includes(region)) return 'aws-cn';
  return regions['aws-us-gov'].includes(region) ? 'aws-us-gov' : null;
}

/** The one region that signs for global services such as IAM. */
export function homeRegion(partition: Partition): string {
  return home[partition];
}

/** Enabled in every account without being asked for (Account Management Reference, "Enable or disable Regions"). */
const byDefault = new Set(
  `us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1 eu-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3
  ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2`.split(/\s+/),
);

/** All regions of a partition. */
export function regionsOf(partition: Partition): readonly string[] {
  return regions[partition];
}

/** The regions a new account has. */
export function defaultRegions(partition: Partition): readonly string[] {
  return partition === 'aws' ? regions.aws.filter((region) => byDefault.has(region)) : regions[partition];
}
