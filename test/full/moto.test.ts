import { awsContract } from '../sandbox/aws/contract.ts';
import { startMoto } from '../support/moto.ts';

awsContract('moto in authorisation mode', startMoto);
