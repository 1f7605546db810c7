/** AWS partitions (facts: SDK endpoint rulesets, 3.1169). */
export type Partition = 'aws' | 'aws-cn' | 'aws-us-gov' | 'aws-iso' | 'aws-iso-b' | 'aws-eusc';

interface PartitionFacts {
  /** Where IAM is signed, and where its events appear. */
  readonly iamRegion: string;
  readonly regions: RegExp;
}

const FACTS: Record<Partition, PartitionFacts> = {
  aws: { iamRegion: 'us-east-1', regions: /^(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d$/ },
  'aws-cn': { iamRegion: 'cn-north-1', regions: /^cn-[a-z]+-\d$/ },
  'aws-us-gov': { iamRegion: 'us-gov-west-1', regions: /^us-gov-[a-z]+-\d$/ },
  'aws-iso': { iamRegion: 'us-iso-east-1', regions: /^us-iso-[a-z]+-\d$/ },
  'aws-iso-b': { iamRegion: 'us-isob-east-1', regions: /^us-isob-[a-z]+-\d$/ },
  'aws-eusc': { iamRegion: 'eusc-de-east-1', regions: /^eusc-[a-z]+-[a-z]+-\d$/ },
};

export const PARTITIONS: readonly Partition[] = Object.keys(FACTS).filter(
  (name) => name in FACTS,
) as Partition[];

/** The partition a region name belongs to, or null when it is not the shape of any AWS region. */
export function partitionOfRegion(region: string): Partition | null {
  return PARTITIONS.find((partition) => FACTS[partition].regions.test(region)) ?? null;
}

/** The region IAM is signed for in a partition; also a region whose STS always exists. */
export function iamRegion(partition: Partition): string {
  return FACTS[partition].iamRegion;
}

/** The partition named in an ARN, or null when it is no ARN of a partition we know. */
export function partitionOfArn(arn: string): Partition | null {
  const name = /^arn:([a-z-]+):/.exec(arn)?.[1];
  return PARTITIONS.find((partition) => partition === name) ?? null;
}
