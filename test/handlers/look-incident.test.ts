import { describe, expect, it, onTestFinished } from 'vitest';
import { deactivateByHand } from '../../commands/modals/incident-view.ts';
import { incidentLook } from '../../src/handlers/look-incident.ts';
import { accountWatch, keptIncident } from '../db/watch-samples.ts';
import { signal } from '../detections/signals.ts';
import { InventoryWorld } from '../pollers/world.ts';

async function open(): Promise<InventoryWorld> {
  const world = await InventoryWorld.open();
  onTestFinished(() => world[Symbol.asyncDispose]());
  return world;
}

const CHINA = { principalArn: 'arn:aws-cn:iam::111122223333:user/alice', region: 'cn-north-1' };

describe('the steps by hand for an incident', () => {
  it.each([
    ['the user', signal(CHINA), 'arn:aws-cn:iam::aws:policy/AWSDenyAll'],
    ['the region', signal({ ...CHINA, principalArn: null }), 'arn:aws-cn:iam::aws:policy/AWSDenyAll'],
    ['nothing', signal({ principalArn: null, region: null }), 'arn:aws:iam::aws:policy/AWSDenyAll'],
  ])('name the partition that %s shows, when the account is watched no more', async (_, found, policy) => {
    const { services } = await open();
    const look = await incidentLook(services, keptIncident(), [found]);
    expect(JSON.stringify(deactivateByHand(look, ['U0ADMIN']))).toContain(policy);
  });

  it('name that of the account while it is watched', async () => {
    const { services, stores } = await open();
    await stores.atomically([stores.watch.accounts.insert(accountWatch({ partition: 'aws-us-gov' }))]);
    const look = await incidentLook(services, keptIncident(), [signal(CHINA)]);
    expect(look.partition).toBe('aws-us-gov');
  });
});
