import type { DestinationKind } from '../domain/destination.ts';
import { RekeyError } from '../errors.ts';
import type { DestinationPlace, Destinations, PlaceKind, PlaceRead } from '../ports/destination.ts';
import type { DestinationGround } from './ground.ts';
import { openSecret, secretsManagerFacts } from './secrets-manager.ts';
import { openParameter, parameterFacts } from './ssm-parameter.ts';
import { openWebhook, webhookFacts } from './webhook.ts';

/** A target as it is kept: what its kind needs, and never a secret. */
type Target = Readonly<Record<string, unknown>>;

interface Entry {
  readonly facts: PlaceKind<Target>;
  readonly open: (
    ground: DestinationGround,
    connectionId: string | null,
  ) => Promise<DestinationPlace<Target>>;
}

/** Every kind of place, once: a new one is a file and a line here. */
const REGISTRY: Readonly<Record<DestinationKind, Entry>> = {
  'secrets-manager': entry(secretsManagerFacts, async (ground, connectionId) =>
    openSecret(ground, await ground.writer(needed(connectionId))),
  ),
  'ssm-parameter': entry(parameterFacts, async (ground, connectionId) =>
    openParameter(ground, await ground.writer(needed(connectionId))),
  ),
  webhook: entry(webhookFacts, (ground) => Promise.resolve(openWebhook(ground))),
};

export const DESTINATION_KINDS = Object.keys(REGISTRY) as DestinationKind[];

/** What can be said of a kind without calling anything: its label, its target's schema, its snippets. */
export function factsOf(kind: DestinationKind): PlaceKind<Target> {
  return REGISTRY[kind].facts;
}

/** The port `Destinations` over the registry. */
export function createDestinations(ground: DestinationGround): Destinations {
  return {
    open: (destination) => REGISTRY[destination.kind].open(ground, destination.connectionId),
  };
}

function needed(connectionId: string | null): string {
  if (connectionId === null) {
    throw new RekeyError('internal', 'A destination in AWS has no connection to write with.');
  }
  return connectionId;
}

/** Lets a kind take targets as they are kept: each is read by the kind's own schema first. */
function entry<Own>(
  facts: PlaceKind<Own>,
  open: (ground: DestinationGround, connectionId: string | null) => Promise<DestinationPlace<Own>>,
): Entry {
  const read = (target: Target): Own => facts.schema.parse(target);
  const general: PlaceKind<Target> = {
    ...facts,
    schema: facts.schema as unknown as PlaceKind<Target>['schema'],
    form: {
      fields: facts.form.fields,
      read: (typed, before) => facts.form.read(typed, before && read(before)) as PlaceRead<Target>,
      typed: (target) => facts.form.typed(read(target)),
    },
    details: (target) => facts.details(read(target)),
    describe: (target) => facts.describe(read(target)),
    snippets: (target) => facts.snippets(read(target)),
  };
  return {
    facts: general,
    open: async (ground, connectionId) => {
      const place = await open(ground, connectionId);
      const { restore } = place;
      return {
        ...general,
        preflight: (target, about, signal) => place.preflight(read(target), about, signal),
        write: (target, key, signal) => place.write(read(target), key, signal),
        holds: (target, accessKeyId, signal) => place.holds(read(target), accessKeyId, signal),
        restore: restore && ((target, before, signal) => restore(read(target), before, signal)),
      };
    },
  };
}
