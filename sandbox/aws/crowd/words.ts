import type { Purpose } from './habits.ts';

/** What made-up users are called and do. */

export const FIRST_NAMES =
  'aiko amara anton beatriz bjorn chidi clara dalia diego elif emil farah fatou felix freya gabor greta hana hugo ines ivan jonas judith kofi lena liam lucia malik marta mei mira nadia niko noor oskar paula pedro petra priya rafael rosa sami selin stefan tariq theo tuva ulrik viktor wanda yara yusuf zora'.split(
    ' ',
  );

export const LAST_NAMES =
  'abbas adler akono andersen baker bianchi carvalho castro chen costa dahl demir diallo dubois eriksen farkas fischer garcia haas halimi hansen horvat ibrahim ito jansen kaya kimura kowalski kruger lang lopez mbeki meyer moretti nakamura nguyen okafor olsen patel petrov quist reyes rossi sato schulz silva singh sorensen suzuki tanaka toth usman vidal weber wong yilmaz zhang'.split(
    ' ',
  );

export const SERVICES =
  'basket billing catalog checkout content courier crm customs delivery discounts events exports feeds fraud gateway geocoder images imports inventory invoices labels ledger loyalty mailer maps media metrics notices orders parcels payouts pricing profiles quotes ratings receipts recommender refunds reports returns reviews routes scanner search sessions shipments stock suppliers surveys tariffs tax tickets tracking translations uploads vouchers warehouse webhooks wishlist'.split(
    ' ',
  );

export const TEAMS = ['payments', 'data', 'platform', 'storefront', 'logistics'] as const;

const purpose = (service: string, region: string): Purpose => ({ service, region });

export const BOT_PURPOSES: readonly Purpose[] = [
  purpose('s3', 'N/A'),
  purpose('ecr', 'eu-central-1'),
  purpose('ecs', 'eu-central-1'),
  purpose('lambda', 'eu-west-1'),
  purpose('cloudformation', 'eu-central-1'),
  purpose('sqs', 'eu-west-1'),
  purpose('dynamodb', 'eu-central-1'),
  purpose('cloudfront', 'us-east-1'),
];

export const PERSON_PURPOSES: readonly Purpose[] = [
  purpose('sts', 'us-east-1'),
  purpose('ec2', 'eu-central-1'),
  purpose('s3', 'N/A'),
  purpose('logs', 'eu-central-1'),
];

export const DESCRIPTIONS = [
  'laptop',
  'CI of the monorepo',
  'nightly export: ask the data team first',
  'made for the migration of 2024',
  'cron on the old backup host',
  'vendor access - ticket OPS-2201',
];
