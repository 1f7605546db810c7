import { AwsStandIn } from '../../../sandbox/aws/stand-in.ts';
import { awsContract } from './contract.ts';
import type { ContractTarget } from './contract.ts';
import { secretStoresContract } from './contract-secret-stores.ts';
import { trailFilesContract } from './contract-trail-files.ts';

async function start(): Promise<ContractTarget> {
  const standIn = await AwsStandIn.start();
  const admin = standIn.world
    .addAccount()
    .addUser('admin', { attached: ['AdministratorAccess'] })
    .addKey();
  return { endpoint: standIn.url, admin, stop: () => standIn.stop() };
}

awsContract('the AWS stand-in', start);
secretStoresContract('the AWS stand-in', start);
trailFilesContract('the AWS stand-in', start);
