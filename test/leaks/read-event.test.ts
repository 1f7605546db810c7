import { describe, expect, test } from 'vitest';
import { readMessageEvent, type OurselvesInSlack } from '../../src/leaks/read-event.ts';

const US: OurselvesInSlack = { teamId: 'T1', appId: 'A1', botId: 'B1', botUserId: 'U1' };
const POST = { type: 'message', channel: 'C1', user: 'U2', ts: '1.000001', text: 'words' };

function read(event: object, body: object = {}): ReturnType<typeof readMessageEvent> {
  return readMessageEvent({ team_id: 'T1', api_app_id: 'A1', event, ...body }, US);
}

describe('an event of a message', () => {
  test('tells where it is and whose, without its words', () => {
    expect(read({ ...POST, subtype: 'thread_broadcast', thread_ts: '0.000001' })).toEqual({
      what: 'said',
      text: 'words',
      message: {
        channelId: 'C1',
        ts: '1.000001',
        threadTs: '0.000001',
        shared: false,
        author: { kind: 'person', userId: 'U2', foreign: false },
      },
    });
    const shared = { team_id: 'T9', authorizations: [{ team_id: 'T1' }], is_ext_shared_channel: true };
    expect(read({ ...POST, user_team: 'T9' }, shared)).toMatchObject({
      message: { shared: true, author: { kind: 'person', foreign: true } },
    });
    const bot = { bot_id: 'B2', bot_profile: { name: 'ci', app_id: 'A2' } };
    const app = { kind: 'app', id: 'B2' };
    expect(read({ ...POST, ...bot })).toMatchObject({ message: { author: { ...app, name: 'ci' } } });
    // It may call itself otherwise in each message.
    expect(read({ ...POST, ...bot, username: 'x' })).toMatchObject({
      message: { author: { ...app, name: 'x' } },
    });
    expect(read({ ...POST, user: 'USLACKBOT' })).toMatchObject({ message: { author: { kind: 'nobody' } } });
  });

  test('tells what became of one', () => {
    const previous = { ...POST, text: 'before' };
    const change = { ...POST, subtype: 'message_changed', ts: '2.0', previous_message: previous };
    expect(read({ ...change, message: POST })).toMatchObject({
      what: 'changed',
      text: 'words',
      before: 'before',
    });
    expect(read({ ...change, message: POST, previous_message: undefined })).toMatchObject({ before: null });
    const stone = { ...POST, subtype: 'tombstone', text: 'This message was deleted.' };
    expect(read({ ...change, message: stone })).toMatchObject({
      what: 'deleted',
      message: { ts: '1.000001' },
    });
    const gone = {
      type: 'message',
      subtype: 'message_deleted',
      channel: 'C1',
      deleted_ts: '1.000001',
      ts: '2.0',
    };
    expect(read(gone)).toMatchObject({ what: 'deleted', before: null, message: { ts: '1.000001' } });
    expect(read({ ...gone, previous_message: previous })).toMatchObject({ before: 'before' });
  });

  test.each<[string, object, object?]>([
    ['of another workspace', POST, { team_id: 'T9', authorizations: [{ team_id: 'T9' }] }],
    ['for another app', POST, { api_app_id: 'A9' }],
    ['of our own, by bot', { ...POST, bot_id: 'B1' }],
    ['of our own, by user', { ...POST, user: 'U1' }],
    ['of our own, by app', { ...POST, bot_id: 'B7', bot_profile: { app_id: 'A1' } }],
    ['of our own, changed', { ...POST, subtype: 'message_changed', message: { ...POST, bot_id: 'B1' } }],
    ['in a direct message', { ...POST, channel: 'D1' }],
    ['that an answer came', { ...POST, subtype: 'message_replied' }],
    ['without a timestamp', { ...POST, ts: undefined }],
    ['of another kind', { ...POST, type: 'reaction_added' }],
    ['of no shape', {}],
  ])('%s is left alone', (_, event, body) => expect(read(event, body ?? {})).toBeNull());

  test('of no shape at all is left alone', () => {
    for (const odd of [null, undefined, 1, 'x', [], { event: null }, { event: [] }]) {
      expect(readMessageEvent(odd, US)).toBeNull();
    }
  });
});
