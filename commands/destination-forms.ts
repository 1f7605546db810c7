import { changeDestination } from '../src/handlers/destinations/change.ts';
import { makeDestination } from '../src/handlers/destinations/make.ts';
import { lookDestination } from '../src/handlers/destinations/look.ts';
import { authorise } from '../src/handlers/authorise.ts';
import type { DestinationKind } from '../src/domain/destination.ts';
import { bold, cut } from '../src/slack/blocks/mrkdwn.ts';
import { connectedOnes } from './connected.ts';
import { one, shownBelow } from './destinations.ts';
import { modal, type Action } from './entry.ts';
import {
  DESTINATION_ERROR_BLOCK,
  DESTINATION_FORM,
  destinationForm,
  KIND_ERROR_BLOCK,
  KIND_FORM,
  kindForm,
  parseDestination,
  parseKind,
  type TypedDestination,
} from './modals/destination-form.ts';
import { DESTINATION_CHANGE } from './modals/destination-view.ts';
import { DESTINATION_NEW } from './modals/destinations-view.ts';

const begin: Action = {
  actionId: DESTINATION_NEW,
  needs: 'admin',
  opensModal: true,
  async run(context) {
    await context.show(kindForm(await connectedOnes(context)));
  },
};

export const kindModal = modal<DestinationKind>({
  callbackId: KIND_FORM,
  needs: 'admin',
  irreversible: false,
  errorBlock: KIND_ERROR_BLOCK,
  parse: parseKind,
  async submit(context, kind) {
    authorise(context.actor, 'admin', 'make destinations', context.services.admins);
    return destinationForm(kind, null, await connectedOnes(context));
  },
});

const change: Action = {
  actionId: DESTINATION_CHANGE,
  needs: 'admin',
  opensModal: true,
  async run(context) {
    const { destination } = await lookDestination(context.services, context.actor, context.incoming.text);
    await context.show(destinationForm(destination.kind, destination, await connectedOnes(context)));
  },
};

export const destinationModal = modal<TypedDestination>({
  callbackId: DESTINATION_FORM,
  needs: 'admin',
  irreversible: true,
  errorBlock: DESTINATION_ERROR_BLOCK,
  parse: parseDestination,
  async submit(context, { kind, id, seen, input }, view) {
    const { services } = context;
    const request = context.request();
    if (id === null) {
      const made = await makeDestination(services, request, kind, input);
      const said = `${bold(cut(made.name, 80))} was made. *Bind* it to the users whose keys may go there.`;
      return shownBelow(context, view, ['Made', said], () => one(context, made.id, said));
    }
    const changed = await changeDestination(services, request, { destinationId: id, seen }, input);
    const said =
      changed === null
        ? 'Nothing was changed.'
        : 'Saved. Approvals of what it was no longer count; where one is needed, a second admin was asked.';
    return shownBelow(context, view, ['Saved', said], () => one(context, id, said));
  },
});

export const destinationFormActions: readonly Action[] = [begin, change];
