import type { KnownBlock, ModalView } from '@slack/types';
import { PAGER_KINDS, PAGER_NAMES, type PagerKind, type PagerSetting } from '../../src/domain/pager.ts';
import { unquoted } from '../../src/domain/pasted-text.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { PagerInput } from '../../src/handlers/pager.ts';
import {
  actions,
  button,
  confirm,
  context,
  header,
  input,
  option,
  section,
} from '../../src/slack/blocks/elements.ts';
import { code, person, plain, words } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { chosenSeverity, severityField } from './severity-field.ts';

export const PAGING_OPEN = 'settings.paging';
export const PAGING_TEST = 'settings.test_page';
export const PAGING_REMOVE = 'settings.remove_paging';
export const PAGING_FORM = 'settings.paging_form';

const KIND_FIELD = 'field.pagerKind';
const KEY_FIELD = 'field.pagerKey';
const URL_FIELD = 'field.pagerUrl';
const REGION_FIELD = 'field.pagerRegion';
const LEAST_FIELD = 'field.pagerLeast';

export const PAGING_ERROR_BLOCK = KIND_FIELD;

/** The part of the settings about paging. `trouble`: why pages do not get through, or null. */
export function pagingBlocks(set: PagerSetting | null, trouble: string | null): KnownBlock[] {
  if (set === null) {
    return [
      header('Paging'),
      context('Bad alerts can also wake somebody: by PagerDuty, Opsgenie or a webhook of yours.'),
      actions('settings.paging_actions', [button('Set up paging', PAGING_OPEN)]),
    ];
  }
  const where = set.host === null ? regionOf(set) : ` at ${code(set.host)}`;
  return [
    header('Paging'),
    section(
      `Alerts of severity *${set.least}* and above go to *${PAGER_NAMES[set.kind]}*${where}, set by ${person(set.setBy)}. The key is stored, and is never shown again.`,
    ),
    ...(trouble === null ? [] : [section(`*Pages do not get through:* ${words(trouble)}.`)]),
    actions('settings.paging_actions', [
      button('Change paging', PAGING_OPEN),
      button('Send a test page', PAGING_TEST),
      button('Remove', PAGING_REMOVE, {
        about: 'Remove paging and erase its key',
        style: 'danger',
        confirm: confirm('Stop paging?', 'Nobody is paged any more, and the key is erased.', 'Remove', true),
      }),
    ]),
  ];
}

function regionOf({ kind, region }: PagerSetting): string {
  return kind === 'opsgenie' && region === 'eu' ? ' (EU)' : '';
}

const KIND_OPTIONS: Record<PagerKind, ReturnType<typeof option>> = {
  pagerduty: option('PagerDuty', 'pagerduty', 'The integration key of an Events API v2 integration'),
  opsgenie: option('Opsgenie', 'opsgenie', 'The key of an API integration'),
  webhook: option('Webhook', 'webhook', 'An https address and a secret that signs what goes there'),
};
const REGION_OPTIONS = {
  us: option('United States', 'us', 'api.opsgenie.com'),
  eu: option('European Union', 'eu', 'api.eu.opsgenie.com'),
};
/** The form; nothing secret is ever put into it. */
export function pagingForm(set: PagerSetting | null): ModalView {
  return {
    type: 'modal',
    callback_id: PAGING_FORM,
    title: plain('Paging', 24),
    submit: plain('Save', 24),
    close: plain('Cancel', 24),
    blocks: [
      input(KIND_FIELD, 'Service', {
        type: 'static_select',
        action_id: KIND_FIELD,
        options: PAGER_KINDS.map((kind) => KIND_OPTIONS[kind]),
        initial_option: KIND_OPTIONS[set?.kind ?? 'pagerduty'],
      }),
      input(
        KEY_FIELD,
        'Key',
        { type: 'plain_text_input', action_id: KEY_FIELD },
        {
          optional: set !== null,
          hint: `${set === null ? '' : 'A key is stored; leave this empty to keep it. '}Shown while you type: Slack has no masked input. Rekey keeps it sealed.`,
        },
      ),
      input(
        URL_FIELD,
        'Webhook address',
        { type: 'plain_text_input', action_id: URL_FIELD },
        {
          optional: true,
          hint: `For a webhook only.${set?.host === undefined || set.host === null ? '' : ' One is stored; leave this empty to keep it.'}`,
        },
      ),
      input(
        REGION_FIELD,
        'Opsgenie region',
        {
          type: 'static_select',
          action_id: REGION_FIELD,
          options: [REGION_OPTIONS.us, REGION_OPTIONS.eu],
          initial_option: REGION_OPTIONS[set?.region ?? 'us'],
        },
        { optional: true },
      ),
      severityField(LEAST_FIELD, 'Page from this severity', set?.least ?? null),
    ],
  };
}

export function parsePaging(view: IncomingView): Parsed<PagerInput> {
  const one = (field: string): string => view.values.get(field)?.one ?? '';
  const kind = PAGER_KINDS.find((name) => name === one(KIND_FIELD));
  if (kind === undefined) return { ok: false, errors: { [KIND_FIELD]: 'Choose a service.' } };
  const least = chosenSeverity(view, LEAST_FIELD);
  if (least === undefined) return { ok: false, errors: { [LEAST_FIELD]: 'Choose a severity.' } };
  const region = one(REGION_FIELD) === 'eu' ? 'eu' : 'us';
  return { ok: true, input: { kind, region, least, key: typed(one(KEY_FIELD)), url: typed(one(URL_FIELD)) } };
}

function typed(text: string): Secret | null {
  const clean = unquoted(text);
  return clean === '' ? null : new Secret(clean);
}
