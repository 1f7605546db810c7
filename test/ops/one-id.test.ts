import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PersonDriver } from '../../sandbox/slack/driver/person.ts';
import { call } from '../../src/detections/example.ts';
import { NEW_QUEUE } from '../../src/domain/trail-queue.ts';
import { trailQueue } from '../db/trail-samples.ts';
import { accountOf, connectKey, freshUser } from '../support/acting.ts';
import { eventually } from '../support/instants.ts';
import { CHANNELS, PEOPLE, Scene } from '../support/rekey.ts';

const LONG = 60_000;
const THIEF = 'AKIATHIEFTHIEF000001';
/** A stop that waits for nobody's work: what runs in the background is let go of. */
const STOPPED_MS = 20_000;

type Line = Readonly<Record<string, unknown>>;

describe('what is done beside people', () => {
  let scene: Scene;
  let ada: PersonDriver;

  beforeAll(async () => {
    scene = await Scene.set('socket', 'sqlite');
    const account = accountOf(scene);
    for (const region of account.regions) if (region !== 'us-east-1') account.regions.delete(region);
    stealing();
    await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
    ada = scene.slack.as(PEOPLE.admin);
    const { key } = freshUser(scene, 'guard', ['verify', 'inventory', 'watch', 'contain']);
    await (await connectKey(ada, 'main', key)).close();
  }, LONG);

  afterAll(async () => {
    await scene.strike();
  });

  /** Something bad that the event history shows. */
  function stealing(): void {
    const at = Math.floor(Date.now() / 1_000) * 1_000 - 60_000;
    const account = accountOf(scene);
    const eventId = scene.aws.world.ids.requestId();
    const by = { type: 'IAMUser', accessKeyId: THIEF, accountId: account.id };
    account.in('us-east-1').history.add({
      eventId,
      at,
      visibleAt: at,
      name: 'StopLogging',
      source: 'cloudtrail.amazonaws.com',
      userName: 'alice',
      accessKeyId: THIEF,
      readOnly: false,
      resources: [],
      record: {
        ...call('cloudtrail:StopLogging', { by, region: 'us-east-1' }),
        eventTime: new Date(at).toISOString().replace('.000Z', 'Z'),
        eventID: eventId,
      },
    });
  }

  /** Makes every region due; false when somebody else wrote. */
  async function hastened(stores: Awaited<ReturnType<Scene['stores']>>): Promise<boolean> {
    const [watched] = await stores.watch.accounts.list();
    if (watched === undefined) return false;
    const regions = watched.regions.map((region) => ({ ...region, nextAt: 0 }));
    const next = { ...watched, regions, version: watched.version + 1 };
    return stores.atomically([stores.watch.accounts.update(next)]).then(
      () => true,
      () => false,
    );
  }

  const lines = (): Line[] => scene.logLines.map((line) => JSON.parse(line) as Line);
  const idsOf = (wanted: (line: Line) => boolean): Set<unknown> =>
    new Set(
      lines()
        .filter(wanted)
        .map(({ correlationId }) => correlationId),
    );
  const isCall =
    (...actions: string[]) =>
    ({ message, action }: Line): boolean =>
      message === 'AWS call' && actions.includes(String(action));

  it(
    'has one id for what the watch read, the job that read it, and the alarm',
    async () => {
      await ada.waitForMessage(({ words }) => words.includes(THIEF), {
        channel: CHANNELS.alerts,
        timeoutMs: LONG,
      });
      const stores = await scene.stores();
      const [incident] = await stores.watch.incidents.page(
        { open: null, least: null, accountId: null, text: THIEF },
        null,
        5,
      );
      const notice = await stores.notices.byId(incident?.noticeId ?? '');
      await stores.close();
      const id = notice?.correlationId;
      const looked = lines().filter(isCall('cloudtrail:LookupEvents'));
      expect(looked.some(({ correlationId, job }) => correlationId === id && job === 'watch')).toBe(true);
      const posted = () => idsOf(({ message }) => message === 'notice posted');
      await eventually(() => posted().has(id), 'the line of its post');
    },
    LONG,
  );

  it(
    'has one id for a click, the containment that is held after it, and its messages; another for the click that ends it',
    async () => {
      const user = accountOf(scene).addUser('mallory', { attached: ['ReadOnlyAccess'] });
      const { accessKeyId } = user.addKey();
      await ada.slash(`/aws-deactivate ${accessKeyId} seen on a paste site`);
      const form = await ada.waitForModal((modal) => modal.title === 'Deactivate', LONG);
      scene.logLines.length = 0;
      await form.submit();
      const held = await ada.waitForModal(({ words }) => words.includes('Held until'), LONG);
      await held.close();
      // Somebody undoes it: a tick of the hold puts it back.
      user.policies.detach('arn:aws:iam::aws:policy/AWSDenyAll');
      await ada.waitForMessage(({ words }) => words.includes('it is being put back'), {
        channel: CHANNELS.alerts,
        timeoutMs: LONG,
      });
      await eventually(
        () => user.policies.attachedArns().some((arn) => arn.endsWith('/AWSDenyAll')),
        'the deny',
      );
      const changes = isCall('iam:UpdateAccessKey', 'iam:AttachUserPolicy', 'iam:DetachUserPolicy');
      await eventually(() => lines().filter(changes).length >= 3, 'the changes');
      const contained = [...idsOf(changes)];
      expect(contained).toHaveLength(1);
      const posted = () => idsOf(({ message }) => message === 'notice posted');
      await eventually(() => posted().has(contained[0]), 'the line of its message');
      const held2 = lines().filter(
        ({ containmentId, message }) => containmentId !== undefined && message === 'AWS call',
      );
      expect(new Set(held2.map(({ correlationId }) => correlationId))).toEqual(new Set(contained));

      const card = await ada.waitForMessage(
        ({ words, buttons }) => words.includes('mallory') && buttons.includes('Undo'),
        { channel: CHANNELS.alerts, timeoutMs: LONG },
      );
      await card.click('Undo');
      const undo = await ada.waitForModal((modal) => modal.title === 'Undo', LONG);
      await undo.fill({ Reason: 'it was the auditor' });
      scene.logLines.length = 0;
      await undo.submit();
      await (await ada.waitForModal(({ words }) => words.includes('Taken back'), LONG)).close();
      const [undone, ...more] = [...idsOf(changes)];
      expect(more).toEqual([]);
      expect(undone).not.toBe(contained[0]);

      const stores = await scene.stores();
      const rows = (await stores.audit.newest(200)).filter(({ verb }) => verb.startsWith('containment.'));
      await stores.close();
      // What was begun under an id has ended under it.
      for (const [verb, id] of [
        ['containment.contain', contained[0]],
        ['containment.undo', undone],
      ]) {
        const phases = rows
          .filter((row) => row.verb === verb)
          .map(({ phase, correlationId }) => `${phase} ${correlationId}`)
          .toSorted((a, b) => (a < b ? -1 : 1));
        expect(phases).toEqual([`intent ${String(id)}`, `outcome ${String(id)}`]);
      }
    },
    2 * LONG,
  );

  it(
    'lets go within the grace when it is stopped while it holds, reads a region and listens to a queue',
    async () => {
      const account = accountOf(scene);
      const user = account.addUser('eve', { attached: ['ReadOnlyAccess'] });
      const { accessKeyId } = user.addKey();
      await ada.slash(`/aws-deactivate ${accessKeyId} stolen`);
      await (await ada.waitForModal((modal) => modal.title === 'Deactivate', LONG)).submit();
      await (await ada.waitForModal(({ words }) => words.includes('Held until'), LONG)).close();
      const stores = await scene.stores();
      const [connection] = await stores.connections.list();
      scene.aws.world.addQueue(account, 'us-east-1', 'trail-events');
      const hangs = ['ListAccessKeys', 'LookupEvents', 'ReceiveMessage'].map((action) =>
        scene.aws.faults.add({ action, effect: { kind: 'hang' } }),
      );
      const queue = trailQueue({
        connectionId: connection?.id ?? '',
        region: 'us-east-1',
        accountId: account.id,
        setAt: Date.now(),
        state: NEW_QUEUE,
      });
      await stores.atomically([stores.watch.queues.insert(queue)]);
      // Its own round may write in between.
      await expect.poll(() => hastened(stores), { timeout: LONG }).toBe(true);
      await eventually(() => hangs.every(({ fired }) => fired > 0), 'all three calls', LONG);
      const from = performance.now();
      await scene.stop();
      expect(performance.now() - from).toBeLessThan(STOPPED_MS);
      scene.aws.faults.clear();
      // Nobody has to wait for a lease: what was let go of is free.
      const [row] = (await stores.containments.open(9)).filter(({ userName }) => userName === 'eve');
      expect(row).toMatchObject({ state: 'holding', leaseOwner: null });
      expect((await stores.watch.accounts.list())[0]?.heldBy).toBeNull();
      await stores.close();
      user.policies.detach('arn:aws:iam::aws:policy/AWSDenyAll');
      await scene.start({ REKEY_ALERT_CHANNEL: CHANNELS.alerts });
      await eventually(
        () => user.policies.attachedArns().some((arn) => arn.endsWith('/AWSDenyAll')),
        'the hold after the start',
      );
    },
    2 * LONG,
  );
});
