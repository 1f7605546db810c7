import type { Caller } from './auth/authenticate.ts';
import type { Circumstances } from './auth/authorise.ts';
import type { AwsError } from './aws-error.ts';
import type { RawRequest } from './wire/raw-request.ts';
import type { Reply } from './wire/reply.ts';
import type { World } from './world.ts';

/** A request that is authenticated and about to be carried out. */
export interface Order {
  readonly world: World;
  readonly caller: Caller;
  readonly request: RawRequest;
  readonly action: string | null;
  readonly circumstances: Circumstances;
  readonly requestId: string;
  readonly pageSize: number;
}

/** One AWS service. A new one is a new file, and a line in the registry. */
export interface Service {
  /** Its name in the credential scope and before the colon of its actions. */
  readonly name: string;
  /** Signed for the home region of the partition, wherever the client is. */
  readonly global: boolean;
  /** Whether a request is of this service by its own shape, before any signature is read. */
  readonly recognises: (request: RawRequest) => boolean;
  /** Actions on data: CloudTrail's event history does not have them. */
  readonly dataActions?: ReadonlySet<string>;
  /** Waits before the request is carried out, as a long poll does. */
  readonly waits?: (order: Pick<Order, 'world' | 'caller' | 'request' | 'action'>) => Promise<void>;
  /** The action a request names, or null. */
  readonly actionOf: (request: RawRequest) => string | null;
  /** The parameters as CloudTrail writes them down, without secrets. */
  readonly parametersOf: (request: RawRequest) => Readonly<Record<string, unknown>>;
  /** Authorises and carries out; throws AwsError. */
  readonly perform: (order: Order) => Reply;
  /** Words an error in the service's protocol. */
  readonly refuse: (error: AwsError, requestId: string) => Reply;
}
