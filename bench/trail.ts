import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { createGzip } from 'node:zlib';

/** How a file of records is laid out. */
export type Layout = 'trail' | 'lines';

const ACCOUNT = '111122223333';
const START = Date.UTC(2026, 2, 2);

/** What ordinary keys do: mostly the same few calls, all day. */
const CALLS: readonly (readonly [service: string, name: string, parameters: object])[] = [
  [
    's3',
    'GetObject',
    { bucketName: 'reports', key: 'daily/report.csv', Host: 'reports.s3.eu-central-1.amazonaws.com' },
  ],
  [
    's3',
    'PutObject',
    { bucketName: 'reports', key: 'daily/report.csv', Host: 'reports.s3.eu-central-1.amazonaws.com' },
  ],
  ['dynamodb', 'GetItem', { tableName: 'orders', key: { id: 'HIDDEN_DUE_TO_SECURITY_REASONS' } }],
  ['sqs', 'ReceiveMessage', { queueUrl: `https://sqs.eu-central-1.amazonaws.com/${ACCOUNT}/orders` }],
  [
    'ec2',
    'DescribeInstances',
    {
      instancesSet: {},
      filterSet: { items: [{ name: 'tag:app', valueSet: { items: [{ value: 'shop' }] } }] },
    },
  ],
  [
    'monitoring',
    'GetMetricData',
    { startTime: 'Mar 2, 2026, 9:00:00 AM', endTime: 'Mar 2, 2026, 10:00:00 AM' },
  ],
  ['sts', 'GetCallerIdentity', {}],
  [
    'kms',
    'Decrypt',
    { encryptionAlgorithm: 'SYMMETRIC_DEFAULT', encryptionContext: { 'aws:s3:arn': 'arn:aws:s3:::reports' } },
  ],
  ['logs', 'PutLogEvents', { logGroupName: '/app/shop', logStreamName: 'i-0123456789abcdef0' }],
  ['secretsmanager', 'GetSecretValue', { secretId: 'shop/database' }],
];

const AGENTS = [
  'Boto3/1.38.0 md/Botocore#1.38.0 ua/2.1 os/linux#6.8.0-1021-aws md/arch#x86_64 lang/python#3.12.3 md/pyimpl#CPython cfg/retry-mode#legacy',
  'aws-sdk-go-v2/1.36.3 os/linux lang/go#1.24.1 md/GOOS#linux md/GOARCH#amd64 api/s3#1.79.2',
  'aws-cli/2.27.0 md/awscrt#0.26.1 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.2 md/prompt#off md/command#s3.cp',
];

/** Writes a packed file of so many records of so many ordinary keys, as a trail has them: 1.3 KB each. */
export async function writeTrail(
  path: string,
  { records, keys, layout }: { readonly records: number; readonly keys: number; readonly layout: Layout },
): Promise<void> {
  const gzip = createGzip({ level: 6 });
  const file = gzip.pipe(createWriteStream(path));
  const write = async (text: string): Promise<void> => {
    if (!gzip.write(text)) await once(gzip, 'drain');
  };
  if (layout === 'trail') await write('{"Records":[');
  const [between, many] = [layout === 'trail' ? ',' : '\n', 500];
  for (let at = 0; at < records; at += many) {
    const some = Array.from({ length: Math.min(many, records - at) }, (_, place) =>
      JSON.stringify(recordOf(at + place, keys)),
    );
    await write(`${at === 0 ? '' : between}${some.join(between)}`);
  }
  gzip.end(layout === 'trail' ? ']}' : '\n');
  await once(file, 'close');
}

function recordOf(number: number, keys: number): object {
  // A fixed mix, so that records of one key do not come one after the other.
  const mixed = Math.imul(number + 1, 0x9e3779b1) >>> 0;
  const key = mixed % keys;
  const [service, eventName, requestParameters] = CALLS[(mixed >>> 8) % CALLS.length] ?? [
    's3',
    'GetObject',
    {},
  ];
  const keyId = `AKIABENCH${String(key).padStart(11, '0')}`;
  const hex = number.toString(16).padStart(12, '0');
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      principalId: `AIDABENCH${String(key).padStart(12, '0')}`,
      arn: `arn:aws:iam::${ACCOUNT}:user/program-${key}`,
      accountId: ACCOUNT,
      accessKeyId: keyId,
      userName: `program-${key}`,
    },
    eventTime: new Date(START + number * 100).toISOString().replace(/\.\d{3}Z/, 'Z'),
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: 'eu-central-1',
    sourceIPAddress: `52.${28 + (key % 4)}.${key % 200}.${1 + (mixed % 3)}`,
    userAgent: AGENTS[key % AGENTS.length],
    requestParameters,
    responseElements: null,
    additionalEventData: {
      SignatureVersion: 'SigV4',
      CipherSuite: 'TLS_AES_128_GCM_SHA256',
      bytesTransferredIn: 0,
      AuthenticationMethod: 'AuthHeader',
      'x-amz-id-2': `${hex}${hex}${hex}${hex}`,
      bytesTransferredOut: mixed % 9_999,
    },
    requestID: `${hex}0000`.toUpperCase(),
    eventID: `${(mixed >>> 0).toString(16).padStart(8, '0')}-0000-4000-8000-${hex}`,
    readOnly: true,
    resources: [{ accountId: ACCOUNT, type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::reports' }],
    eventType: 'AwsApiCall',
    managementEvent: false,
    recipientAccountId: ACCOUNT,
    eventCategory: 'Data',
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: `${service}.eu-central-1.amazonaws.com`,
    },
  };
}
