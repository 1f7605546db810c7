import { awsContract } from '../sandbox/aws/contract.ts';
import { secretStoresContract } from '../sandbox/aws/contract-secret-stores.ts';
import { trailFilesContract } from '../sandbox/aws/contract-trail-files.ts';
import { startMoto } from '../support/moto.ts';

awsContract('moto in authorisation mode', startMoto);
secretStoresContract('moto in authorisation mode', startMoto);
trailFilesContract('moto in authorisation mode', startMoto);
