import { lookHome } from '../../src/handlers/look-home.ts';
import { openConnectForm } from '../connect.ts';
import type { Action, EventEntry } from '../entry.ts';
import { HOME_CONNECT, HOME_PAGE, HOME_SETTINGS, homeView, refusedHome } from '../home.ts';
import { openSettings } from '../settings.ts';

export const homeConnect: Action = {
  actionId: HOME_CONNECT,
  needs: 'admin',
  opensModal: true,
  run: (context) => openConnectForm(context, { name: '' }),
};

export const homeSettings: Action = {
  actionId: HOME_SETTINGS,
  needs: 'admin',
  opensModal: true,
  run: openSettings,
};

export const homePaging: readonly Action[] = ['previous', 'next'].map((way) => ({
  actionId: `${HOME_PAGE}.${way}`,
  needs: 'viewer',
  opensModal: false,
  async run(context) {
    const look = await lookHome(context.services, context.actor);
    await context.desk.publishHome(context.actor.userId, homeView(look, Number(context.incoming.text) || 0));
  },
}));

export const homeOpened: EventEntry = {
  event: 'app_home_opened',
  from: 'person',
  async run(context) {
    const look = await lookHome(context.services, context.actor);
    await context.desk.publishHome(context.actor.userId, homeView(look, 0));
  },
  async refused(context, why) {
    await context.desk.publishHome(context.incoming.userId, refusedHome(why.text));
  },
};
