import { appEvents } from './app-events.ts';
import { backToForm, changeMethod, showSetup } from './actions/connect-form.ts';
import { connectionMenu, disconnectModal, editModal, replaceModal } from './actions/connection-menu.ts';
import { homeConnect, homeOpened, homePaging, homeSettings } from './actions/home.ts';
import { keyActions, keyChoicesModal, snoozeModal } from './actions/key-buttons.ts';
import { closeIncidentModal, expectModal, incidentActions } from './actions/incident-buttons.ts';
import { showMissingPolicy } from './actions/missing-policy.ts';
import { audit, auditActions, auditModal } from './audit.ts';
import { connect, connectModal } from './connect.ts';
import type { Command, Registry } from './entry.ts';
import { helpCommand } from './help.ts';
import { incidentListActions, incidents } from './incidents.ts';
import { hoursActions, hoursModal } from './key-hours.ts';
import { ownerActions, ownerRuleModal, ownersModal } from './key-owners.ts';
import { policyActions, policyModal } from './key-policy.ts';
import { keyListActions, keys } from './keys.ts';
import { openPaging, pagingModal, removePaging, sendTestPage } from './paging.ts';
import { openPause, pauseModal, resumeAction } from './pause.ts';
import { giveRoleModal, openGiveRole, settings, settingsModal, takeRoleBack, testPost } from './settings.ts';
import { test } from './test.ts';
import { groupSuggestions } from './user-groups.ts';

const commands: Command[] = [connect, test, keys, incidents, audit, settings];
commands.push(helpCommand(() => commands));

/** Every command, modal, action and event, once. `manifest.yml` is held equal to it by a test. */
export const registry: Registry = {
  commands,
  modals: [
    connectModal,
    editModal,
    replaceModal,
    disconnectModal,
    settingsModal,
    giveRoleModal,
    pagingModal,
    pauseModal,
    auditModal,
    snoozeModal,
    keyChoicesModal,
    policyModal,
    ownersModal,
    ownerRuleModal,
    hoursModal,
    expectModal,
    closeIncidentModal,
  ],
  actions: [
    homeConnect,
    homeSettings,
    ...homePaging,
    connectionMenu,
    changeMethod,
    showSetup,
    backToForm,
    showMissingPolicy,
    testPost,
    openGiveRole,
    takeRoleBack,
    openPaging,
    sendTestPage,
    removePaging,
    openPause,
    resumeAction,
    ...auditActions,
    ...keyListActions,
    ...keyActions,
    ...policyActions,
    ...ownerActions,
    ...hoursActions,
    ...incidentListActions,
    ...incidentActions,
  ],
  suggestions: groupSuggestions,
  events: [homeOpened, ...appEvents],
};
