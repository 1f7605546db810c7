import { fetch as undiciFetch, type EnvHttpProxyAgent } from 'undici';
import type { Config } from '../config.ts';
import type { Clock } from '../ports/world.ts';
import { failed, ok, warning, type Finding } from './finding.ts';

/** Slack's and AWS's signatures allow five minutes. */
const TOO_MUCH_MS = 5 * 60_000;
/** A `Date` has whole seconds, and its way takes a moment. */
const NOTICEABLE_MS = 10_000;
const SLACK = 'https://slack.com/api/';

/** Compares our clock with the `Date` that Slack and AWS put on any answer, also on a refusal. */
export async function checkClocks(
  config: Config,
  dispatcher: EnvHttpProxyAgent,
  clock: Clock,
): Promise<Finding[]> {
  const places = [
    { name: 'Slack', url: new URL('auth.test', config.slackApiUrl ?? SLACK) },
    { name: 'AWS', url: stsAddress(config.passThrough) },
  ];
  return Promise.all(
    places.map(async ({ name, url }) => {
      const what = `Clock beside ${name}`;
      try {
        const before = clock.now();
        const answer = await undiciFetch(url, {
          dispatcher,
          redirect: 'manual',
          signal: AbortSignal.timeout(8_000),
        });
        const now = (before + clock.now()) / 2;
        await answer.body?.cancel();
        const theirs = Date.parse(answer.headers.get('date') ?? '');
        return Number.isNaN(theirs)
          ? warning(
              what,
              'The answer had no date.',
              'Something between here and there changes answers: a proxy?',
            )
          : judged(what, now - theirs);
      } catch {
        const mend =
          'Look at the network, the proxy (HTTPS_PROXY, NO_PROXY) and its certificate (NODE_EXTRA_CA_CERTS).';
        return failed(what, `${url.host} does not answer.`, mend);
      }
    }),
  );
}

function judged(what: string, offsetMs: number): Finding {
  const seconds = Math.round(Math.abs(offsetMs) / 1_000);
  const direction = offsetMs > 0 ? 'ahead' : 'behind';
  const mend = 'Synchronise the clock of this host (NTP).';
  if (Math.abs(offsetMs) >= TOO_MUCH_MS) {
    return failed(what, `This host’s clock is ${seconds} s ${direction}: signatures are refused.`, mend);
  }
  return Math.abs(offsetMs) >= NOTICEABLE_MS
    ? warning(what, `This host’s clock is ${seconds} s ${direction}.`, mend)
    : ok(what, 'The same to a few seconds.');
}

/** Where STS answers for the host's region. */
function stsAddress(env: Readonly<Record<string, string>>): URL {
  const endpoint = env['AWS_ENDPOINT_URL_STS'] || env['AWS_ENDPOINT_URL'];
  if (endpoint !== undefined && URL.canParse(endpoint)) return new URL(endpoint);
  const region = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || 'us-east-1';
  return new URL(`https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`);
}
