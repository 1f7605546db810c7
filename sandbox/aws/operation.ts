import type { Caller } from './auth/authenticate.ts';
import type { Access, Circumstances } from './auth/authorise.ts';
import type { World } from './world.ts';

/** One authenticated call of an operation. */
export interface Call<Input> {
  readonly world: World;
  readonly caller: Caller;
  readonly input: Input;
  readonly circumstances: Circumstances;
  /** The most entries a page holds, whatever the caller asks for. */
  readonly pageSize: number;
}

/** One action of a service. */
export interface Operation<Input, Output> {
  /** The action as it stands on the wire: `ListUsers`. */
  readonly name: string;
  /** The permission it needs, where that has another name. */
  readonly permission?: string;
  /** What the caller must be allowed to touch; null when everyone who is authenticated may call. */
  readonly access: ((call: Call<Input>) => Access) | null;
  /** Does it; null when there is nothing to answer. Throws AwsError. */
  readonly run: (call: Call<Input>) => Output | null;
}
