import type { ChosenAction, Container } from '../acts/action.ts';
import type { Aside, CommandOutcome } from '../acts/command.ts';
import type { SubmitOutcome } from '../acts/modal.ts';
import type { EventDelivery } from '../deliveries.ts';
import type { Ack } from '../delivery.ts';
import type { StateValues } from '../form-state.ts';
import type { Json } from '../json.ts';
import type { ClientState } from '../state.ts';
import type { World } from '../world.ts';

/** What a client needs of Slack; the driver and the sandbox page act through these alone. */
export interface Client {
  readonly world: World;
  state(userId: string): ClientState;
  onChange(listener: () => void): () => void;
  runCommand(userId: string, channelId: string, line: string): Promise<CommandOutcome>;
  say(userId: string, channelId: string, words: string, more?: Aside): EventDelivery | undefined;
  rewrite(userId: string, channelId: string, ts: string, words: string): EventDelivery | undefined;
  erase(userId: string, channelId: string, ts: string): EventDelivery | undefined;
  openHome(userId: string, tab?: 'home' | 'messages'): EventDelivery | undefined;
  blockAction(userId: string, container: Container, action: ChosenAction, values?: StateValues): Promise<Ack>;
  suggest(
    userId: string,
    container: Container,
    at: Pick<ChosenAction, 'blockId' | 'actionId'>,
    query: string,
  ): Promise<readonly Json[]>;
  submitView(userId: string, viewId: string, values?: StateValues): Promise<SubmitOutcome>;
  closeView(userId: string, viewId: string, how?: 'cancel' | 'x'): Promise<Ack | undefined>;
}
