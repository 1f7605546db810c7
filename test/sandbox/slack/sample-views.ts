import type { HomeView, KnownBlock, ModalView } from '@slack/types';

/** Views and messages for the tests of the stand-in. */

export function plain(text: string) {
  return { type: 'plain_text' as const, text };
}

export const connectModal: ModalView = {
  type: 'modal',
  callback_id: 'connect',
  title: plain('Connect AWS'),
  submit: plain('Verify'),
  close: plain('Cancel'),
  notify_on_close: true,
  private_metadata: 'draft-1',
  blocks: [
    {
      type: 'input',
      block_id: 'name',
      label: plain('Connection name'),
      element: { type: 'plain_text_input', action_id: 'name', min_length: 2, max_length: 20 },
    },
    {
      type: 'input',
      block_id: 'description',
      optional: true,
      label: plain('Description'),
      element: { type: 'plain_text_input', action_id: 'description' },
    },
    {
      type: 'input',
      block_id: 'method',
      dispatch_action: true,
      label: plain('Method'),
      element: {
        type: 'radio_buttons',
        action_id: 'method',
        initial_option: { text: plain('IAM role'), value: 'role' },
        options: [
          { text: plain('IAM role'), value: 'role' },
          { text: plain('Access key'), value: 'key' },
        ],
      },
    },
    {
      type: 'input',
      block_id: 'channel',
      optional: true,
      label: plain('Alert channel'),
      element: {
        type: 'conversations_select',
        action_id: 'channel',
        filter: { include: ['public', 'private'], exclude_external_shared_channels: true },
      },
    },
    {
      type: 'input',
      block_id: 'owners',
      optional: true,
      label: plain('Owners'),
      element: { type: 'multi_users_select', action_id: 'owners' },
    },
    {
      type: 'input',
      block_id: 'region',
      optional: true,
      label: plain('Default region'),
      element: { type: 'external_select', action_id: 'region', min_query_length: 0 },
    },
    {
      type: 'actions',
      block_id: 'more',
      elements: [{ type: 'button', action_id: 'templates', text: plain('Show templates') }],
    },
  ],
};

export const keyModal: ModalView = {
  ...connectModal,
  blocks: [
    ...connectModal.blocks,
    {
      type: 'input',
      block_id: 'key-id',
      label: plain('Access key ID'),
      element: { type: 'plain_text_input', action_id: 'key-id' },
    },
  ],
};

export function loadingModal(words: string): ModalView {
  return { type: 'modal', title: plain('Rekey'), blocks: [{ type: 'section', text: plain(words) }] };
}

export const home: HomeView = {
  type: 'home',
  blocks: [
    { type: 'header', text: plain('Connections') },
    ...['prod', 'stage'].flatMap((name): KnownBlock[] => [
      {
        type: 'section',
        block_id: name,
        text: { type: 'mrkdwn', text: `*${name}*` },
        accessory: {
          type: 'overflow',
          action_id: 'menu',
          options: [
            { text: plain('Test'), value: `test-${name}` },
            { text: plain('Edit'), value: `edit-${name}` },
          ],
        },
      },
      {
        type: 'actions',
        block_id: `${name}-buttons`,
        elements: [
          {
            type: 'button',
            action_id: 'disconnect',
            value: name,
            style: 'danger',
            text: plain('Disconnect'),
            confirm: {
              title: plain('Disconnect?'),
              text: plain(`${name} goes.`),
              confirm: plain('Yes'),
              deny: plain('No'),
            },
          },
        ],
      },
    ]),
  ],
};

export const alertBlocks: KnownBlock[] = [
  { type: 'section', text: { type: 'mrkdwn', text: 'Key *AKIA…7EX* is old' } },
  {
    type: 'actions',
    block_id: 'act',
    elements: [{ type: 'button', action_id: 'reactivate', value: 'k1', text: plain('Reactivate') }],
  },
];
