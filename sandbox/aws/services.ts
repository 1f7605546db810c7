import { cloudTrail } from './cloudtrail/service.ts';
import { ec2 } from './ec2/service.ts';
import { iam } from './iam/service.ts';
import { secretsManager } from './secretsmanager/service.ts';
import { s3 } from './s3/service.ts';
import type { Service } from './service.ts';
import { sqs } from './sqs/service.ts';
import { ssm } from './ssm/service.ts';
import { sts } from './sts/service.ts';

/** Every service the stand-in has. */
export const services: readonly Service[] = [iam, sts, secretsManager, ssm, cloudTrail, ec2, sqs, s3];
