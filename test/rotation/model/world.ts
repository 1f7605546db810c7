import { AwsFailure } from '../../../src/ports/aws.ts';
import type { AwsFailureCode } from '../../../src/ports/aws.ts';
import type { RotatedAccount, RotationWorld } from '../../../src/ports/rotation-world.ts';
import type { LastUse } from '../../../src/domain/last-use.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { Model } from './model.ts';
import { meddle } from './strangers.ts';
import type { ModelPlace } from './places.ts';

/** Codes after which nothing was done, and those after which nobody knows. */
const REFUSALS: readonly AwsFailureCode[] = ['throttled', 'throttled', 'no_route'];
const UNSURE: readonly AwsFailureCode[] = ['timeout', 'aws_down'];

function failure(code: AwsFailureCode, action: string): AwsFailure {
  return new AwsFailure({ code, action });
}

/** One instance's hand in the world: `live` may kill it before or after what it does. */
export interface Hand {
  live<T>(what: string, act: () => T): Promise<T>;
  /** Whether it asked for the pause since its last change. */
  asked: boolean;
}

/** What one instance of Rekey sees of the world. */
export function worldOf(model: Model, hand: Hand): RotationWorld {
  const { chance, truth } = model;
  const life = <T>(what: string, act: () => T): Promise<T> => hand.live(what, act);

  /** A call to AWS: it may be refused, or its answer lost, before or after it did something. */
  async function aws<T>(action: string, signer: string, act: () => T): Promise<T> {
    return life(action, () => {
      if (model.clockIsOff) throw failure('clock_off', action);
      if (truth.find(signer) !== undefined && truth.find(signer)?.status !== 'Active') {
        throw failure('key_not_active', action);
      }
      if (model.fault(0.04)) throw failure(chance.pick(REFUSALS), action);
      const scripted = model.scripted.get(action)?.shift();
      if (scripted === 'refused') throw failure('throttled', action);
      if (scripted === 'answer lost') {
        act();
        throw failure('timeout', action);
      }
      // What becomes of a key whose answer is lost is the hardest part: it happens more often than in life.
      const making = action === 'iam:CreateAccessKey';
      if (making && model.fault(0.05)) meddle(model);
      if (model.fault(making ? 0.15 : 0.03)) {
        if (chance.hits(0.6)) act();
        throw failure(chance.pick(UNSURE), action);
      }
      return act();
    });
  }

  function account(signerKeyId: string): RotatedAccount {
    const mutates = (what: string, id: string): void => {
      model.check.mutation(hand);
      model.check.mayMutate(what, id, signerKeyId);
    };
    const signerArn = 'arn:aws:sts::123456789012:assumed-role/rekey/rekey';
    return {
      signerArn,
      signerKeyId,
      look: () => aws('iam:ListAccessKeys', signerKeyId, () => truth.look()),
      lastUse: (id) =>
        life('iam:GetAccessKeyLastUsed', (): LastUse => {
          const asOf = model.now();
          const refused = model.scripted.get('iam:GetAccessKeyLastUsed')?.shift() === 'refused';
          if (model.clockIsOff || refused || model.fault(0.1)) {
            return { kind: 'unknown', why: 'throttled', since: asOf, last: null };
          }
          const at = model.lastUsed.get(id);
          return at === undefined
            ? { kind: 'not_seen', asOf }
            : { kind: 'used', at, asOf, service: 's3', region: null };
        }),
      createKey: ({ userName, nonce }) =>
        aws('iam:CreateAccessKey', signerKeyId, () => {
          model.check.mutation(hand);
          if (truth.keys.length >= 2) throw failure('quota', 'iam:CreateAccessKey');
          const key = truth.add('rekey');
          model.check.created();
          truth.record({
            eventTime: model.trueNow,
            eventName: 'CreateAccessKey',
            accessKeyId: signerKeyId,
            record: {
              userIdentity: { arn: signerArn },
              userAgent: `aws-sdk-js/3 rekey/1 ${nonce}`,
              requestParameters: { userName },
              responseElements: { accessKey: { accessKeyId: key.accessKeyId, userName } },
            },
          });
          return { accessKeyId: key.accessKeyId, secret: new Secret(key.secret) };
        }),
      setStatus: ({ accessKeyId, status }) =>
        aws('iam:UpdateAccessKey', signerKeyId, () => {
          mutates(status, accessKeyId);
          const key = truth.find(accessKeyId);
          if (key === undefined) throw failure('no_such_entity', 'iam:UpdateAccessKey');
          key.inactiveSince = status === 'Active' ? null : (key.inactiveSince ?? model.now());
          key.status = status;
          truth.changed();
        }),
      deleteKey: ({ accessKeyId }) =>
        aws('iam:DeleteAccessKey', signerKeyId, () => {
          mutates('delete', accessKeyId);
          const key = truth.find(accessKeyId);
          if (key === undefined) throw failure('no_such_entity', 'iam:DeleteAccessKey');
          truth.remove(key);
        }),
      tagKey: () => aws('iam:TagUser', signerKeyId, () => undefined),
    };
  }

  return {
    account: (_, notBy) =>
      life('account', () => {
        const signer = model.signers().find((id) => !notBy.includes(id));
        return signer === undefined ? null : account(signer);
      }),
    trail: () =>
      life('trail', () =>
        model.watched
          ? {
              enabledRegions: () => aws('ec2:DescribeRegions', 'none', () => ['us-east-1', 'eu-west-1']),
              async *lookUp(region, question, window) {
                yield await aws('cloudtrail:LookupEvents', 'none', () =>
                  model.history(region, question, window),
                );
              },
            }
          : null,
      ),
    tryKey: (_, accessKeyId, secret) =>
      life('tryKey', () => {
        const key = truth.find(accessKeyId);
        if (model.fault(0.05)) return { answer: 'unknown', why: 'timeout' };
        if (key?.status !== 'Active' || key.secret !== secret.reveal())
          return { answer: 'not_yet', why: 'refused' };
        const young = model.trueNow - key.createdAt < 15_000;
        if (young && chance.hits(0.5)) return { answer: 'not_yet', why: 'flaps' };
        model.check.tried(accessKeyId);
        return { answer: 'works' };
      }),
    place: (rotation, id) =>
      life('place', () => {
        const place: ModelPlace | undefined = model.places.get(id);
        return place === undefined ? { refused: 'It is gone.' } : place.seenBy(rotation, hand);
      }),
    runHook: () =>
      life('hook', () => {
        model.check.mutation(hand);
        if (!model.fault(0.2)) return { ok: true };
        return { ok: false, why: 'no answer', final: chance.hits(0.2) };
      }),
    paused: () =>
      life('paused', () => {
        hand.asked = true;
        return model.pausedWhy;
      }),
    keptOff: () => life('keptOff', () => (model.containedAt === null ? null : 'It is contained.')),
    writesFor: async () => [],
    written: async () => undefined,
  };
}
