/** Workspaces, people, channels and user groups. */

export interface Workspace {
  readonly id: string;
  name: string;
  domain: string;
}

/** A user; the flags are those of Slack's user object. */
export interface Person {
  readonly id: string;
  readonly teamId: string;
  name: string;
  realName: string;
  email: string | undefined;
  tz: string;
  tzOffset: number;
  isAdmin: boolean;
  isOwner: boolean;
  isRestricted: boolean;
  isUltraRestricted: boolean;
  /** From another organisation, here through Slack Connect. */
  isStranger: boolean;
  isBot: boolean;
  isAppUser: boolean;
  deleted: boolean;
}

export interface Channel {
  readonly id: string;
  readonly teamId: string;
  readonly kind: 'public' | 'private' | 'im';
  name: string;
  /** What it is for, as its members have written; empty when nobody has. */
  purpose: string;
  readonly members: Set<string>;
  archived: boolean;
  /** Shared with another organisation through Slack Connect. */
  extShared: boolean;
  /** The person at the other end of a direct message with the bot. */
  readonly with?: string;
}

export interface UserGroup {
  readonly id: string;
  readonly teamId: string;
  handle: string;
  name: string;
  users: string[];
  disabled: boolean;
}

export type NewPerson = { name: string } & Partial<Omit<Person, 'name'>>;
export type NewChannel = {
  name: string;
  id?: string;
  teamId?: string;
  kind?: 'public' | 'private';
  /** User ids; everybody of the workspace for a public channel, nobody for a private one, when left out. */
  members?: readonly string[];
  /** Whether the bot is in; true when left out. */
  bot?: boolean;
  archived?: boolean;
  extShared?: boolean;
  purpose?: string;
};
export type NewUserGroup = {
  handle: string;
  name?: string;
  id?: string;
  teamId?: string;
  users?: readonly string[];
  disabled?: boolean;
};

/** The app as it is installed in its workspace. */
export interface App {
  readonly appId: string;
  readonly botId: string;
  readonly botUserId: string;
  readonly name: string;
}

export class World {
  readonly app: App;
  readonly teamId: string;
  readonly workspaces = new Map<string, Workspace>();
  readonly people = new Map<string, Person>();
  readonly channels = new Map<string, Channel>();
  readonly userGroups = new Map<string, UserGroup>();
  #ids = 0;

  constructor(team: Workspace, app: App) {
    this.app = app;
    this.teamId = team.id;
    this.workspaces.set(team.id, team);
    this.addPerson({ id: app.botUserId, name: app.name, isBot: true, isAppUser: false });
  }

  addWorkspace(team: Workspace): Workspace {
    this.workspaces.set(team.id, team);
    return team;
  }

  addPerson(person: NewPerson): Person {
    const added: Person = {
      id: this.#id('U'),
      teamId: this.teamId,
      realName: person.name,
      email: `${person.name}@example.com`,
      tz: 'Europe/Berlin',
      tzOffset: 3_600,
      isAdmin: false,
      isOwner: false,
      isRestricted: false,
      isUltraRestricted: false,
      isStranger: false,
      isBot: false,
      isAppUser: false,
      deleted: false,
      ...person,
    };
    this.people.set(added.id, added);
    return added;
  }

  addChannel(channel: NewChannel): Channel {
    const { kind = 'public', teamId = this.teamId } = channel;
    const everybody = [...this.people.values()].filter((each) => each.teamId === teamId && !each.isBot);
    const members = channel.members ?? (kind === 'public' ? everybody.map((each) => each.id) : []);
    const added: Channel = {
      id: channel.id ?? this.#id('C'),
      teamId,
      kind,
      name: channel.name,
      purpose: channel.purpose ?? '',
      members: new Set(members),
      archived: channel.archived ?? false,
      extShared: channel.extShared ?? false,
    };
    if (channel.bot !== false) added.members.add(this.app.botUserId);
    this.channels.set(added.id, added);
    return added;
  }

  addUserGroup(group: NewUserGroup): UserGroup {
    const added: UserGroup = {
      id: group.id ?? this.#id('S'),
      teamId: group.teamId ?? this.teamId,
      handle: group.handle,
      name: group.name ?? group.handle,
      users: [...(group.users ?? [])],
      disabled: group.disabled ?? false,
    };
    this.userGroups.set(added.id, added);
    return added;
  }

  /** The person with this id; an unknown id is a mistake of the caller. */
  person(id: string): Person {
    const person = this.people.get(id);
    if (person === undefined) throw new Error(`No such person: ${id}`);
    return person;
  }

  workspace(id: string): Workspace {
    const workspace = this.workspaces.get(id);
    if (workspace === undefined) throw new Error(`No such workspace: ${id}`);
    return workspace;
  }

  /** A channel by id, or by name with or without `#`. */
  channel(reference: string): Channel | undefined {
    const name = reference.replace(/^#/, '');
    return (
      this.channels.get(reference) ??
      [...this.channels.values()].find((each) => each.kind !== 'im' && each.name === name)
    );
  }

  /** The direct message channel of a person with the bot, made at first use. */
  direct(userId: string): Channel {
    const known = [...this.channels.values()].find((each) => each.with === userId);
    if (known !== undefined) return known;
    const made: Channel = {
      id: this.#id('D'),
      teamId: this.person(userId).teamId,
      kind: 'im',
      name: 'directmessage',
      purpose: '',
      members: new Set([userId, this.app.botUserId]),
      archived: false,
      extShared: false,
      with: userId,
    };
    this.channels.set(made.id, made);
    return made;
  }

  #id(letter: string): string {
    this.#ids += 1;
    return `${letter}0${String(this.#ids).padStart(8, '0')}`;
  }
}
