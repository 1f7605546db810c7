import { randomBytes } from 'node:crypto';
import { Acting, type ChosenAction, type Container } from './acts/action.ts';
import { Speaking, type Aside, type CommandOutcome } from './acts/command.ts';
import { Filling, type SubmitOutcome } from './acts/modal.ts';
import { assemble, type StandInOptions } from './assemble.ts';
import type { Core, Settings } from './core.ts';
import { Deliveries, type EventDelivery } from './deliveries.ts';
import type { Ack } from './delivery.ts';
import { PersonDriver } from './driver/person.ts';
import type { Faults } from './faults.ts';
import type { StateValues } from './form-state.ts';
import { HttpDelivery } from './http-delivery.ts';
import type { Defect, Received, Sent } from './journal.ts';
import type { Json } from './json.ts';
import { listen, type SlackServer } from './server.ts';
import { SocketMode } from './socket-mode.ts';
import { clientState, type ClientState } from './state.ts';
import type { Traffic } from '../traffic.ts';
import type {
  Channel,
  NewChannel,
  NewPerson,
  NewUserGroup,
  Person,
  UserGroup,
  Workspace,
  World,
} from './world.ts';

export type { StandInOptions } from './assemble.ts';

/**
 * A stand-in for Slack on 127.0.0.1: Web API, Socket Mode and signed deliveries, with the people of a workspace to
 * act in it. It refuses what Slack refuses; what a bot ought never to do is collected in `defects`.
 */
export class SlackStandIn {
  readonly signingSecret = randomBytes(16).toString('hex');
  readonly botToken = `xoxb-${randomBytes(12).toString('hex')}`;
  readonly appToken = `xapp-1-${randomBytes(12).toString('hex')}`;
  readonly faults: Faults;
  readonly sockets: SocketMode;
  readonly settings: Settings;
  readonly #core: Core;
  readonly #server: SlackServer;
  readonly #deliveries: Deliveries;
  readonly #speaking: Speaking;
  readonly #acting: Acting;
  readonly #filling: Filling;
  readonly #drivers = new Map<string, PersonDriver>();
  #http: HttpDelivery | undefined;

  private constructor(core: Core, server: SlackServer, sockets: SocketMode) {
    this.#core = core;
    this.#server = server;
    this.sockets = sockets;
    this.faults = core.faults;
    this.settings = core.settings;
    this.#deliveries = new Deliveries(core, sockets);
    this.#speaking = new Speaking(core, this.#deliveries);
    this.#acting = new Acting(core, this.#deliveries);
    this.#filling = new Filling(core, this.#deliveries);
    const teamId = core.world.teamId;
    core.tokens.add({ value: this.botToken, type: 'bot', teamId, scopes: [...core.manifest.scopes] });
    core.tokens.add({ value: this.appToken, type: 'app', teamId, scopes: ['connections:write'] });
    server.serve(core, sockets);
  }

  /** Starts on a port of 127.0.0.1, with Socket Mode for deliveries. */
  static async start(options: StandInOptions = {}): Promise<SlackStandIn> {
    const server = await listen(options.port ?? 0);
    const core = assemble(options, server.port);
    const { journal, settings, world } = core;
    const sockets = new SocketMode({ journal, ackMs: () => settings.ackMs, appId: world.app.appId });
    return new SlackStandIn(core, server, sockets);
  }

  async stop(): Promise<void> {
    this.#deliveries.stop();
    await this.sockets.stop();
    await this.#server.stop();
  }

  /** The Web API's base, `http://127.0.0.1:PORT/api/`. */
  get url(): string {
    return `${this.#core.origin}/api/`;
  }

  /** The requests of the Web API. */
  get traffic(): Traffic {
    return this.#server.traffic;
  }

  get teamId(): string {
    return this.#core.world.teamId;
  }

  get appId(): string {
    return this.#core.world.app.appId;
  }

  get botUserId(): string {
    return this.#core.world.app.botUserId;
  }

  get received(): readonly Received[] {
    return this.#core.journal.received;
  }

  get sent(): readonly Sent[] {
    return this.#core.journal.sent;
  }

  /** What a real Slack would refuse or a bot ought never to do; a test empties it with `length = 0`. */
  get defects(): Defect[] {
    return this.#core.journal.defects;
  }

  addWorkspace(workspace: Workspace): Workspace {
    return this.#core.world.addWorkspace(workspace);
  }

  addPerson(person: NewPerson): Person {
    return this.#core.world.addPerson(person);
  }

  addChannel(channel: NewChannel): Channel {
    return this.#core.world.addChannel(channel);
  }

  addUserGroup(group: NewUserGroup): UserGroup {
    return this.#core.world.addUserGroup(group);
  }

  /** A person, channel or user group can be changed in place: `slack.world.person(id).deleted = true`. */
  get world(): World {
    return this.#core.world;
  }

  /** What was uploaded; null for a file that never came. */
  fileBytes(fileId: string): Buffer | null {
    return this.#core.files.find(fileId)?.content ?? null;
  }

  /** What was uploaded, as text; empty for a file that never came. */
  fileText(fileId: string): string {
    return this.#core.files.find(fileId)?.content?.toString('utf8') ?? '';
  }

  /** Takes scopes from the bot token, or the token itself (`token_revoked`). */
  changeBotToken(change: { scopes?: readonly string[]; revoked?: boolean }): void {
    const token = this.#core.tokens.find(this.botToken);
    if (token === undefined) return;
    if (change.scopes !== undefined) token.scopes = [...change.scopes];
    token.revoked = change.revoked ?? token.revoked;
  }

  /** Adds another bot token with its own scopes. */
  addBotToken(value: string, scopes: readonly string[]): void {
    this.#core.tokens.add({ value, type: 'bot', teamId: this.teamId, scopes: [...scopes] });
  }

  set rateLimits(enabled: boolean) {
    this.#core.rateLimits.enabled = enabled;
  }

  useSocketMode(): void {
    this.#deliveries.transport = this.sockets;
  }

  /** Deliveries go to this URL from now on, signed; the answer can forge signatures and ask Slack's questions. */
  useHttp(requestUrl: string): HttpDelivery {
    const { wireClock: clock, journal } = this.#core;
    const ackMs = (): number => this.settings.ackMs;
    this.#http = new HttpDelivery({ url: requestUrl, secret: this.signingSecret, clock, ackMs, journal });
    this.#deliveries.transport = this.#http;
    return this.#http;
  }

  /** The HTTP deliveries of the last `useHttp`. */
  get http(): HttpDelivery {
    if (this.#http === undefined) throw new Error('Call useHttp first');
    return this.#http;
  }

  /** A person to act as. */
  as(userId: string): PersonDriver {
    this.#core.world.person(userId);
    const driver = this.#drivers.get(userId) ?? new PersonDriver(this, userId);
    this.#drivers.set(userId, driver);
    return driver;
  }

  /** What a person's client shows. */
  state(userId: string): ClientState {
    return clientState(this.#core, userId);
  }

  /** Calls the listener after every change; answers how to stop it. */
  onChange(listener: () => void): () => void {
    return this.#core.journal.onChange(listener);
  }

  /** Forgets a person's ephemeral messages, as a reload of their client does. */
  reload(userId: string): void {
    this.#core.messages.reload(userId);
    this.#core.journal.changed();
  }

  runCommand(userId: string, channelId: string, line: string): Promise<CommandOutcome> {
    return this.#speaking.runCommand(userId, channelId, line);
  }

  say(userId: string, channelId: string, words: string, more?: Aside): EventDelivery | undefined {
    return this.#speaking.say(userId, channelId, words, more);
  }

  /** A person changes their own message. */
  rewrite(userId: string, channelId: string, ts: string, words: string): EventDelivery | undefined {
    return this.#speaking.rewrite(userId, channelId, ts, words);
  }

  /** A person deletes their own message. */
  erase(userId: string, channelId: string, ts: string): EventDelivery | undefined {
    return this.#speaking.erase(userId, channelId, ts);
  }

  openHome(userId: string, tab: 'home' | 'messages' = 'home'): EventDelivery | undefined {
    return this.#speaking.openHome(userId, tab);
  }

  blockAction(
    userId: string,
    container: Container,
    action: ChosenAction,
    values?: StateValues,
  ): Promise<Ack> {
    return this.#acting.blockAction(userId, container, action, values);
  }

  suggest(
    userId: string,
    container: Container,
    at: Pick<ChosenAction, 'blockId' | 'actionId'>,
    query: string,
  ): Promise<readonly Json[]> {
    return this.#acting.suggest(userId, container, at, query);
  }

  submitView(userId: string, viewId: string, values?: StateValues): Promise<SubmitOutcome> {
    return this.#filling.submitView(userId, viewId, values);
  }

  closeView(userId: string, viewId: string, how: 'cancel' | 'x' = 'cancel'): Promise<Ack | undefined> {
    return this.#filling.closeView(userId, viewId, how);
  }

  /** A trigger as an interaction of this person would give, from a view if named. */
  issueTrigger(userId: string, viewId?: string): string {
    return this.#core.triggers.issue(userId, this.teamId, viewId);
  }

  /** Sends any event, for example `app_uninstalled`. */
  sendEvent(
    event: Json,
    options: { eventId?: string; teamId?: string; extShared?: boolean } = {},
  ): EventDelivery {
    return this.#deliveries.sendEvent(event, options);
  }

  /** Sends a body as it is, for what no client would ever send. */
  sendRaw(kind: 'command' | 'interaction' | 'suggestion', body: Json): Promise<Ack> {
    return this.#deliveries.send(kind, body);
  }
}
