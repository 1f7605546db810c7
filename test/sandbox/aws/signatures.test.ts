import { sign } from 'aws4';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { ListUsersCommand } from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import type { AwsStandIn } from '../../../sandbox/aws/stand-in.ts';
import { failure, iamClient, stsClient } from './clients.ts';
import type { Keys } from './clients.ts';
import { stage } from './world.ts';

const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key ' +
  'and signing method. Consult the service documentation for details.';

const whoAmI = 'Action=GetCallerIdentity&Version=2011-06-15';

interface Signed {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** Signs with `aws4`, which shares no code with the SDK or with us. */
function signed(
  standIn: AwsStandIn,
  keys: Keys,
  change: {
    service?: string;
    region?: string;
    path?: string;
    headers?: Record<string, string>;
    body?: string;
  } = {},
): Signed {
  const body = change.path === undefined ? (change.body ?? whoAmI) : undefined;
  const request = sign(
    {
      host: new URL(standIn.url).host,
      service: change.service ?? 'sts',
      region: change.region ?? 'eu-central-1',
      method: body === undefined ? 'GET' : 'POST',
      path: change.path ?? '/',
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' }),
        ...change.headers,
      },
      ...(body === undefined ? {} : { body }),
    },
    { ...keys },
  );
  return {
    method: request.method ?? 'GET',
    path: request.path ?? '/',
    headers: request.headers,
    ...(body === undefined ? {} : { body }),
  };
}

async function send(
  standIn: AwsStandIn,
  request: Signed,
): Promise<{ status: number; code: string; message: string }> {
  const { Host: _host, 'Content-Length': _length, ...headers } = request.headers;
  const response = await fetch(standIn.url + request.path, {
    method: request.method,
    headers,
    ...(request.body === undefined ? {} : { body: request.body }),
  });
  const text = await response.text();
  const element = (name: string): string => new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(text)?.[1] ?? '';
  return {
    status: response.status,
    code: element('Code'),
    message: element('Message').replaceAll('&quot;', '"'),
  };
}

test('a second signer agrees: POST, GET with a query, odd characters, repeated blanks in headers', async () => {
  await using set = await stage();
  const { standIn, admin } = set;
  const requests = [
    signed(standIn, admin),
    signed(standIn, admin, { path: `/?${whoAmI}&Unused=a%20b%2Bc~*%27&Unused=&B` }),
    signed(standIn, admin, { headers: { 'X-Amz-Note': 'a   b', 'X-Other': 'c' } }),
    signed(standIn, admin, { path: `/a/../b%20c/./d?${whoAmI}` }),
  ];
  for (const request of requests) expect(await send(standIn, request)).toMatchObject({ status: 200 });
});

test('a body, query, path or header that was changed on the way does not match', async () => {
  await using set = await stage();
  const { standIn } = set;
  const change = async (tamper: (request: Signed) => Signed): Promise<unknown> => {
    const keys = set.account.addUser(`user-${standIn.requests.length}`).addKey();
    return send(standIn, tamper(signed(standIn, keys, { headers: { 'X-Amz-Note': 'a' } })));
  };
  const refused = { status: 403, code: 'SignatureDoesNotMatch', message: mismatch };
  expect(await change((request) => request)).toMatchObject({ status: 200 });
  expect(await change((request) => ({ ...request, body: `${whoAmI}&More=1` }))).toEqual(refused);
  expect(await change((request) => ({ ...request, path: '/?More=1' }))).toEqual(refused);
  expect(await change((request) => ({ ...request, path: '/elsewhere' }))).toEqual(refused);
  const note = { 'X-Amz-Note': 'b' };
  expect(await change((request) => ({ ...request, headers: { ...request.headers, ...note } }))).toEqual(
    refused,
  );
});

test('an x-amz header that is not signed is refused', async () => {
  await using set = await stage();
  const request = signed(set.standIn, set.admin);
  const headers = { ...request.headers, 'x-amz-extra': 'slipped in' };
  expect(await send(set.standIn, { ...request, headers })).toEqual({
    status: 403,
    code: 'SignatureDoesNotMatch',
    message: "'x-amz-extra' must be a 'SignedHeader' in the AWS Authorization.",
  });
});

test('an unsigned request misses its authentication token', async () => {
  await using set = await stage();
  const { body, method } = signed(set.standIn, set.admin);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  expect(
    await send(set.standIn, { method, path: '/', headers, ...(body === undefined ? {} : { body }) }),
  ).toEqual({
    status: 403,
    code: 'MissingAuthenticationToken',
    message: 'Request is missing Authentication Token',
  });
});

test('a malformed header is an incomplete signature, and is not echoed', async () => {
  await using set = await stage();
  const request = signed(set.standIn, set.admin);
  const malformed = async (change: (header: string) => string, dropDate = false): Promise<unknown> => {
    const { 'X-Amz-Date': date = '', Authorization = '', ...headers } = request.headers;
    const dated = dropDate ? {} : { 'X-Amz-Date': date };
    return send(set.standIn, {
      ...request,
      headers: { ...headers, ...dated, Authorization: change(Authorization) },
    });
  };
  const refused = (start: string): unknown => ({
    status: 400,
    code: 'IncompleteSignature',
    message: expect.stringMatching(new RegExp(`^${start}.* Authorization=[A-Za-z0-9+/]{43}=$`)) as string,
  });
  expect(await malformed((header) => header.replace(/Signature=\w+/, ''))).toEqual(
    refused("Authorization header requires 'Signature' parameter."),
  );
  expect(await malformed((header) => header.replace(/Credential=[^,]+/, 'Credential='))).toEqual(
    refused("Authorization header requires 'Credential' parameter."),
  );
  expect(await malformed((header) => header.replace('/aws4_request', ''))).toEqual(
    refused('Credential must have exactly 5 slash-delimited elements'),
  );
  expect(await malformed((header) => header.replace('AWS4-HMAC-SHA256', 'Bearer'))).toEqual(
    refused("Unsupported AWS 'algorithm': 'Bearer'."),
  );
  expect(await malformed((header) => header, true)).toEqual(
    refused("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."),
  );
});

test('the scope must name the service, a region there is, the day and the terminator', async () => {
  await using set = await stage();
  const { standIn, admin } = set;
  const refusal = async (request: Signed): Promise<string> => {
    const refused = await send(standIn, request);
    expect(refused).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    return refused.message;
  };
  const rewritten = (from: RegExp, to: string): Signed => {
    const request = signed(standIn, admin);
    const Authorization = (request.headers['Authorization'] ?? '').replace(from, to);
    return { ...request, headers: { ...request.headers, Authorization } };
  };
  expect(await refusal(signed(standIn, admin, { service: 'iam', region: 'us-east-1' }))).toBe(
    "Credential should be scoped to correct service: 'sts'.",
  );
  expect(await refusal(signed(standIn, admin, { region: 'eu-nowhere-1' }))).toBe(
    "Credential should be scoped to a valid Region, not 'eu-nowhere-1'.",
  );
  expect(await refusal(rewritten(/aws4_request/, 'aws5_request'))).toBe(
    "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'.",
  );
  expect(await refusal(rewritten(/\/\d{8}\//, '/20200101/'))).toMatch(
    /^Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20200101' != '\d{8}'/,
  );
});

test('IAM is signed for the home region of its partition only', async () => {
  await using set = await stage();
  const elsewhere = iamClient({ ...set.where, region: 'eu-west-1' }, set.admin);
  expect(await failure(elsewhere.send(new ListUsersCommand({})))).toEqual({
    name: 'SignatureDoesNotMatch',
    status: 403,
    message: "Credential should be scoped to a valid Region, not 'eu-west-1'.",
  });
});

test('STS answers in every region of the partition', async () => {
  await using set = await stage();
  for (const region of ['us-east-1', 'ap-southeast-7', 'me-central-1']) {
    const identity = await stsClient({ ...set.where, region }, set.admin).send(
      new GetCallerIdentityCommand({}),
    );
    expect(identity.Account).toBe(set.account.id);
  }
});

test('a clock more than five minutes off is told apart from a wrong secret by the text alone', async () => {
  await using set = await stage();
  const { standIn, admin, time } = set;
  const at = (ms: number): Record<string, string> => ({
    'X-Amz-Date': new Date(time.now + ms).toISOString().replaceAll(/[-:]|\.\d+/g, ''),
  });
  const minutes = 60_000;
  const sent = (ms: number): ReturnType<typeof send> =>
    send(standIn, signed(standIn, admin, { headers: at(ms) }));
  expect(await sent(-4.9 * minutes)).toMatchObject({ status: 200 });
  expect(await sent(4.9 * minutes)).toMatchObject({ status: 200 });
  const stamp = String.raw`\d{8}T\d{6}Z`;
  expect(await sent(-6 * minutes)).toEqual({
    status: 403,
    code: 'SignatureDoesNotMatch',
    message: expect.stringMatching(
      new RegExp(
        String.raw`^Signature expired: ${stamp} is now earlier than ${stamp} \(${stamp} - 5 min\.\)$`,
      ),
    ) as string,
  });
  expect(await sent(6 * minutes)).toEqual({
    status: 403,
    code: 'SignatureDoesNotMatch',
    message: expect.stringMatching(
      new RegExp(
        String.raw`^Signature not yet current: ${stamp} is still later than ${stamp} \(${stamp} \+ 5 min\.\)$`,
      ),
    ) as string,
  });
});

test("the SDK learns our time from the answer's date and corrects itself", async () => {
  await using set = await stage();
  set.time.advance(60 * 60_000);
  const client = stsClient({ endpoint: set.standIn.url }, set.admin);
  expect(await failure(client.send(new GetCallerIdentityCommand({})))).toMatchObject({
    name: 'SignatureDoesNotMatch',
    message: expect.stringMatching(/^Signature expired/) as string,
  });
  const identity = await client.send(new GetCallerIdentityCommand({}));
  expect(identity.Account).toBe(set.account.id);
});

test('after a wrong secret the right one fails too, for five seconds', async () => {
  await using set = await stage();
  const { where, admin, time } = set;
  const right = stsClient(where, admin);
  const wrong = stsClient(where, { ...admin, secretAccessKey: 'x'.repeat(40) });
  const refused = { name: 'SignatureDoesNotMatch', status: 403, message: mismatch };
  expect(await failure(wrong.send(new GetCallerIdentityCommand({})))).toEqual(refused);
  time.advance(4900);
  expect(await failure(right.send(new GetCallerIdentityCommand({})))).toEqual(refused);
  time.advance(200);
  expect(await right.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: set.account.id });
});

test('the memory of a wrong secret is kept per key', async () => {
  await using set = await stage();
  const other = set.account.addUser('other').addKey();
  const wrong = stsClient(set.where, { ...set.admin, secretAccessKey: 'x'.repeat(40) });
  await failure(wrong.send(new GetCallerIdentityCommand({})));
  expect(await stsClient(set.where, other).send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: set.account.id,
  });
});
