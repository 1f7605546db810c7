import type { KnownBlock } from '@slack/types';

const plain = (text: string) => ({ type: 'plain_text' as const, text, emoji: false });
const mrkdwn = (text: string) => ({ type: 'mrkdwn' as const, text });
const option = (text: string) => ({ text: plain(text), value: text });

/** A message with each block and element that the page draws, and one that it does not. */
export const everyBlock: KnownBlock[] = [
  { type: 'header', text: plain('Every block') },
  {
    type: 'section',
    text: mrkdwn(
      '*Bold*, _italic_, ~struck~, `code`, <https://example.com|a link>, <@U0ADA>, <!subteam^S0ONCALL>\n> quoted',
    ),
    accessory: { type: 'button', text: plain('Press'), action_id: 'press' },
  },
  { type: 'section', fields: [mrkdwn('*Left*\none'), mrkdwn('*Right*\ntwo')] },
  { type: 'context', elements: [mrkdwn('Since <!date^1767225600^{date_long}|the new year>')] },
  { type: 'divider' },
  {
    type: 'rich_text',
    elements: [
      {
        type: 'rich_text_section',
        elements: [
          { type: 'text', text: 'Rich ', style: { bold: true } },
          { type: 'user', user_id: 'U0ADA' },
        ],
      },
      {
        type: 'rich_text_list',
        style: 'bullet',
        elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'an item' }] }],
      },
      { type: 'rich_text_preformatted', elements: [{ type: 'text', text: '{\n  "a": 1\n}' }] },
    ],
  },
  {
    type: 'actions',
    elements: [
      { type: 'button', text: plain('Go'), style: 'primary', action_id: 'go' },
      { type: 'button', text: plain('Destroy'), style: 'danger', action_id: 'destroy' },
      { type: 'overflow', action_id: 'more', options: [option('First'), option('Second')] },
      {
        type: 'static_select',
        action_id: 'fruit',
        placeholder: plain('Fruit'),
        options: [option('Apple'), option('Pear')],
      },
    ],
  },
  {
    type: 'input',
    label: plain('Words'),
    element: { type: 'plain_text_input', action_id: 'words', multiline: true },
  },
  { type: 'input', label: plain('One person'), element: { type: 'users_select', action_id: 'person' } },
  {
    type: 'input',
    label: plain('Channels'),
    element: { type: 'multi_conversations_select', action_id: 'channels' },
  },
  { type: 'input', label: plain('Day'), element: { type: 'datepicker', action_id: 'day' } },
  {
    type: 'input',
    label: plain('Size'),
    element: { type: 'radio_buttons', action_id: 'size', options: [option('Small'), option('Large')] },
  },
  {
    type: 'input',
    label: plain('Toppings'),
    optional: true,
    element: { type: 'checkboxes', action_id: 'toppings', options: [option('Nuts'), option('Seeds')] },
  },
  { type: 'markdown', text: '# Not for this page' },
];
