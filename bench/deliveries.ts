import { isPlain, type Json } from '../sandbox/slack/json.ts';
import type { SlackStandIn } from '../sandbox/slack/stand-in.ts';
import { BENCH_WINDOW } from './load.ts';
import type { Site } from './site.ts';

/** A key to connect with. */
export interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What Slack sends for one thing a person does. */
export interface Template {
  readonly kind: 'command' | 'interaction';
  /** Whether work begins that goes on after its acknowledgement. */
  readonly startsWork: boolean;
  /** A body that no delivery before had; `at` counts up. */
  body(at: number): Json;
}

/** The deliveries that are measured, taken from what a person at this Rekey really sends. */
export interface Templates {
  readonly help: Template;
  /** A connect form with a field that cannot be right: an answer, and nothing is written. */
  readonly wrongField: Template;
  /** A connect form that is taken: one durable write before the acknowledgement. */
  readonly connect: (keys: readonly Key[], startsWork: boolean) => Template;
}

/** Acts once as a person, to have the bodies that Slack sends. */
export async function templatesFrom(site: Site): Promise<Templates> {
  const { admin, slack } = site;
  await admin.slash('/aws-help');
  const help = lastBody(slack);
  await admin.slash('/aws-connect');
  const form = await admin.waitForModal((modal) => modal.title === 'Connect AWS', 20_000);
  await form.fill({
    'Connection name': 'NAME',
    Method: 'Access key',
    'Access key ID': 'AKIAWRONG',
    'Secret access key': 'SECRET',
  });
  const refused = await form.submit();
  if (refused.result !== 'errors') throw new Error(`The wrong form was taken: ${JSON.stringify(refused)}`);
  const submission = lastBody(slack);
  await form.close();
  return {
    help: { kind: 'command', startsWork: false, body: () => help },
    wrongField: { kind: 'interaction', startsWork: false, body: () => submission },
    connect: (keys, startsWork) => ({
      kind: 'interaction',
      startsWork,
      body: (at) => connecting(submission, at, keys),
    }),
  };
}

function lastBody(slack: SlackStandIn): Json {
  const last = slack.sent.at(-1);
  if (last === undefined) throw new Error('Slack sent nothing');
  return last.body;
}

/** The submission of another window, for another connection. */
function connecting(submission: Json, at: number, keys: readonly Key[]): Json {
  const key = keys[at];
  if (key === undefined) throw new Error('There are too few keys');
  const typed = JSON.stringify(submission)
    .replaceAll('"NAME"', JSON.stringify(`Bench ${key.accessKeyId}`))
    .replaceAll('"AKIAWRONG"', JSON.stringify(key.accessKeyId))
    .replaceAll('"SECRET"', JSON.stringify(key.secretAccessKey));
  const body = JSON.parse(typed) as Json;
  const view = body['view'];
  if (!isPlain(view)) throw new Error('The submission has no view');
  return { ...body, view: { ...view, id: BENCH_WINDOW + key.accessKeyId, root_view_id: BENCH_WINDOW + at } };
}
