import type { InputBlock, ModalView } from '@slack/types';
import { z } from 'zod';
import { DESTINATION_KINDS, factsOf } from '../../src/destinations/index.ts';
import type { Connection } from '../../src/domain/connection.ts';
import type { DestinationKind, KeptDestination } from '../../src/domain/destination.ts';
import { unquoted } from '../../src/domain/pasted-text.ts';
import type { PlaceField, Typed } from '../../src/ports/destination.ts';
import { hostOf } from '../../src/handlers/destinations/ask.ts';
import { LONGEST_NAME, type DestinationInput } from '../../src/handlers/destinations/read-input.ts';
import { context, input, option, section } from '../../src/slack/blocks/elements.ts';
import { cut, plain } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { carriedBy } from './metadata.ts';

export const KIND_FORM = 'destination.kind_form';
export const DESTINATION_FORM = 'destination.form';

const KIND_FIELD = 'field.destinationKind';
const NAME_FIELD = 'field.destinationName';
const CONNECTION_FIELD = 'field.destinationConnection';
const HOOK_FIELD = 'field.redeployHook';
const NO_HOOK_FIELD = 'field.noRedeployHook';

export const KIND_ERROR_BLOCK = KIND_FIELD;
export const DESTINATION_ERROR_BLOCK = NAME_FIELD;

const SHOWN_CONNECTIONS = 100;

const ABOUT: Readonly<Record<DestinationKind, string>> = {
  'secrets-manager': 'A secret, written through a connection',
  'ssm-parameter': 'One or two SecureStrings, written through a connection',
  webhook: 'An https address of yours; always takes a second admin',
};

/** First: which kind of place. */
export function kindForm(connections: readonly Connection[]): ModalView {
  const offered = DESTINATION_KINDS.filter(
    (kind) => connections.length > 0 || !factsOf(kind).needsConnection,
  ).map((kind) => option(factsOf(kind).label, kind, ABOUT[kind]));
  const [first] = offered;
  return {
    type: 'modal',
    callback_id: KIND_FORM,
    title: plain('New destination', 24),
    submit: plain('Next', 24),
    close: plain('Cancel', 24),
    blocks: [
      input(KIND_FIELD, 'Kind', {
        type: 'radio_buttons',
        action_id: KIND_FIELD,
        options: offered,
        ...(first === undefined ? {} : { initial_option: first }),
      }),
      ...(connections.length > 0
        ? []
        : [context('Places in AWS can be chosen once an account is connected.')]),
    ],
  };
}

export function parseKind(view: IncomingView): Parsed<DestinationKind> {
  const chosen = DESTINATION_KINDS.find((kind) => kind === view.values.get(KIND_FIELD)?.one);
  return chosen === undefined
    ? { ok: false, errors: { [KIND_FIELD]: 'Choose a kind.' } }
    : { ok: true, input: chosen };
}

/** What the form is about: a new destination of a kind, or one to change at the version that was seen. */
const About = z.object({
  kind: z.enum(DESTINATION_KINDS as [DestinationKind, ...DestinationKind[]]),
  id: z.string().nullable(),
  seen: z.number(),
});

/** The fields of one kind, empty or as they are. */
export function destinationForm(
  kind: DestinationKind,
  before: KeptDestination | null,
  connections: readonly Connection[],
): ModalView {
  const facts = factsOf(kind);
  const typed = before === null ? null : facts.form.typed(before.target);
  const about: z.infer<typeof About> = { kind, id: before?.id ?? null, seen: before?.version ?? 0 };
  return {
    type: 'modal',
    callback_id: DESTINATION_FORM,
    title: plain(before === null ? 'New destination' : 'Change destination', 24),
    submit: plain(before === null ? 'Make' : 'Save', 24),
    close: plain('Cancel', 24),
    private_metadata: JSON.stringify(about),
    blocks: [
      ...(before === null ? [] : [section(CHANGE_WARNING)]),
      input(
        NAME_FIELD,
        'Name',
        {
          type: 'plain_text_input',
          action_id: NAME_FIELD,
          max_length: LONGEST_NAME,
          ...(before === null ? {} : { initial_value: before.name }),
        },
        { hint: 'What your team calls it, such as “shop: deploy key”.' },
      ),
      ...(facts.needsConnection ? [connectionField(connections, before?.connectionId ?? null)] : []),
      ...facts.form.fields.map((field) => placeField(field, typed)),
      ...hookFields(before),
    ],
  };
}

const CHANGE_WARNING =
  'Whatever you change, approvals of this destination no longer count: a second admin is asked anew where one is needed.';

function connectionField(connections: readonly Connection[], chosen: string | null): InputBlock {
  const options = connections.slice(0, SHOWN_CONNECTIONS).map((connection) => {
    const { id, name, accountId, lastCheck } = connection;
    const may = lastCheck?.status === 'verified' ? lastCheck.report.capabilities.deliver.answer : 'unknown';
    const words = {
      yes: 'may deliver',
      no: 'may not deliver yet: see /aws-test',
      unknown: 'not known whether it may deliver',
    };
    return option(name, id, `${accountId}, ${words[may]}`);
  });
  const initial = options.find(({ value }) => value === chosen);
  return input(
    CONNECTION_FIELD,
    'Connection',
    {
      type: 'static_select',
      action_id: CONNECTION_FIELD,
      placeholder: plain('Which connection writes there', 150),
      options,
      ...(initial === undefined ? {} : { initial_option: initial }),
    },
    { hint: 'It needs the capability “deliver” in the account of the place.' },
  );
}

function placeField(field: PlaceField, typed: Typed | null): InputBlock {
  const blockId = `field.place.${field.name}`;
  const initial = typed === null ? field.initial : (typed[field.name] ?? null);
  const hidden = typed !== null && typed[field.name] === null && !field.optional;
  const hint = hidden ? `Leave it empty to keep the present one. ${field.hint}` : field.hint;
  if (field.choices !== null) {
    const options = field.choices.map(({ value, label, description }) => option(label, value, description));
    const chosen = options.find(({ value }) => value === initial);
    return input(
      blockId,
      field.label,
      {
        type: 'radio_buttons',
        action_id: blockId,
        options,
        ...(chosen === undefined ? {} : { initial_option: chosen }),
      },
      { optional: field.optional, hint },
    );
  }
  return input(
    blockId,
    field.label,
    {
      type: 'plain_text_input',
      action_id: blockId,
      ...(initial === null || initial === '' ? {} : { initial_value: cut(initial, 3_000) }),
    },
    { optional: field.optional || hidden, hint },
  );
}

/** An address may hold a token: it is never shown again. */
function hookFields(before: KeptDestination | null): InputBlock[] {
  const host = hostOf(before?.redeployHook ?? null);
  const kept = host === null ? '' : ` One at ${host} is set; leave this empty to keep it.`;
  return [
    input(
      HOOK_FIELD,
      'Redeploy hook',
      { type: 'plain_text_input', action_id: HOOK_FIELD },
      {
        optional: true,
        hint: `An https address that is called after a delivery, without the secret, until it says that the new key is in use.${kept}`,
      },
    ),
    ...(host === null
      ? []
      : [
          input(
            NO_HOOK_FIELD,
            'No redeploy hook',
            {
              type: 'checkboxes',
              action_id: NO_HOOK_FIELD,
              options: [option('Call none any more', 'none')],
            },
            { optional: true },
          ),
        ]),
  ];
}

export interface TypedDestination {
  readonly kind: DestinationKind;
  /** Null: a new one. */
  readonly id: string | null;
  readonly seen: number;
  readonly input: DestinationInput;
}

export function parseDestination(view: IncomingView): Parsed<TypedDestination> {
  const about = carriedBy(About, view.metadata, { kind: 'webhook', id: '', seen: 0 });
  const { kind, id } = about;
  const facts = factsOf(kind);
  const one = (block: string): string | null => view.values.get(block)?.one ?? null;
  const typed = Object.fromEntries(
    facts.form.fields.map(({ name }) => [name, one(`field.place.${name}`)] as const),
  );
  const errors: Record<string, string> = {};
  if (facts.needsConnection && one(CONNECTION_FIELD) === null) {
    errors[CONNECTION_FIELD] = 'Choose a connection.';
  }
  // Who changes an address leaves it empty to keep it: the handler knows the one that is kept.
  const read = facts.form.read(typed, null);
  const keepable = (name: string): boolean => id !== null && typed[name] === null;
  for (const [name, why] of read.ok ? [] : Object.entries(read.errors)) {
    if (!keepable(name)) errors[`field.place.${name}`] = why;
  }
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  const hook = unquoted(one(HOOK_FIELD) ?? '');
  const none = view.values.get(NO_HOOK_FIELD)?.many.includes('none') === true;
  const keep = hook === '' && !none && id !== null;
  const redeployHook = keep ? 'keep' : { set: hook === '' ? null : hook };
  const input: DestinationInput = {
    name: one(NAME_FIELD) ?? '',
    connectionId: one(CONNECTION_FIELD),
    typed,
    redeployHook,
  };
  return { ok: true, input: { ...about, input } };
}
