import { BOTO, call, ordinary } from '../example.ts';
import { textAt } from '../json.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';

/** Names of files that programs by convention keep secrets in, whoever wrote them. */
const SECRETIVE =
  /^(?:\.env(?:\.[\w-]+)?|credentials(?:\.(?:csv|json|txt|ya?ml))?|(?:root|access)_?keys?\.csv|id_(?:rsa|dsa|ecdsa|ed25519)|\.pgpass|\.netrc|\.git-credentials|\.npmrc|\.dockercfg|kubeconfig|wp-config\.php|shadow|ntds\.dit|(?:[\w-]*[_-])?(?:passwords?|secrets?)\.(?:csv|json|txt|xlsx?|ya?ml)|.+\.(?:tfstate(?:\.backup)?|ppk|kdbx?|pfx|p12|keystore))$/i;
/** Where a file of a harmless name holds them. */
const SECRETIVE_PLACE = /\.(?:aws|kube)\/config$/;
const LONGEST = 1_024;

/** A file that by its name holds credentials read. */
export const credentialFileRead: Rule = {
  id: 'credential-file-read',
  title: 'A file read that by its name holds credentials',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1552',
  whatToDo: 'Change what the file holds. Ask the owner whether the program should read it.',
  falseAlarms: 'Programs that fetch their settings from a bucket; they are known by their habit.',
  actions: ['s3:GetObject'],
  quietFor: DAY,
  judge(event) {
    const key = textAt(event.asked, 'key');
    if (key === null || key.length > LONGEST || event.fromConsole) return null;
    // Anchored at the name's beginning: objects are read by the million.
    if (!SECRETIVE.test(key.slice(key.lastIndexOf('/') + 1)) && !SECRETIVE_PLACE.test(key)) return null;
    // What manages infrastructure keeps its state in a bucket.
    if (event.agent.kind === 'infrastructure') return null;
    return { facts: { bucket: textAt(event.asked, 'bucketName'), file: key }, of: key };
  },
  examples: () => ({
    fires: [
      {
        why: 'the state of an infrastructure tool, with the command line',
        records: [call('s3:GetObject', { asked: { bucketName: 'b', key: 'prod/terraform.tfstate' } })],
      },
      {
        why: 'a private key',
        records: [call('s3:GetObject', { asked: { bucketName: 'b', key: 'home/.ssh/id_ed25519' } })],
      },
    ],
    quiet: [
      {
        why: 'the tool reads its own state',
        records: [
          call('s3:GetObject', {
            asked: { bucketName: 'b', key: 'terraform.tfstate' },
            agent: 'Terraform/1.11.4',
          }),
        ],
      },
      {
        why: 'a picture',
        records: [call('s3:GetObject', { asked: { bucketName: 'b', key: 'a/secret-garden.png' } })],
      },
      {
        why: 'a program that reads objects there every day',
        learned: ordinary(5),
        records: [
          call('s3:GetObject', {
            asked: { bucketName: 'b', key: 'app/.env' },
            ...BOTO,
          }),
        ],
      },
    ],
  }),
};
