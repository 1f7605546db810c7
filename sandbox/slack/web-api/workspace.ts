import { text, type Json } from '../json.ts';
import { Refusal, refusalWith, type Call, type Methods } from './method.ts';

function authTest(call: Call): Json {
  const { app, teamId } = call.core.world;
  const team = call.core.world.workspace(teamId);
  return {
    url: `https://${team.domain}.slack.com/`,
    team: team.name,
    user: app.name,
    team_id: teamId,
    user_id: app.botUserId,
    bot_id: app.botId,
    is_enterprise_install: false,
  };
}

function connectionsOpen(call: Call): Json {
  if (!call.sockets.enabled) throw new Refusal('socket_mode_not_enabled');
  const path = call.sockets.ticket();
  if (path === undefined) throw refusalWith('too_many_websockets', []);
  return { url: `${call.core.origin.replace('http', 'ws')}${path}` };
}

function teamInfo(call: Call): Json {
  const asked = text(call.args, 'team') ?? call.core.world.teamId;
  const team = call.core.world.workspaces.get(asked);
  if (team === undefined) throw new Refusal('team_not_found');
  return { team: { id: team.id, name: team.name, domain: team.domain, email_domain: '' } };
}

function botsInfo(call: Call): Json {
  const { app } = call.core.world;
  if ((text(call.args, 'bot') ?? app.botId) !== app.botId) throw new Refusal('bot_not_found');
  return {
    bot: { id: app.botId, app_id: app.appId, user_id: app.botUserId, name: app.name, deleted: false },
  };
}

/** Who the app is and where. */
export const workspace: Methods = {
  'auth.test': { token: 'bot', tier: 'none', run: authTest },
  'apps.connections.open': {
    token: 'app',
    scopes: ['connections:write'],
    tier: 'tier3',
    run: connectionsOpen,
  },
  'team.info': { token: 'bot', scopes: ['team:read'], tier: 'tier3', run: teamInfo },
  'bots.info': { token: 'bot', scopes: ['users:read'], tier: 'tier3', run: botsInfo },
};
