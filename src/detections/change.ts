import type { ActionPattern } from './rule.ts';

/**
 * How calls that change something begin, whatever the service. What is only started, sent, run, tagged or invoked is left
 * out: programs do that all day.
 */
const VERBS =
  'Create|Put|Update|Delete|Modify|Set|Add|Remove|Attach|Detach|Associate|Disassociate|Enable|Disable|Register|Deregister|Accept|Import|Replace|Reset|Restore|Revoke|Purchase|Reserve|Authorize|Cancel|Move|Change|Claim|Provision|Close|Leave|Untag|Unsubscribe|Request|Release|Deactivate|Decrease|Unlock|Switch|Copy(?!Object)|Stop(?!Query)';

const CHANGE = new RegExp(`^(?:Batch)?(?:${VERBS})(?=[A-Z]|$)`);

/** What programs do with the data, jobs and people a service holds. */
const DATA =
  /^(?:Batch)?(?:Put|Update|Delete|Create|Set|Cancel|Stop)(?:Items?|Objects?|Records?|RecordBatch|Events?|Metric\w*|Log(?:Events|Stream|Group)|Trace\w*|Telemetry\w*|Messages?\w*|Thing\w*|(?:Game)?Sessions?|MultipartUpload|Documents?|Vectors|Memory|Face\w*|Invalidation|Geofences?|Schedule|\w*Jobs?|\w*Execution|\w*Attributes|Contact|User(?!Pool)\w*|DevicePosition\w*|InstanceInformation|Endpoint)$/;

/** True for a call that changes how something is set up, by its name. */
export function isChange(name: string): boolean {
  return CHANGE.test(name) && !DATA.test(name);
}

/** The calls that change how something is set up, for a rule that is asked of any service; but of these services none. */
export function changesOf(except: readonly string[]): ActionPattern {
  const services = new Set(except);
  return {
    test(action) {
      const [service = '', name = ''] = action.split(':', 2);
      return !services.has(service) && isChange(name);
    },
  };
}
