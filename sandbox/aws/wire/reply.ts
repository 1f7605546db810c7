/** An answer ready to be sent. `errorCode` is for the request log. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly errorCode: string | null;
}
