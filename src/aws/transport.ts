import http from 'node:http';
import https from 'node:https';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** The variables of the environment that bear on AWS and proxies; read once, in `config.ts`. */
export type AwsEnvironment = Readonly<Record<string, string | undefined>>;

const CONNECT_MS = 3_000;
const REQUEST_MS = 8_000;
const PROXY_NAMES = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
] as const;

/** Connections to AWS, shared by all clients. */
export interface Transport {
  readonly handler: NodeHttpHandler;
  /** Host names and ports of the proxies in use, to tell a dead proxy from a dead network. */
  readonly proxies: readonly { readonly host: string; readonly port: number }[];
  close(): void;
}

/**
 * Keep-alive agents that honour the proxy variables (Node's own `proxyEnv`), with a limit on connecting and one on
 * the whole request. A company's CA comes in by Node's own NODE_EXTRA_CA_CERTS.
 */
export function openTransport(
  env: AwsEnvironment,
  limits: { readonly connectMs?: number; readonly requestMs?: number } = {},
): Transport {
  const proxyEnv: Record<string, string> = {};
  for (const name of PROXY_NAMES) {
    const value = env[name];
    if (value !== undefined && value !== '') proxyEnv[name] = value;
  }
  const options = { keepAlive: true, maxSockets: 50, proxyEnv };
  const httpAgent = new http.Agent(options);
  const httpsAgent = new https.Agent(options);
  return {
    handler: new NodeHttpHandler({
      httpAgent,
      httpsAgent,
      connectionTimeout: limits.connectMs ?? CONNECT_MS,
      requestTimeout: limits.requestMs ?? REQUEST_MS,
      throwOnRequestTimeout: true,
    }),
    proxies: ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].flatMap((name) => {
      const url = URL.parse(proxyEnv[name] ?? '');
      if (url === null) return [];
      return [{ host: url.hostname, port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)) }];
    }),
    close: () => {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}
