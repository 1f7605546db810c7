import { Typed } from '../../slack/driver/form.ts';
import { stateValues } from '../../slack/form-state.ts';
import { text } from '../../slack/json.ts';
import type { Snapshot, WireContainer, WireMessage, WireView } from '../wire.ts';
import type { Client } from './client.ts';
import type { Ground } from './ground.ts';
import { Names } from './names.ts';

/** The ground for the blocks of a modal or Home. */
export function viewGround(client: Client, snapshot: Snapshot, view: WireView): Ground {
  const typed = client.typedIn(view);
  const container: WireContainer = { kind: 'view', viewId: view.id };
  const values = (): ReturnType<typeof stateValues> => stateValues(view.blocks, typed.values);
  return ground(client, snapshot, container, {
    seen: view.blocks,
    prefix: view.id,
    typed,
    values,
    errors: client.errorsIn(view),
  });
}

/** The ground for the blocks of a message. */
export function messageGround(client: Client, snapshot: Snapshot, message: WireMessage): Ground {
  const { channelId, ts } = message;
  const typed = new Typed();
  const values = (): ReturnType<typeof stateValues> => stateValues(message.blocks, typed.values);
  const container: WireContainer = { kind: 'message', channelId, ts };
  return ground(client, snapshot, container, {
    seen: message.blocks,
    prefix: `m${ts}`,
    typed,
    values,
    errors: {},
  });
}

function ground(
  client: Client,
  snapshot: Snapshot,
  container: WireContainer,
  more: Pick<Ground, 'prefix' | 'typed' | 'errors'> & {
    readonly values: () => ReturnType<typeof stateValues>;
    /** A click is on what the person sees, though the app may have changed it since. */
    readonly seen: WireView['blocks'];
  },
): Ground {
  const as = client.me;
  const { values, seen, ...rest } = more;
  const place = (at: Parameters<Ground['act']>[0]): { blockId: string; actionId: string } => ({
    blockId: text(at.block, 'block_id') ?? '',
    actionId: text(at.element, 'action_id') ?? '',
  });
  return {
    names: new Names(snapshot),
    ...rest,
    async act(at, chosen) {
      await client.act({ act: 'block_action', as, container, ...place(at), chosen, values: values(), seen });
    },
    async suggest(at, query) {
      return (await client.act({ act: 'suggest', as, container, ...place(at), query })).options ?? [];
    },
  };
}
