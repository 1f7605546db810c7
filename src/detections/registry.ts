import { accessKeyMadeForAnotherUser } from './rules/access-key-made-for-another-user.ts';
import { accessKeyMadeForOneself } from './rules/access-key-made-for-oneself.ts';
import { accessKeyReactivated } from './rules/access-key-reactivated.ts';
import { accountExplored } from './rules/account-explored.ts';
import { accountsEntered } from './rules/accounts-entered.ts';
import { addedToGroup } from './rules/added-to-group.ts';
import { administratorRightsGiven } from './rules/administrator-rights-given.ts';
import { attackToolUsed } from './rules/attack-tool-used.ts';
import { backupsDestroyed } from './rules/backups-destroyed.ts';
import { breakGlassKeyUsed } from './rules/break-glass-key-used.ts';
import { bucketOpened } from './rules/bucket-opened.ts';
import { bucketsSwept } from './rules/buckets-swept.ts';
import { callsRefused } from './rules/calls-refused.ts';
import { codeReadInBulk } from './rules/code-read-in-bulk.ts';
import { codeSlippedIn } from './rules/code-slipped-in.ts';
import { commandRunOnInstance } from './rules/command-run-on-instance.ts';
import { commandOfAThief } from './rules/command-of-a-thief.ts';
import { configStopped } from './rules/config-stopped.ts';
import { consoleLoginWithoutMfa } from './rules/console-login-without-mfa.ts';
import { consoleOpenedWithKey } from './rules/console-opened-with-key.ts';
import { consolePasswordsTried } from './rules/console-passwords-tried.ts';
import { costlyInstancesStarted } from './rules/costly-instances-started.ts';
import { countryNew } from './rules/country-new.ts';
import { credentialFileRead } from './rules/credential-file-read.ts';
import { credentialsSearchedFor } from './rules/credentials-searched-for.ts';
import { dataExported } from './rules/data-exported.ts';
import { dataSoughtThenRead } from './rules/data-sought-then-read.ts';
import { databaseOpened } from './rules/database-opened.ts';
import { decoyKeyUsed } from './rules/decoy-key-used.ts';
import { diskCopiedToMachine } from './rules/disk-copied-to-machine.ts';
import { dormantKeyWoken } from './rules/dormant-key-woken.ts';
import { encryptionKeyBrought } from './rules/encryption-key-brought.ts';
import { encryptionKeysDestroyed } from './rules/encryption-keys-destroyed.ts';
import { federationTokenMinted } from './rules/federation-token-minted.ts';
import { firewallWeakened } from './rules/firewall-weakened.ts';
import { functionCodeChanged } from './rules/function-code-changed.ts';
import { functionExposed } from './rules/function-exposed.ts';
import { graveCallNew } from './rules/grave-call-new.ts';
import { graveCallRefused } from './rules/grave-call-refused.ts';
import { guardDutyWeakened } from './rules/guard-duty-weakened.ts';
import { guardsExplored } from './rules/guards-explored.ts';
import { hourUnusual } from './rules/hour-unusual.ts';
import { identitiesExplored } from './rules/identities-explored.ts';
import { identityProviderChanged } from './rules/identity-provider-changed.ts';
import { identityChanged } from './rules/identity-changed.ts';
import { imagePushed } from './rules/image-pushed.ts';
import { inlinePolicyPutOnUser } from './rules/inline-policy-put-on-user.ts';
import { instanceCredentialsOutside } from './rules/instance-credentials-outside.ts';
import { instancesInManyRegions } from './rules/instances-in-many-regions.ts';
import { keyQuarantined } from './rules/key-quarantined.ts';
import { keyUnlikeItself } from './rules/key-unlike-itself.ts';
import { logsDestroyed } from './rules/logs-destroyed.ts';
import { machineSetUp } from './rules/machine-set-up.ts';
import { mailAbused } from './rules/mail-abused.ts';
import { madePublic } from './rules/made-public.ts';
import { messagesLedOutside } from './rules/messages-led-outside.ts';
import { mfaRemoved } from './rules/mfa-removed.ts';
import { modelGuardRemoved } from './rules/model-guard-removed.ts';
import { modelsAbused } from './rules/models-abused.ts';
import { namesLedElsewhere } from './rules/names-led-elsewhere.ts';
import { networkLogsRemoved } from './rules/network-logs-removed.ts';
import { networkNew } from './rules/network-new.ts';
import { newKeyUsedByItsMaker } from './rules/new-key-used-by-its-maker.ts';
import { objectsDeletedInBulk } from './rules/objects-deleted-in-bulk.ts';
import { objectsEncryptedForRansom } from './rules/objects-encrypted-for-ransom.ts';
import { objectsExpireSoon } from './rules/objects-expire-soon.ts';
import { objectsReadInBulk } from './rules/objects-read-in-bulk.ts';
import { objectsRewrittenInBulk } from './rules/objects-rewritten-in-bulk.ts';
import { objectsWrittenOutside } from './rules/objects-written-outside.ts';
import { organizationWeakened } from './rules/organization-weakened.ts';
import { otherCredentialMade } from './rules/other-credential-made.ts';
import { othersLockedOut } from './rules/others-locked-out.ts';
import { parametersReadInBulk } from './rules/parameters-read-in-bulk.ts';
import { passwordPolicyWeakened } from './rules/password-policy-weakened.ts';
import { passwordSetForAnotherUser } from './rules/password-set-for-another-user.ts';
import { permissionsBoundaryRemoved } from './rules/permissions-boundary-removed.ts';
import { policyAttached } from './rules/policy-attached.ts';
import { policyTakenOff } from './rules/policy-taken-off.ts';
import { policyVersionSwitched } from './rules/policy-version-switched.ts';
import { portOpenedToEverybody } from './rules/port-opened-to-everybody.ts';
import { principalsGuessed } from './rules/principals-guessed.ts';
import { programNew } from './rules/program-new.ts';
import { publicAccessBlockRemoved } from './rules/public-access-block-removed.ts';
import { purchaseMade } from './rules/purchase-made.ts';
import { quarantineLifted } from './rules/quarantine-lifted.ts';
import { quotaRaiseAsked } from './rules/quota-raise-asked.ts';
import { ransomNoteLeft } from './rules/ransom-note-left.ts';
import { regionEnabled } from './rules/region-enabled.ts';
import { regionNew } from './rules/region-new.ts';
import { regionsSwept } from './rules/regions-swept.ts';
import { replacedKeyUsed } from './rules/replaced-key-used.ts';
import { resourceSharedOutside } from './rules/resource-shared-outside.ts';
import { resourcesDestroyed } from './rules/resources-destroyed.ts';
import { rightsChangedAfterLookingAround } from './rules/rights-changed-after-looking-around.ts';
import { roleAttempts } from './rules/role-attempts.ts';
import { roleHandedToService } from './rules/role-handed-to-service.ts';
import { roleNew } from './rules/role-new.ts';
import { roleOpenedToOutsiders } from './rules/role-opened-to-outsiders.ts';
import { roleTrustChanged } from './rules/role-trust-changed.ts';
import { rootSessionTaken } from './rules/root-session-taken.ts';
import { rootUsed } from './rules/root-used.ts';
import { safetySettingOff } from './rules/safety-setting-off.ts';
import { sameCallRefused } from './rules/same-call-refused.ts';
import { secretsReadInBulk } from './rules/secrets-read-in-bulk.ts';
import { securityServiceDisabled } from './rules/security-service-disabled.ts';
import { selfGrant } from './rules/self-grant.ts';
import { serviceEntered } from './rules/service-entered.ts';
import { serviceLogsSwitchedOff } from './rules/service-logs-switched-off.ts';
import { serviceNew } from './rules/service-new.ts';
import { sessionTokenMinted } from './rules/session-token-minted.ts';
import { sessionUsedElsewhere } from './rules/session-used-elsewhere.ts';
import { singleSignOnRightsGiven } from './rules/single-sign-on-rights-given.ts';
import { snapshotOrImageShared } from './rules/snapshot-or-image-shared.ts';
import { startScriptChanged } from './rules/start-script-changed.ts';
import { storageGuardRemoved } from './rules/storage-guard-removed.ts';
import { tablesReadInBulk } from './rules/tables-read-in-bulk.ts';
import { trafficCopied } from './rules/traffic-copied.ts';
import { trailStopped } from './rules/trail-stopped.ts';
import { trailWeakened } from './rules/trail-weakened.ts';
import { twoPlacesAtOnce } from './rules/two-places-at-once.ts';
import { unlikelyChange } from './rules/unlikely-change.ts';
import { userAndKeyMadeTogether } from './rules/user-and-key-made-together.ts';
import { userDataRead } from './rules/user-data-read.ts';
import { userMade } from './rules/user-made.ts';
import { whoAmIThenLookAround } from './rules/who-am-i-then-look-around.ts';
import { windowsPasswordsRead } from './rules/windows-passwords-read.ts';
import { workStopped } from './rules/work-stopped.ts';
import type { Rule } from './rule.ts';

/** Every detector. A new one is its file and its lines here. */
export const RULES: readonly Rule[] = [
  breakGlassKeyUsed,
  countryNew,
  decoyKeyUsed,
  dormantKeyWoken,
  graveCallNew,
  hourUnusual,
  keyUnlikeItself,
  networkNew,
  programNew,
  regionNew,
  replacedKeyUsed,
  roleNew,
  serviceNew,
  twoPlacesAtOnce,
  accessKeyMadeForAnotherUser,
  accessKeyMadeForOneself,
  accessKeyReactivated,
  addedToGroup,
  administratorRightsGiven,
  attackToolUsed,
  bucketOpened,
  codeSlippedIn,
  commandOfAThief,
  commandRunOnInstance,
  configStopped,
  consoleLoginWithoutMfa,
  consoleOpenedWithKey,
  costlyInstancesStarted,
  credentialFileRead,
  credentialsSearchedFor,
  dataExported,
  databaseOpened,
  encryptionKeyBrought,
  encryptionKeysDestroyed,
  federationTokenMinted,
  firewallWeakened,
  functionCodeChanged,
  functionExposed,
  graveCallRefused,
  guardDutyWeakened,
  identityProviderChanged,
  identityChanged,
  imagePushed,
  inlinePolicyPutOnUser,
  keyQuarantined,
  logsDestroyed,
  messagesLedOutside,
  madePublic,
  objectsWrittenOutside,
  mfaRemoved,
  modelGuardRemoved,
  modelsAbused,
  namesLedElsewhere,
  networkLogsRemoved,
  objectsEncryptedForRansom,
  objectsExpireSoon,
  organizationWeakened,
  otherCredentialMade,
  passwordPolicyWeakened,
  passwordSetForAnotherUser,
  permissionsBoundaryRemoved,
  policyAttached,
  policyTakenOff,
  policyVersionSwitched,
  portOpenedToEverybody,
  publicAccessBlockRemoved,
  purchaseMade,
  quarantineLifted,
  quotaRaiseAsked,
  ransomNoteLeft,
  regionEnabled,
  resourceSharedOutside,
  roleOpenedToOutsiders,
  roleTrustChanged,
  rootSessionTaken,
  rootUsed,
  safetySettingOff,
  securityServiceDisabled,
  selfGrant,
  serviceEntered,
  serviceLogsSwitchedOff,
  sessionTokenMinted,
  singleSignOnRightsGiven,
  snapshotOrImageShared,
  startScriptChanged,
  storageGuardRemoved,
  trafficCopied,
  trailStopped,
  trailWeakened,
  userMade,
  accountExplored,
  accountsEntered,
  backupsDestroyed,
  bucketsSwept,
  codeReadInBulk,
  callsRefused,
  consolePasswordsTried,
  dataSoughtThenRead,
  diskCopiedToMachine,
  guardsExplored,
  identitiesExplored,
  instanceCredentialsOutside,
  instancesInManyRegions,
  machineSetUp,
  mailAbused,
  newKeyUsedByItsMaker,
  objectsDeletedInBulk,
  objectsReadInBulk,
  objectsRewrittenInBulk,
  othersLockedOut,
  parametersReadInBulk,
  principalsGuessed,
  regionsSwept,
  resourcesDestroyed,
  rightsChangedAfterLookingAround,
  roleHandedToService,
  roleAttempts,
  sameCallRefused,
  secretsReadInBulk,
  sessionUsedElsewhere,
  tablesReadInBulk,
  userAndKeyMadeTogether,
  userDataRead,
  whoAmIThenLookAround,
  windowsPasswordsRead,
  workStopped,
  unlikelyChange,
];
