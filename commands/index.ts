import { appEvents } from './app-events.ts';
import { backToForm, changeMethod, showSetup } from './actions/connect-form.ts';
import { connectionMenu, disconnectModal, editModal, replaceModal } from './actions/connection-menu.ts';
import { homeConnect, homeOpened, homePaging, homeSettings } from './actions/home.ts';
import { rotationActions, rotationModals } from './actions/rotation-buttons.ts';
import { keyActions, keyChoicesModal, snoozeModal } from './actions/key-buttons.ts';
import { closeIncidentModal, expectModal, incidentActions } from './actions/incident-buttons.ts';
import { showMissingPolicy } from './actions/missing-policy.ts';
import { aftermathActions, brokeModal } from './actions/aftermath-buttons.ts';
import { answerActions, answerModals } from './actions/owner-answers.ts';
import { audit, auditActions, auditModal } from './audit.ts';
import { connect, connectModal } from './connect.ts';
import {
  containmentActions,
  containModal,
  leaveModal,
  takeBackModals,
} from './actions/containment-buttons.ts';
import { roleActions, roleModals } from './actions/role-buttons.ts';
import { deactivate } from './deactivate.ts';
import { evidenceActions } from './actions/evidence-buttons.ts';
import { deleteModal, deletionActions } from './actions/delete-buttons.ts';
import { approvalActions, approvalModal } from './destination-approval.ts';
import { bindActions, bindConfirmModal, bindModal, bindSuggestions } from './destination-binding.ts';
import { destinationFormActions, destinationModal, kindModal } from './destination-forms.ts';
import { destinationActions, removeDestinationModal } from './destinations.ts';
import { channelWatchActions, channelWatchModal } from './channel-watch.ts';
import { drillActions, drillModal } from './drill.ts';
import type { Command, Registry } from './entry.ts';
import { helpCommand } from './help.ts';
import { incidentListActions, incidents } from './incidents.ts';
import { hoursActions, hoursModal } from './key-hours.ts';
import { ownerActions, ownerRuleModal, ownersModal } from './key-owners.ts';
import { policyActions, policyModal } from './key-policy.ts';
import { keyListActions, keys } from './keys.ts';
import { onCallModal, openOnCall, removeOnCallAction } from './on-call.ts';
import { openPaging, pagingModal, removePaging, sendTestPage } from './paging.ts';
import { openPause, pauseModal, resumeAction } from './pause.ts';
import { rotate, rotateActions, rotationModal } from './rotate.ts';
import { giveRoleModal, openGiveRole, settings, settingsModal, takeRoleBack, testPost } from './settings.ts';
import { scheduleActions, scheduleModals } from './rotation-schedule.ts';
import { test } from './test.ts';
import { queueModal, trailQueueActions } from './trail-queues.ts';
import { groupSuggestions } from './user-groups.ts';
import { webhookKeyActions } from './webhook-keys.ts';

const commands: Command[] = [connect, test, keys, rotate, deactivate, incidents, audit, settings];
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
    rotationModal,
    ...rotationModals,
    policyModal,
    ownersModal,
    ownerRuleModal,
    hoursModal,
    ...scheduleModals,
    kindModal,
    destinationModal,
    bindModal,
    bindConfirmModal,
    removeDestinationModal,
    approvalModal,
    expectModal,
    closeIncidentModal,
    queueModal,
    containModal,
    ...takeBackModals,
    leaveModal,
    channelWatchModal,
    ...answerModals,
    brokeModal,
    onCallModal,
    deleteModal,
    drillModal,
    ...roleModals,
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
    ...rotateActions,
    ...rotationActions,
    ...policyActions,
    ...ownerActions,
    ...hoursActions,
    ...scheduleActions,
    ...destinationActions,
    ...destinationFormActions,
    ...bindActions,
    ...approvalActions,
    ...webhookKeyActions,
    ...incidentListActions,
    ...incidentActions,
    ...trailQueueActions,
    ...containmentActions,
    ...channelWatchActions,
    ...evidenceActions,
    ...answerActions,
    ...aftermathActions,
    openOnCall,
    removeOnCallAction,
    ...deletionActions,
    ...drillActions,
    ...roleActions,
  ],
  suggestions: [...groupSuggestions, bindSuggestions],
  events: [homeOpened, ...appEvents],
};
