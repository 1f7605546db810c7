import { isUnexplained, isWithoutReason } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { BOTO, FOREIGN, OWN, call, history, ordinary } from '../example.ts';
import { isElsewhere, isOneMore } from '../first.ts';
import { listAt, textAt, textsAt } from '../json.ts';
import { DAY } from '../profile.ts';
import type { About, Rule } from '../rule.ts';
import { words } from '../words.ts';

/** A registry of images, by the account it belongs to; `ecr` is in every name of one. */
const REGISTRY = /^(\d{12})\.dkr\.ecr\./;
const LAYER = /^arn:[a-z-]+:lambda:[a-z0-9-]*:(\d{12}):layer:/;
/** Who fetches code from more buckets than this fetches it from any. */
const FEW_BUCKETS = 2;

/** Accounts, other than the own, whose registry or layers the code comes from. */
function foreignSources({ asked, accountId }: CloudTrailEvent): readonly string[] {
  const images = [
    textAt(asked, 'imageUri') ?? '',
    ...listAt(asked, 'containerDefinitions').map((each) => textAt(each, 'image') ?? ''),
  ];
  const registries = images.flatMap((each) => REGISTRY.exec(each)?.[1] ?? []);
  // Beside the own program, others stand for its logs and metrics.
  const brought = registries.some((each) => each === accountId) ? [] : registries;
  const layers = textsAt(asked, 'layers').flatMap((each) => LAYER.exec(each)?.[1] ?? []);
  return [...brought, ...layers].filter((each) => each !== accountId);
}

/** Where the code comes from, when that says something: a stranger, or a bucket the key of one job never fetched from. */
function sourcesOf(event: CloudTrailEvent, about: About): readonly string[] {
  const bucket = textAt(event.asked, 's3Bucket');
  const known = about.profile.recent
    .since('found', 0)
    .filter((each) => each.startsWith('function-code-changed from '));
  const tells = isWithoutReason(about) && known.length <= FEW_BUCKETS;
  return [...foreignSources(event), ...(tells ? [`from ${bucket ?? 'a file'}`] : [])];
}

/** Whose images a task is made of: registry and maker, or the account's own. */
function imageMakers({ asked, accountId, call: { name } }: CloudTrailEvent): string | null {
  if (name !== 'RegisterTaskDefinition') return null;
  const makers = listAt(asked, 'containerDefinitions').flatMap((each) => {
    const image = textAt(each, 'image');
    return image === null ? [] : [makerOf(image)];
  });
  // Beside the own program, others stand for its logs and metrics.
  const isOwn = makers.some((each) => each.startsWith(`${accountId ?? ''}.dkr.ecr.`));
  // What everybody begins with brings nothing of a stranger.
  if (makers.every((each) => /^(?:docker\.io\/library|public\.ecr\.aws\/docker)$/.test(each))) return null;
  return isOwn ? 'own' : [...new Set(makers)].sort().join(' ').slice(0, 120);
}

/** Of the examples: a task of an image of the account. */
function ownTask(version: string): {
  readonly asked: unknown;
  readonly agent: string;
  readonly minute: number;
} {
  const image = `${OWN}.dkr.ecr.us-east-1.amazonaws.com/web:${version}`;
  return { ...BOTO, asked: { family: 'web', containerDefinitions: [{ image }] }, minute: 50 };
}

/** Without a registry it is Docker's; without a maker one of its own. */
function makerOf(image: string): string {
  const parts = image.split('/');
  const [first = '', second = ''] = parts;
  if (parts.length === 1) return 'docker.io/library';
  if (!/[.:]/.test(first)) return `docker.io/${first}`;
  return parts.length === 2 ? first : `${first}/${second}`;
}

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
    appsync:UpdateResolver apigateway:CreateIntegration codebuild:UpdateProject codebuild:StartBuild
    ecs:RegisterTaskDefinition`),
  quietFor: DAY,
  judge(event, about) {
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
    // What failed made nothing known.
    const makers = event.failed ? null : imageMakers(event);
    const isImageNew =
      makers !== null && isElsewhere('images of', makers, about) && isUnexplained(event, about);
    if (
      name === 'RegisterTaskDefinition' &&
      (foreignSources(event).length === 0 || !isUnexplained(event, about)) &&
      !isImageNew
    )
      return null;
    // A build as it was written is ordinary; one with another recipe or source is not.
    if (
      name === 'StartBuild' &&
      !Object.keys(asked ?? {}).some((each) => /buildspec|source.*override|image/i.test(each))
    )
      return null;
    const which =
      textAt(asked, 'functionName') ??
      textAt(asked, 'layerName') ??
      textAt(asked, 'name') ??
      textAt(asked, 'family');
    const isWork = isOneMore(`changed by ${name}`, event, about) && foreignSources(event).length === 0;
    return {
      severity: name === 'PublishLayerVersion' || isWork ? 'low' : 'medium',
      facts: { call: name, function: which },
      of: `${name} ${which ?? ''}`,
      strangers: isImageNew ? [makers] : sourcesOf(event, about),
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'new code',
        records: [call('lambda:UpdateFunctionCode20150331v2', { asked: { functionName: 'pay' } })],
      },
      {
        why: 'a pipeline that brings an image of its own account each day brings one of another',
        learned: history(
          9,
          ['lambda:UpdateFunctionCode', 'lambda:UpdateFunctionCode', 'lambda:GetFunction'],
          {
            asked: { functionName: 'web', imageUri: `${OWN}.dkr.ecr.us-east-1.amazonaws.com/web:1` },
          },
        ),
        records: [
          call('lambda:UpdateFunctionCode20150331v2', {
            asked: { functionName: 'web', imageUri: `${FOREIGN}.dkr.ecr.us-east-1.amazonaws.com/web:1` },
          }),
        ],
      },
      {
        why: 'a layer is put in front',
        records: [
          call('lambda:UpdateFunctionConfiguration20150331v2', {
            asked: { functionName: 'pay', layers: ['arn:aws:lambda:us-east-1:999988887777:layer:x:1'] },
          }),
        ],
      },
      {
        why: 'a task of an image of somebody else, by a key whose images are all its own',
        learned: [...ordinary(6), ...history(6, ['ecs:RegisterTaskDefinition'], ownTask('1'))],
        records: [
          call('ecs:RegisterTaskDefinition', {
            ...BOTO,
            asked: { family: 'web', containerDefinitions: [{ image: 'docker.io/somebody/web:1' }] },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'a task of an image that everybody begins with',
        learned: [...ordinary(6), ...history(6, ['ecs:RegisterTaskDefinition'], ownTask('1'))],
        records: [
          call('ecs:RegisterTaskDefinition', {
            ...BOTO,
            asked: { family: 'web', containerDefinitions: [{ image: 'nginx:1.27' }] },
          }),
        ],
      },
      {
        why: 'a task of an image from where all are',
        learned: [...ordinary(6), ...history(6, ['ecs:RegisterTaskDefinition'], ownTask('1'))],
        records: [call('ecs:RegisterTaskDefinition', ownTask('2'))],
      },
      {
        why: 'a task with the image of its own account, and a helper beside it',
        records: [
          call('ecs:RegisterTaskDefinition', {
            asked: {
              family: 'web',
              containerDefinitions: [
                { image: `${OWN}.dkr.ecr.us-east-1.amazonaws.com/web:1` },
                { image: `${FOREIGN}.dkr.ecr.us-east-1.amazonaws.com/logs:1` },
              ],
            },
          }),
        ],
      },
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
