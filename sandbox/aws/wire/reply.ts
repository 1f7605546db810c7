/** An answer ready to be sent. `errorCode` is for the request log. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly errorCode: string | null;
  /** What CloudTrail may write down of an answer, in the service's own names. */
  readonly elements?: Readonly<Record<string, unknown>> | null;
}
