import { AwsError } from '../aws-error.ts';
import { requireAllowed } from '../auth/authorise.ts';
import { defaultRegions, regionsOf } from '../accounts/regions.ts';
import type { Service } from '../service.ts';
import { header } from '../wire/raw-request.ts';
import type { RawRequest } from '../wire/raw-request.ts';
import { toXml } from '../wire/xml.ts';

const version = '2016-11-15';
const namespace = `http://ec2.amazonaws.com/doc/${version}/`;

// EC2 has its own names for the refusals all services share.
const names: ReadonlyMap<string, string> = new Map([
  ['InvalidClientTokenId', 'AuthFailure'],
  ['SignatureDoesNotMatch', 'AuthFailure'],
  ['ExpiredToken', 'RequestExpired'],
  ['AccessDenied', 'UnauthorizedOperation'],
  ['Throttling', 'RequestLimitExceeded'],
  ['ServiceFailure', 'InternalError'],
]);

function form(request: RawRequest): URLSearchParams {
  const type = header(request, 'content-type') ?? '';
  const isForm = type.startsWith('application/x-www-form-urlencoded');
  return new URLSearchParams(isForm ? request.body.toString('utf8') : request.query);
}

/** EC2, of which there is DescribeRegions: without `AllRegions` the enabled ones. */
export const ec2: Service = {
  name: 'ec2',
  global: false,
  recognises: (request) => form(request).get('Version') === version,
  actionOf: (request) => form(request).get('Action'),
  parametersOf: () => ({}),
  perform: ({ caller, circumstances, action, request, requestId }) => {
    if (action !== 'DescribeRegions') {
      throw new AwsError(
        'InvalidAction',
        400,
        `The action ${action ?? ''} is not valid for this web service.`,
      );
    }
    requireAllowed(caller, circumstances, 'ec2:DescribeRegions', { resource: '*' });
    const { account } = caller.principal;
    const all = form(request).get('AllRegions') === 'true';
    const byDefault = defaultRegions(account.partition);
    const items = regionsOf(account.partition)
      .filter((region) => all || account.regions.has(region))
      .map((region) => {
        const status = byDefault.includes(region)
          ? 'opt-in-not-required'
          : account.regions.has(region)
            ? 'opted-in'
            : 'not-opted-in';
        return `<item>${toXml({ regionName: region, regionEndpoint: `ec2.${region}.amazonaws.com`, optInStatus: status })}</item>`;
      });
    return {
      status: 200,
      contentType: 'text/xml',
      errorCode: null,
      body: `<DescribeRegionsResponse xmlns="${namespace}"><requestId>${requestId}</requestId><regionInfo>${items.join('')}</regionInfo></DescribeRegionsResponse>`,
    };
  },
  refuse: (error, requestId) => {
    const code = names.get(error.code) ?? error.code;
    const content = toXml({ Code: code, Message: error.message });
    return {
      status: error.status,
      contentType: 'text/xml',
      errorCode: code,
      body: `<Response><Errors><Error>${content}</Error></Errors><RequestID>${requestId}</RequestID></Response>`,
    };
  },
};
