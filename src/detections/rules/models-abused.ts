import { call, history } from '../example.ts';
import { textAt } from '../json.ts';
import { isStrange } from '../novelty.ts';
import { HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

const LOOKING =
  /^(?:List(?:FoundationModels|InferenceProfiles|FoundationModelAgreementOffers|ProvisionedModelThroughputs|CustomModels|ImportedModels)|Get(?:ModelInvocationLoggingConfiguration|FoundationModelAvailability|FoundationModel))$/;
const LOOKS = 2;
const FEW_EVENTS = 5;

/** AWS had too much to do, or something of its own went wrong. */
const BUSY =
  /Thrott|TooManyRequests|ServiceUnavailable|InternalServer|ModelNotReady|ModelTimeout|ModelStreamError|ServiceQuotaExceeded/;

/** Generative models opened up or called. */
export const modelsAbused: Rule = {
  id: 'models-abused',
  title: 'Generative models opened up or called',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1496',
  whatToDo: 'Deactivate the key: stolen keys are sold for their models, and the bill grows by the hour.',
  falseAlarms: 'Programs that use Bedrock; they are known by their habit.',
  actions: words(`
    bedrock:ListFoundationModels bedrock:ListInferenceProfiles
    bedrock:GetModelInvocationLoggingConfiguration bedrock:GetFoundationModelAvailability
    bedrock:ListFoundationModelAgreementOffers bedrock:InvokeModel
    bedrock:InvokeModelWithResponseStream bedrock:Converse bedrock:ConverseStream
    bedrock:CreateModelInvocationJob bedrock:PutFoundationModelEntitlement
    bedrock:PutUseCaseForModelAccess bedrock:GetUseCaseForModelAccess
    bedrock:CreateFoundationModelAgreement bedrock:CreateProvisionedModelThroughput
    bedrock:CreateMarketplaceModelEndpoint bedrock:ListProvisionedModelThroughputs
    bedrock:ListCustomModels bedrock:ListImportedModels bedrock:GetFoundationModel`),
  judge(event, about) {
    const { name } = event.call;
    const { recent } = about.profile;
    const isOpening =
      /ModelAgreement|Entitlement|UseCase|ModelAvailability|MarketplaceModel|ProvisionedModel/.test(name);
    if (LOOKING.test(name)) {
      recent.note('models looked at', name, about.now, about.now);
      const looks = recent.since('models looked at', about.now - HOUR).length;
      // Whoever asks whether anybody would see it has a reason.
      const isWary = name === 'GetModelInvocationLoggingConfiguration';
      if (looks >= LOOKS && event.agent.kind !== 'infrastructure')
        return { facts: { looks, last: name }, of: 'looks' };
      return event.denied || isWary ? { severity: 'low', facts: { call: name }, of: 'look' } : null;
    }
    if (isOpening)
      return {
        severity: event.call.isRead ? 'low' : 'medium',
        facts: { call: name, model: textAt(event.asked, 'modelId') },
        of: name,
      };
    const looked = recent.last('models looked at');
    // Stolen keys that nobody knows yet are mostly tried with one model at once.
    const isUnknown = about.keyId !== null && about.profile.events < FEW_EVENTS;
    const wasLooking = looked !== null && about.now - looked < HOUR;
    // That AWS was busy says nothing of who asked.
    const isInVain = event.failed && !BUSY.test(event.errorCode ?? '');
    if (!wasLooking && !isInVain && !isStrange(about.novelty) && !about.novelty.service && !isUnknown)
      return null;
    // A program that is known, where it always ran, may well begin to use models.
    const isAdopting = !wasLooking && !isInVain && !isStrange(about.novelty);
    return {
      severity: isAdopting ? 'low' : 'medium',
      facts: { call: name, model: textAt(event.asked, 'modelId') },
      of: isAdopting ? 'begun' : 'called',
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'models are listed, then called',
        records: [
          call('bedrock:ListFoundationModels'),
          call('bedrock:InvokeModel', { minute: 2, asked: { modelId: 'anthropic.claude-3' } }),
        ],
      },
      {
        why: 'access is asked for',
        records: [call('bedrock:PutFoundationModelEntitlement', { asked: { modelId: 'm' } })],
      },
      {
        why: 'a call is refused',
        records: [call('bedrock:InvokeModel', { asked: { modelId: 'm' }, error: 'AccessDenied' })],
      },
    ],
    quiet: [
      {
        why: 'a program in its first days is asked to wait',
        learned: history(2, [
          'bedrock:Converse',
          'bedrock:Converse',
          'bedrock:Converse',
          'bedrock:Converse',
          'bedrock:Converse',
        ]),
        records: [call('bedrock:Converse', { asked: { modelId: 'm' }, error: 'ThrottlingException' })],
      },
      {
        why: 'a program that lives on it',
        learned: history(9, [
          'bedrock:InvokeModel',
          'bedrock:InvokeModel',
          'bedrock:InvokeModel',
          'bedrock:InvokeModel',
          'bedrock:InvokeModel',
        ]),
        records: [call('bedrock:InvokeModel', { asked: { modelId: 'm' } })],
      },
    ],
  }),
};
