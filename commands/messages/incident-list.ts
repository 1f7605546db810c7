import { counted } from '../../src/domain/time-words.ts';
import type { ExpectationsLook, IncidentsLook } from '../../src/handlers/look-incidents.ts';
import type { Expectation } from '../../src/domain/expectation.ts';
import type { Message } from '../../src/ports/slack.ts';
import { actions, button, confirm, context, section } from '../../src/slack/blocks/elements.ts';
import { INCIDENT_DETAILS, incidentLine } from '../../src/slack/blocks/incident.ts';
import { accountText } from '../../src/slack/blocks/keys.ts';
import { brief, code, cut, moment, person } from '../../src/slack/blocks/mrkdwn.ts';
import { INCIDENTS_PAGE } from '../../src/handlers/look-incidents.ts';

export const INCIDENTS_PREVIOUS = 'incidents.previous';
export const INCIDENTS_NEXT = 'incidents.next';
export const INCIDENTS_REFRESH = 'incidents.refresh';
export const INCIDENTS_EXPECTATIONS = 'incidents.expectations';
export const EXPECTATIONS_PREVIOUS = 'expectations.previous';
export const EXPECTATIONS_NEXT = 'expectations.next';
export const EXPECTATION_REVOKE = 'expectation.revoke';

/** With the longest texts they stay inside what Slack takes in all blocks. */
const SHOWN_EXPECTATIONS = 8;

export interface IncidentStates {
  readonly here: string;
  readonly previous: string;
  readonly next: string;
}

/** The list of `/aws-incidents`. */
export function incidentList(look: IncidentsLook, states: IncidentStates): Message {
  const { query, rows, total, all, page } = look;
  const count = total === all ? counted(total, 'incident') : `${total} of ${counted(all, 'incident')}`;
  const narrowed = [
    ...(query.open === null ? [] : [query.open ? 'open' : 'closed']),
    ...(query.least === null ? [] : [`${query.least} and worse`]),
    ...(query.accountId === null ? [] : [`account ${accountText(query.accountId, look.names)}`]),
    ...(query.text === null ? [] : [code(cut(query.text, 80))]),
  ];
  const pages = Math.max(1, Math.ceil(total / INCIDENTS_PAGE));
  return {
    text: count,
    blocks: [
      section([`*${count}*`, ...narrowed].join(' · ')),
      ...(rows.length === 0 ? [section(whyEmpty(look))] : []),
      ...rows.map(({ incident, title }) =>
        section(
          incidentLine(incident, title),
          button('Details', INCIDENT_DETAILS, {
            value: incident.id,
            about: `Details of ${incident.subject}`,
          }),
        ),
      ),
      actions('incidents.actions', [
        ...(look.hasPrevious ? [button('Previous', INCIDENTS_PREVIOUS, { value: states.previous })] : []),
        ...(look.hasNext ? [button('Next', INCIDENTS_NEXT, { value: states.next })] : []),
        button('Refresh', INCIDENTS_REFRESH, { value: states.here }),
        button('Expectations', INCIDENTS_EXPECTATIONS, { about: 'List what is expected' }),
      ]),
      context(
        `${rows.length === 0 ? '' : `Page ${Math.min(page, pages)} of ${pages} · `}${watchedText(look)} · Filters: \`/aws-incidents help\``,
      ),
    ],
  };
}

function watchedText({ watched, connected }: IncidentsLook): string {
  if (connected === 0) return 'no account is connected';
  return `${watched} of ${counted(connected, 'account')} watched`;
}

function whyEmpty({ all, query, watched, connected }: IncidentsLook): string {
  if (all > 0) {
    const more = query.open === true ? ' `/aws-incidents all` shows closed ones, too.' : '';
    return `None of them matches.${more}`;
  }
  if (connected === 0) return 'No AWS account is connected yet, so nothing is watched.';
  if (watched === 0) {
    return 'No account is watched: no connection may read CloudTrail’s events. `/aws-test` shows what is missing.';
  }
  return 'Nothing was found yet. Home shows up to when each account is known.';
}

/** What is expected, each with a way to revoke it: one page of it, the first for one that is not there. */
export function expectationList(
  { rows, names, mayRevoke }: ExpectationsLook,
  said: string | null,
  wanted = 1,
): Message {
  const pages = Math.max(1, Math.ceil(rows.length / SHOWN_EXPECTATIONS));
  const page = wanted >= 1 && wanted <= pages ? Math.floor(wanted) : 1;
  const shown = rows.slice((page - 1) * SHOWN_EXPECTATIONS, page * SHOWN_EXPECTATIONS);
  const title = rows.length === 0 ? 'Nothing is expected' : counted(rows.length, 'expectation');
  return {
    text: title,
    blocks: [
      ...(said === null ? [] : [section(said)]),
      section(`*${title}*`),
      ...(rows.length === 0
        ? [
            section(
              '*This is us* on an incident keeps what is alike quiet for a while; it is listed here then.',
            ),
          ]
        : []),
      ...shown.map(({ expectation, kept }) =>
        section(
          expectationText(expectation, kept, names),
          mayRevoke
            ? button('Revoke', EXPECTATION_REVOKE, {
                value: expectation.id,
                about: `Revoke what is expected of ${expectation.subject}`,
                confirm: confirm('Revoke it?', 'What was kept quiet raises an alarm again.', 'Revoke', false),
              })
            : undefined,
        ),
      ),
      ...(pages === 1
        ? []
        : [
            actions('expectations.pages', [
              ...(page === 1 ? [] : [button('Previous', EXPECTATIONS_PREVIOUS, { value: String(page - 1) })]),
              ...(page === pages ? [] : [button('Next', EXPECTATIONS_NEXT, { value: String(page + 1) })]),
            ]),
          ]),
      context(
        `${pages === 1 ? '' : `Page ${page} of ${pages} · `}Never expected: AWS’s quarantine, a trail that is stopped, a key that gives itself rights.`,
      ),
    ],
  };
}

function expectationText(
  { subject, accountId, network, agent, action, reason, by, at, until }: Expectation,
  kept: number,
  names: ReadonlyMap<string, string>,
): string {
  const limits = [
    ...(network === null ? [] : [`from ${code(network)}`]),
    ...(agent === null ? [] : [`with ${code(agent)}`]),
    ...(action === null ? [] : [`doing ${code(action)}`]),
  ];
  return [
    `${code(cut(subject, 120))} ${limits.join(', ')}`,
    `${accountText(accountId, names)} · until ${moment(until)} · said by ${person(by)} at ${moment(at)} · kept ${counted(kept, 'finding')} quiet`,
    brief(reason, 300),
  ].join('\n');
}
