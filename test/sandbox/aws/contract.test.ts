import { AwsStandIn } from '../../../sandbox/aws/stand-in.ts';
import { awsContract } from './contract.ts';

awsContract('the AWS stand-in', async () => {
  const standIn = await AwsStandIn.start();
  const admin = standIn.world
    .addAccount()
    .addUser('admin', { attached: ['AdministratorAccess'] })
    .addKey();
  return { endpoint: standIn.url, admin, stop: () => standIn.stop() };
});
