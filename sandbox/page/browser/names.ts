import type { Snapshot, WireChannel, WireGroup, WirePerson } from '../wire.ts';

/** Who and what is meant by Slack's ids, for one person. */
export class Names {
  readonly people: readonly WirePerson[];
  readonly channels: readonly WireChannel[];
  readonly groups: readonly WireGroup[];
  readonly me: string;
  /** How far the sandbox's clock is ahead; ms. */
  readonly ahead: number;

  constructor(snapshot: Snapshot) {
    this.people = snapshot.people;
    this.channels = snapshot.channels.filter(({ kind }) => kind !== 'im');
    this.groups = snapshot.groups;
    this.me = snapshot.person.id;
    this.ahead = snapshot.ahead;
  }

  person(id: string): string {
    return this.people.find((each) => each.id === id)?.realName ?? 'unknown person';
  }

  /** Channels this person is not in are private to them. */
  channel(id: string): string {
    return this.channels.find((each) => each.id === id)?.name ?? 'private-channel';
  }

  group(id: string): string {
    return this.groups.find((each) => each.id === id)?.handle ?? 'unknown-group';
  }
}
