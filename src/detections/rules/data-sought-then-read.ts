import { isOfOneJob, isUnexplained } from '../at-home.ts';
import { call, ordinary } from '../example.ts';
import { textAt } from '../json.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Of each service whose data is read, how its stores are listed. A program knows the name of its own. */
const LISTS: ReadonlyMap<string, RegExp> = new Map([
  ['s3', /^s3:ListBuckets$/],
  ['dynamodb', /^dynamodb:ListTables$/],
  ['kinesis', /^kinesis:ListStreams$/],
  ['athena', /^athena:List(?:Data|Table|Work)|^glue:(?:List|Search)/],
  ['redshift-data', /^redshift(?:-data|-serverless)?:(?:Describe|List)/],
  ['rds-data', /^rds:Describe|^secretsmanager:ListSecrets$/],
  ['rdsdata', /^rds:Describe|^secretsmanager:ListSecrets$/],
  ['codecommit', /^codecommit:ListRepositories$/],
  ['ecr', /^ecr:DescribeRepositories$/],
  ['timestream', /^timestream:(?:List|Describe)/],
  ['logs', /^logs:DescribeLogGroups$/],
  ['lambda', /^lambda:ListFunctions$/],
  ['bedrock', /^bedrock:ListKnowledgeBases$/],
  ['es', /^es:(?:List|Describe)/],
  ['kms', /^kms:List(?:Keys|Aliases)$/],
  ['glacier', /^glacier:List/],
  ['appconfig', /^appconfig:List/],
]);
/** Questions put to a database, with rights of which the trail says nothing: worth a word of whoever nobody knows. */
const DATABASES = /^(?:rds-?data|redshift-data)$/;
const SEVERAL = 3;

/** Stores of data looked for, and then read. */
export const dataSoughtThenRead: Rule = {
  id: 'data-sought-then-read',
  title: 'Data looked for and then read, by a key that has no reason to',
  family: 'shape over time',
  severity: 'low',
  technique: 'T1530',
  whatToDo: 'See what was read, with the data events of the trail. Ask the owner what the key is for.',
  falseAlarms: 'A person with a new key who looks for something; a program that begins to ask a database.',
  actions: words(`
    s3:GetObject dynamodb:Scan dynamodb:ExecuteStatement kinesis:GetShardIterator
    athena:StartQueryExecution redshift-data:ExecuteStatement redshift-data:BatchExecuteStatement
    rds-data:ExecuteStatement rds-data:BatchExecuteStatement rdsdata:ExecuteStatement
    rdsdata:BatchExecuteStatement codecommit:GetFile codecommit:GetFolder codecommit:GitPull
    ecr:BatchGetImage ecr:GetDownloadUrlForLayer timestream:Select logs:StartQuery
    logs:FilterLogEvents s3:SelectObjectContent lambda:Invoke bedrock:Retrieve
    bedrock:RetrieveAndGenerate es:ESHttpGet es:ESHttpPost kms:Sign kms:ReEncrypt glacier:InitiateJob`),
  quietFor: 7 * DAY,
  judge(event, about) {
    if (event.failed || event.byService) return null;
    const { service, action } = event.call;
    const { recent } = about.profile;
    const isDatabase = DATABASES.test(service);
    // Programs read by the million: most did not look for anything lately, and nothing else is asked of them.
    if (!isDatabase && (recent.last('discovery') ?? 0) < about.now - HOUR) return null;
    if (!isUnexplained(event, about)) return null;
    const isListed = recent
      .since('discovery', about.now - HOUR)
      .some((each) => LISTS.get(service)?.test(each) === true);
    if (!isListed && !isDatabase) return null;
    // Whoever works with an account looks into its logs.
    if (isListed && service !== 'logs') recent.note('data sought', service, about.now, about.now);
    const services = recent.since('data sought', about.now - HOUR).length;
    const isGrave = services >= SEVERAL || (isListed && (isDatabase || isOfOneJob(about)));
    return {
      severity: isGrave ? 'medium' : 'low',
      facts: {
        call: action,
        of:
          textAt(event.asked, 'bucketName') ??
          textAt(event.asked, 'tableName') ??
          textAt(event.asked, 'repositoryName') ??
          textAt(event.asked, 'logGroupName') ??
          textAt(event.asked, 'resourceArn') ??
          textAt(event.asked, 'clusterIdentifier'),
      },
      of: isGrave ? 'several' : service,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a file, by a key nobody knows that listed the buckets first',
        records: [
          call('s3:ListBuckets'),
          call('s3:GetObject', { minute: 1, asked: { bucketName: 'b', key: '2026/all.csv' } }),
        ],
      },
      {
        why: 'a database asked, by a key that only works with files',
        learned: ordinary(9),
        records: [
          call('rds:DescribeDBClusters'),
          call('rds-data:ExecuteStatement', { minute: 1, asked: { resourceArn: 'c', database: 'd' } }),
        ],
      },
      {
        why: 'a stream, a log, a table and code',
        records: [
          'kinesis:ListStreams',
          'kinesis:GetShardIterator',
          'logs:DescribeLogGroups',
          'logs:StartQuery',
          'dynamodb:ListTables',
          'dynamodb:Scan',
          'codecommit:ListRepositories',
          'codecommit:GitPull',
        ].map((action, minute) => call(action, { minute })),
      },
    ],
    quiet: [
      {
        why: 'a program that knows where its data is',
        records: [
          call('s3:GetObject', { asked: { bucketName: 'b', key: 'a' } }),
          call('athena:StartQueryExecution', { minute: 1, asked: { workGroup: 'w' } }),
        ],
      },
      {
        why: 'an infrastructure tool',
        records: ['s3:ListBuckets', 's3:GetObject'].map((action, minute) =>
          call(action, { minute, agent: 'Terraform/1.11.4', asked: { bucketName: 'b', key: 'a' } }),
        ),
      },
    ],
  }),
};
