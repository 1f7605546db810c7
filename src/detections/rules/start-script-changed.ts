import { trifle } from '../at-home.ts';
import { call } from '../example.ts';
import { at, flagAt, listAt, textAt, writtenOut } from '../json.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** A container that asks for credentials, or opens a shell to somewhere. */
const SHELL =
  /169\.254\.17[0-9]\.2|\/dev\/tcp\/|\bncat?\b[^"]{0,80} -e|\|\s*(?:ba|z)?sh\b|base64 (?:-d|--decode)/;

/** Scripts and containers are long, and are looked through so far. */
const LONGEST = 40_000;

/** Start script or metadata options of an instance changed. */
export const startScriptChanged: Rule = {
  id: 'start-script-changed',
  title: 'Start script or metadata options of an instance changed',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1578',
  whatToDo: 'Read the new user data before the instance starts again.',
  falseAlarms: 'Deployments that change instances in place.',
  actions: words(`
    ec2:ModifyInstanceAttribute ec2:ModifyInstanceMetadataOptions
    sagemaker:UpdateNotebookInstanceLifecycleConfig sagemaker:CreateNotebookInstanceLifecycleConfig
    sagemaker:UpdateNotebookInstance glue:CreateDevEndpoint glue:UpdateDevEndpoint
    ec2:ReplaceIamInstanceProfileAssociation ec2:AssociateIamInstanceProfile
    ec2:CreateLaunchTemplateVersion ecs:RegisterTaskDefinition ec2:ModifyInstanceMetadataDefaults
    ec2:CreateReplaceRootVolumeTask`),
  quietFor: DAY,
  judge(event, about) {
    const {
      asked,
      call: { name },
    } = event;
    const isProtected = flagAt(asked, 'disableApiTermination', 'value') === true;
    if (
      name === 'ModifyInstanceAttribute' &&
      at(asked, 'userData') === undefined &&
      textAt(asked, 'attribute') !== 'userData' &&
      !isProtected
    )
      return null;
    if (name === 'CreateLaunchTemplateVersion' && !/"(?:UserData|ImageId)"/.test(writtenOut(asked, LONGEST)))
      return null;
    if (
      name === 'RegisterTaskDefinition' &&
      !SHELL.test(writtenOut(listAt(asked, 'containerDefinitions'), LONGEST))
    )
      return null;
    if (name.startsWith('ModifyInstanceMetadata')) {
      const tokens =
        textAt(asked, `${name}Request`, 'HttpTokens') ??
        textAt(asked, 'HttpTokens') ??
        textAt(asked, 'httpTokens');
      if (tokens !== 'optional') return null;
    }
    const isByHand = about.keyId !== null && event.agent.kind !== 'infrastructure';
    return {
      severity:
        (name.startsWith('ModifyInstanceMetadata') && !isByHand) ||
        name === 'CreateLaunchTemplateVersion' ||
        isProtected
          ? trifle(event, about)
          : 'medium',
      facts: { call: name, instance: textAt(asked, 'instanceId') },
      of: textAt(asked, 'instanceId'),
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'new user data',
        records: [
          call('ec2:ModifyInstanceAttribute', {
            asked: { instanceId: 'i-1', userData: '<sensitiveDataRemoved>' },
          }),
        ],
      },
      {
        why: 'the script of a notebook',
        records: [
          call('sagemaker:UpdateNotebookInstanceLifecycleConfig', {
            asked: { notebookInstanceLifecycleConfigName: 'n' },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'a notebook is opened: another rule',
        records: [
          call('sagemaker:CreatePresignedNotebookInstanceUrl', { asked: { notebookInstanceName: 'n' } }),
        ],
      },
      {
        why: 'another security group',
        records: [
          call('ec2:ModifyInstanceAttribute', { asked: { instanceId: 'i-1', groupSet: { items: [] } } }),
        ],
      },
    ],
  }),
};
