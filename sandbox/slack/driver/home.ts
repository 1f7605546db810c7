import type { Container } from '../acts/action.ts';
import type { Json } from '../json.ts';
import type { ShownView } from '../state.ts';
import type { Client } from './client.ts';
import { Surface } from './surface.ts';

/** The app's Home as a person sees it. */
export class HomeDriver extends Surface {
  readonly id: string;

  constructor(client: Client, userId: string, home: ShownView) {
    super(client, userId, home.blocks);
    this.id = home.id;
  }

  override get blocks(): readonly Json[] {
    return this.client.state(this.userId).home?.blocks ?? [];
  }

  protected override get container(): Container {
    return { kind: 'view', viewId: this.id };
  }
}
