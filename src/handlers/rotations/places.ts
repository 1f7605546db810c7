import { unknown } from '../../domain/known.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { createRedeployHooks } from '../../destinations/redeploy-hook.ts';
import { RekeyError } from '../../errors.ts';
import type { HookAnswer, RefusedPlace, RotationPlace } from '../../ports/rotation-world.ts';
import { rotatedKey } from '../../rotation/rotated-key.ts';
import { boundDestinations } from '../destinations/bound.ts';
import type { BoundDestination } from '../destinations/bound.ts';
import { openPlace } from '../destinations/places.ts';
import type { Opening } from '../destinations/places.ts';
import { webhookSigner } from '../webhook-keys.ts';
import type { Administrators } from './administrator.ts';

/** A destination that is bound to the rotated user and approved, opened; or why not. */
export async function boundPlace(
  services: Opening,
  rotation: Rotation,
  destinationId: string,
  administrators: Administrators,
  signal: AbortSignal,
): Promise<RotationPlace | RefusedPlace> {
  const bound = await boundTo(services, rotation, destinationId, administrators, signal);
  if ('refused' in bound) return bound;
  const { destination } = bound;
  try {
    const place = await openPlace(services, destination);
    return { place, target: destination.target, name: destination.name };
  } catch (error) {
    if (!(error instanceof RekeyError) || error.code !== 'needs_person') throw error;
    return { refused: `${destination.name}: ${error.message} ${error.next ?? ''}`.trim() };
  }
}

/** Calls the redeploy hook of a destination. */
export async function callHook(
  services: Opening,
  rotation: Rotation,
  destinationId: string,
  administrators: Administrators,
  signal: AbortSignal,
): Promise<HookAnswer> {
  const bound = await boundTo(services, rotation, destinationId, administrators, signal);
  if ('refused' in bound) return { ok: false, why: bound.refused, final: true };
  const { redeployHook: url, name } = bound.destination;
  // Whoever took the hook away meanwhile wants nothing called.
  if (url === null) return { ok: true };
  const accessKeyId = rotation.newKeyId;
  if (accessKeyId === null) throw new RekeyError('internal', 'A rotation without a new key calls a hook.');
  const { clock, outward } = services;
  const hooks = createRedeployHooks({ clock, outward, signer: await webhookSigner(services) });
  const about = { ...rotatedKey(rotation), accessKeyId, destination: name };
  const said = await hooks.call(url, about, signal);
  if (said.answer === 'healthy') return { ok: true };
  if (said.answer === 'waiting') return { ok: false, why: said.why, final: false, retryAt: said.retryAt };
  return { ok: false, why: `${said.why} ${said.mend}`, final: true };
}

async function boundTo(
  services: Opening,
  rotation: Rotation,
  destinationId: string,
  administrators: Administrators,
  signal: AbortSignal,
): Promise<BoundDestination | RefusedPlace> {
  const { accountId, snapshot, createdAt } = rotation;
  const user = { accountId, userId: snapshot.userId };
  const find = async (administrator: Parameters<typeof boundDestinations>[2]) =>
    (await boundDestinations(services, user, administrator)).find(
      ({ destination }) => destination.id === destinationId,
    );
  // Where a second person agreed it does not matter who the user is, and nobody is asked.
  const bound = await find(unknown('it was not asked', createdAt));
  if (bound === undefined) {
    return {
      refused: 'A destination is no longer bound to this user: an admin binds it under /aws-settings.',
    };
  }
  if (bound.refusal === null) return bound;
  const asked = await find(await administrators.isAdministrator(rotation, signal));
  if (asked === undefined || asked.refusal === null) return asked ?? { refused: 'It was just taken away.' };
  return { refused: `${asked.destination.name}: ${asked.refusal}` };
}
