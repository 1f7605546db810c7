import type { InputBlock } from '@slack/types';
import { SEVERITIES, type Severity } from '../../src/domain/notice.ts';
import { input, option } from '../../src/slack/blocks/elements.ts';
import type { IncomingView } from '../incoming.ts';

const OPTIONS = SEVERITIES.toReversed().map((severity) => option(severity, severity));

/** From which severity on something happens; `set`: what is chosen now, null for what is chosen at first. */
export function severityField(field: string, label: string, set: Severity | null): InputBlock {
  const chosen = OPTIONS.find(({ value }) => value === (set ?? 'high'));
  return input(field, label, {
    type: 'static_select',
    action_id: field,
    options: OPTIONS,
    ...(chosen === undefined ? {} : { initial_option: chosen }),
  });
}

/** The severity that was chosen; undefined when none was. */
export function chosenSeverity(view: IncomingView, field: string): Severity | undefined {
  const chosen = view.values.get(field)?.one ?? null;
  return SEVERITIES.find((name) => name === chosen);
}
