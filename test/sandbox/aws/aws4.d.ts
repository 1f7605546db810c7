/** The part of `aws4` that the tests use; the package brings no types. */
declare module 'aws4' {
  interface SignableRequest {
    host: string;
    method?: string;
    path?: string;
    service: string;
    region: string;
    headers?: Record<string, string>;
    body?: string;
  }

  interface Credentials {
    accessKeyId: string;
    secretAccessKey: string;
    sessionToken?: string;
  }

  export function sign(
    request: SignableRequest,
    credentials: Credentials,
  ): SignableRequest & { headers: Record<string, string> };
}
