import { call } from '../example.ts';
import { textAt, textsAt } from '../json.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** So many targets a day are told of one by one. */
const FEW = 3;

/** Documents of AWS that keep machines in order, and run nothing their caller brings. */
const KEEPING =
  /^(?:arn:[a-z-]+:ssm:[a-z0-9-]+::document\/)?(?:AWS-RunPatchBaseline(?:Association)?|AWS-PatchInstanceWithRollback|AWS-GatherSoftwareInventory|AWS-UpdateSSMAgent|AWS-InstallWindowsUpdates|AWS-FindWindowsUpdates|AWS-ListWindowsInventory|AmazonCloudWatch-ManageAgent)$/;

/** Commands or sessions on instances. */
export const commandRunOnInstance: Rule = {
  id: 'command-run-on-instance',
  title: 'Commands or sessions on instances',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1651',
  whatToDo: "Read what was run (the parameters are in SSM's own history) and look at the instance.",
  falseAlarms: 'Operators and deployments that work through Systems Manager; they are known by their habit.',
  actions: words(`
    ssm:SendCommand ssm:StartSession ssm:ResumeSession ssm:StartAutomationExecution
    ssm:CreateAssociation ssm:UpdateAssociation ec2-instance-connect:SendSSHPublicKey
    ec2-instance-connect:SendSerialConsoleSSHPublicKey ec2-instance-connect:OpenTunnel
    ec2:EnableSerialConsoleAccess ecs:ExecuteCommand eks:AssociateAccessPolicy eks:CreateAccessEntry
    lightsail:GetInstanceAccessDetails lightsail:DownloadDefaultKeyPair ssm:CreateActivation
    ssm:RegisterTaskWithMaintenanceWindow ssm:UpdateDocument ssm:UpdateDocumentDefaultVersion
    ssm-guiconnect:StartConnection ec2:CreateInstanceConnectEndpoint eks:UpdateAccessEntry
    eks:CreatePodIdentityAssociation eks:AssociateIdentityProviderConfig`),
  quietFor: DAY,
  judge(event, { profile, now }) {
    const {
      asked,
      call: { name },
    } = event;
    const target =
      textsAt(asked, 'instanceIds')[0] ??
      textAt(asked, 'target') ??
      textAt(asked, 'instanceId') ??
      textAt(asked, 'cluster');
    profile.recent.note('commanded', `${name} ${target ?? ''}`, now, now);
    const targets = profile.recent.since('commanded', now - DAY).length;
    const document = textAt(asked, 'documentName');
    return {
      severity: name === 'SendCommand' && KEEPING.test(document ?? '') ? 'low' : 'medium',
      facts: { call: name, target, document },
      // A day's work on twenty instances is not twenty pieces of news.
      of: targets > FEW ? `${name} and more` : `${name} ${target ?? ''}`,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a shell script',
        records: [
          call('ssm:SendCommand', {
            asked: { documentName: 'AWS-RunShellScript', instanceIds: ['i-1'] },
            error: 'InvalidInstanceId',
          }),
        ],
      },
      {
        why: 'a public key for SSH',
        records: [call('ec2-instance-connect:SendSSHPublicKey', { asked: { instanceId: 'i-1' } })],
      },
    ],
    quiet: [{ why: 'commands are listed', records: [call('ssm:ListCommands')] }],
  }),
};
