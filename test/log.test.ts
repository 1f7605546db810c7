import { Writable } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogLevel as BoltLevel } from '@slack/bolt';
import { Secret } from '../src/domain/secret.ts';
import { RekeyError } from '../src/errors.ts';
import { boltLogger, createLog } from '../src/log.ts';
import type { LogLevel } from '../src/log.ts';
import type { Log } from '../src/ports/world.ts';

const CANARY = 'c4n4ryWJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPL';

/** A log whose text is kept. */
function captured(level: LogLevel = 'trace'): {
  log: Log;
  text: () => string;
  lines: () => Record<string, unknown>[];
} {
  let text = '';
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const lines = () =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log: createLog({ level, destination }), text: () => text, lines };
}

/** What one field looks like in the log. */
function logged(value: unknown): unknown {
  const { log, lines } = captured();
  log.info('m', { value });
  return lines()[0]?.['value'];
}

describe('lines', () => {
  test('are JSON with time, level, message and fields', () => {
    const { log, lines } = captured();
    log.warn('Something happened.', { connectionId: 'c1', count: 3 });
    expect(lines()).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        message: 'Something happened.',
        connectionId: 'c1',
        count: 3,
      },
    ]);
  });

  test('below the level are not written', () => {
    const { log, lines } = captured('warn');
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d');
    expect(lines().map((line) => line['message'])).toEqual(['c', 'd']);
  });

  test('of `with` carry its fields, redacted', () => {
    const { log, text, lines } = captured();
    log.with({ job: 'j1', token: CANARY }).with({ attempt: 2 }).info('m', { x: 1 });
    expect(lines()[0]).toMatchObject({ job: 'j1', token: '[cut]', attempt: 2, x: 1 });
    expect(text()).not.toContain(CANARY);
  });

  test('keep their own time, level and message', () => {
    const { log, lines } = captured();
    log.info('m', { time: 1, level: 'x', message: 'y' });
    expect(lines()[0]).toMatchObject({ level: 'info', message: 'm', time_: 1, level_: 'x', message_: 'y' });
  });

  test('mask the message too', () => {
    const { log, text } = captured();
    log.info(`Slack said no to xoxb-1-${CANARY}`);
    expect(text()).toContain('Slack said no to [slack token]');
  });
});

describe('values', () => {
  test('a Secret prints as [secret], anywhere', () => {
    const secret = new Secret(CANARY);
    expect(logged({ a: [secret, new Map([['x', secret]]), new Set([secret])] })).toEqual({
      a: ['[secret]', { x: '[secret]' }, ['[secret]']],
    });
  });

  test.each([
    'secret',
    'SecretAccessKey',
    'secret_access_key',
    'aws-secret-access-key',
    'clientSecret',
    'token',
    'SLACK_BOT_TOKEN',
    'sessionToken',
    'password',
    'Authorization',
    'cookie',
    'set-cookie',
    'X-Slack-Signature',
    'response_url',
    'credentials',
    'masterKeys',
    'wrappedKey',
    'ciphertext',
    'body',
  ])('a field called %s is cut, whole', (name) => {
    expect(logged({ deep: [{ [name]: CANARY }] })).toEqual({ deep: [{ [name]: '[cut]' }] });
    expect(logged({ [name]: { anything: [CANARY] } })).toEqual({ [name]: '[cut]' });
    expect(logged(new Map([[name, CANARY]]))).toEqual({ [name]: '[cut]' });
    expect(logged([name, CANARY])).toEqual([name, '[cut]']);
  });

  test('names that only resemble those stay, and so does whether there is a secret', () => {
    const fine = {
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      masterKeyId: 'ab',
      userId: 'U1',
      hasSecret: true,
      token: null,
    };
    expect(logged(fine)).toEqual(fine);
  });

  test('odd values print as something', () => {
    expect(
      logged({
        big: 12n,
        nan: Number.NaN,
        date: new Date(0),
        never: new Date(Number.NaN),
        url: new URL('postgres://u:pw@h/d'),
        bytes: Buffer.from(CANARY),
        fn: () => CANARY,
        symbol: Symbol(CANARY),
        nothing: null,
      }),
    ).toEqual({
      big: '12',
      nan: 'NaN',
      date: '1970-01-01T00:00:00.000Z',
      never: 'Invalid Date',
      url: 'postgres://u:[cut]@h/d',
      bytes: '[40 bytes]',
      fn: '[function]',
      symbol: '[symbol]',
      nothing: null,
    });
  });

  test('cycles, throwing getters and hostile proxies do not stop a line', () => {
    const cyclic: Record<string, unknown> = { name: 'a' };
    cyclic['self'] = cyclic;
    const thrower = {
      get bad(): string {
        throw new Error(CANARY);
      },
      good: 1,
    };
    const proxy = new Proxy(
      {},
      {
        ownKeys() {
          throw new Error(CANARY);
        },
      },
    );
    expect(logged({ cyclic, thrower, proxy })).toEqual({
      cyclic: { name: 'a', self: '[circular]' },
      thrower: { bad: '[unreadable]', good: 1 },
      proxy: '[unreadable]',
    });
  });

  test('the same object twice is no cycle', () => {
    const shared = { x: 1 };
    expect(logged([shared, shared])).toEqual([{ x: 1 }, { x: 1 }]);
  });

  test('toJSON is not asked', () => {
    expect(logged({ toJSON: () => CANARY, a: 1 })).toEqual({ toJSON: '[function]', a: 1 });
  });

  test('depth, breadth and length are bounded', () => {
    let deep: unknown = 'bottom';
    for (let level = 0; level < 1_000; level += 1) deep = [deep];
    const wide = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, index) => [`k${index}`, 'word '.repeat(2_000)]),
    );
    const { log, text } = captured();
    log.info('m', {
      deep,
      wide,
      list: Array.from({ length: 100_000 }, () => wide),
      long: 'x'.repeat(10_000_000),
    });
    expect(text().length).toBeLessThan(100_000);
    expect(text()).toContain('[deeper]');
  });

  test('a field called __proto__ stays a field', () => {
    const { log, text } = captured();
    log.info('m', { value: JSON.parse('{"__proto__": {"x": 1}}') as unknown });
    expect(text()).toContain('"__proto__":{"x":1}');
  });
});

describe('errors', () => {
  test('are name, message, code, stack and causes, and nothing else', () => {
    const cause = Object.assign(new Error('inner'), { code: 'ECONNRESET', $response: { body: CANARY } });
    const error = Object.assign(new RekeyError('unreachable', 'outer', { cause }), {
      data: { original: CANARY },
      body: { view: CANARY },
    });
    expect(logged(error)).toEqual({
      name: 'RekeyError',
      message: 'outer',
      code: 'unreachable',
      stack: expect.stringContaining('log.test.ts'),
      cause: { name: 'Error', message: 'inner', code: 'ECONNRESET', stack: expect.any(String) },
    });
  });

  test('are masked in message, stack and cause', () => {
    const error = new Error(`bad xoxb-${CANARY}`, { cause: `secret=${CANARY}` });
    const { log, text } = captured();
    log.error(error.message, { error });
    expect(text()).not.toContain(CANARY);
  });

  test('of Node, with several addresses tried, list each', () => {
    const error = new AggregateError(
      [Object.assign(new Error('v4'), { code: 'ECONNREFUSED' }), new Error('v6')],
      '',
    );
    expect(logged(error)).toMatchObject({
      errors: [{ message: 'v4', code: 'ECONNREFUSED' }, { message: 'v6' }],
    });
  });

  test('whose cause is an object or themselves do not carry it along', () => {
    const error = new Error('outer', { cause: { response: CANARY } });
    expect(logged(error)).toMatchObject({ cause: '[object]' });
    const loop = new Error('loop');
    loop.cause = loop;
    expect(logged(loop)).toMatchObject({ message: 'loop', cause: '[circular]' });
  });
});

describe('nothing with a canary gets through', () => {
  const secretField = fc.record({
    name: fc.constantFrom('secret', 'SecretAccessKey', 'api_token', 'PASSWORD', 'authorization', 'cookie'),
    value: fc.constantFrom<unknown>(CANARY, [CANARY], { a: { b: CANARY } }, new Map([[1, CANARY]])),
  });
  const leaf = fc.oneof(
    fc.constant(new Secret(CANARY)),
    secretField.map(({ name, value }) => ({ [name]: value })),
    secretField.map(({ name, value }) => new Map([[name, value]])),
    fc.constant(Object.assign(new Error('failed'), { $response: CANARY, config: { secret: CANARY } })),
    fc.constantFrom(`xoxb-${CANARY}`, `secretAccessKey: ${CANARY}`, `postgres://u:${CANARY}@h/d`),
    fc.anything({ withBigInt: true, withMap: true, withSet: true, withTypedArray: true, withDate: true }),
  );
  const { graph } = fc.letrec<{ graph: unknown }>((tie) => ({
    graph: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      leaf,
      fc.array(tie('graph'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('graph'), { maxKeys: 4 }),
      tie('graph').map((inner) => new Map([['inner', inner]])),
      tie('graph').map((inner) => new Error('outer', { cause: inner })),
    ),
  }));

  test('in any object graph', () => {
    fc.assert(
      fc.property(graph, (value) => {
        const { log, text, lines } = captured();
        log.info('m', { value });
        log.with({ value }).error('m', { error: value });
        expect(text()).not.toContain('c4n4ry');
        expect(lines()).toHaveLength(2);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the logger of Bolt', () => {
  test('drops debug messages whatever level is asked for', () => {
    const { log, text } = captured('trace');
    const logger = boltLogger(log);
    logger.setLevel('debug' as BoltLevel);
    expect(logger.getLevel()).toBe('info');
    logger.debug(`Received a payload: {"view":{"state":"${CANARY}"}}`);
    expect(text()).toBe('');
  });

  test('passes texts and errors, and leaves objects out', () => {
    const { log, text, lines } = captured();
    const logger = boltLogger(log);
    logger.setName('web-api');
    const error = Object.assign(new Error('An API error occurred: invalid_auth'), { data: { body: CANARY } });
    logger.error('Slack API error', error, { payload: CANARY });
    logger.error(error);
    logger.info('Now connected to Slack', 1);
    expect(lines()).toMatchObject([
      { level: 'error', message: 'Slack API error', from: 'web-api', leftOut: 1 },
      { level: 'error', message: 'An API error occurred: invalid_auth' },
      { level: 'info', message: 'Now connected to Slack 1' },
    ]);
    expect(text()).not.toContain(CANARY);
  });

  test('may be set stricter', () => {
    const { log, lines } = captured();
    const logger = boltLogger(log);
    logger.setLevel('error' as BoltLevel);
    logger.info('a');
    logger.warn('b');
    logger.error('c');
    expect(lines().map((line) => line['message'])).toEqual(['c']);
    expect(logger.getLevel()).toBe('error');
  });
});
