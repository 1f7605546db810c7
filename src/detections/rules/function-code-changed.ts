import { call, history } from '../example.ts';
import { listAt, textAt } from '../json.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Code or layers of a function changed. */
export const functionCodeChanged: Rule = {
  id: 'function-code-changed',
  title: 'Code or layers of a function changed',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1648',
  whatToDo:
    "Compare the code with what was deployed; the function's role is in the hands of whoever changed it.",
  falseAlarms: 'Deployments; they are known by their habit.',
  actions: words(`
    lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration lambda:PublishLayerVersion
    cloudfront:UpdateFunction cloudfront:CreateFunction cloudfront:PublishFunction
    appsync:UpdateResolver apigateway:CreateIntegration codebuild:UpdateProject codebuild:StartBuild`),
  quietFor: DAY,
  judge(event) {
    const {
      asked,
      call: { name },
    } = event;
    if (
      name === 'UpdateFunctionConfiguration' &&
      listAt(asked, 'layers').length === 0 &&
      textAt(asked, 'role') === null
    )
      return null;
    // A build as it was written is ordinary; one with another recipe or source is not.
    if (
      name === 'StartBuild' &&
      !Object.keys(asked ?? {}).some((each) => /buildspec|source.*override|image/i.test(each))
    )
      return null;
    const which = textAt(asked, 'functionName') ?? textAt(asked, 'layerName') ?? textAt(asked, 'name');
    return {
      severity: name === 'PublishLayerVersion' ? 'low' : 'medium',
      facts: { call: name, function: which },
      of: `${name} ${which ?? ''}`,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'new code',
        records: [call('lambda:UpdateFunctionCode20150331v2', { asked: { functionName: 'pay' } })],
      },
      {
        why: 'a layer is put in front',
        records: [
          call('lambda:UpdateFunctionConfiguration20150331v2', {
            asked: { functionName: 'pay', layers: ['arn:aws:lambda:us-east-1:999988887777:layer:x:1'] },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'more memory',
        records: [
          call('lambda:UpdateFunctionConfiguration20150331v2', {
            asked: { functionName: 'pay', memorySize: 512 },
          }),
        ],
      },
      {
        why: 'a pipeline, every day, from its network',
        learned: history(
          9,
          [
            'lambda:UpdateFunctionCode',
            'lambda:GetFunction',
            'lambda:PublishVersion',
            's3:PutObject',
            's3:GetObject',
          ],
          { asked: { functionName: 'web' } },
        ),
        records: [call('lambda:UpdateFunctionCode20150331v2', { asked: { functionName: 'pay' } })],
      },
    ],
  }),
};
