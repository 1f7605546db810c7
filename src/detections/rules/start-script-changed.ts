import { call } from '../example.ts';
import { at, textAt } from '../json.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

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
    sagemaker:UpdateNotebookInstance sagemaker:CreatePresignedNotebookInstanceUrl
    sagemaker:CreatePresignedDomainUrl glue:CreateDevEndpoint glue:UpdateDevEndpoint
    ec2:ReplaceIamInstanceProfileAssociation ec2:AssociateIamInstanceProfile`),
  judge(event) {
    const {
      asked,
      call: { name },
    } = event;
    if (
      name === 'ModifyInstanceAttribute' &&
      at(asked, 'userData') === undefined &&
      textAt(asked, 'attribute') !== 'userData'
    )
      return null;
    if (name === 'ModifyInstanceMetadataOptions') {
      const tokens =
        textAt(asked, 'ModifyInstanceMetadataOptionsRequest', 'HttpTokens') ?? textAt(asked, 'httpTokens');
      if (tokens !== 'optional') return null;
    }
    return {
      severity: name === 'ModifyInstanceMetadataOptions' ? 'low' : 'medium',
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
        why: 'another security group',
        records: [
          call('ec2:ModifyInstanceAttribute', { asked: { instanceId: 'i-1', groupSet: { items: [] } } }),
        ],
      },
    ],
  }),
};
