import type { KnownBlock } from '@slack/types';
import type { Connection } from '../src/domain/connection.ts';
import { counted } from '../src/domain/time-words.ts';
import {
  isByFilesAlone,
  isLearning,
  lasting,
  learned,
  type AccountWatch,
  type RegionWatch,
} from '../src/domain/watch.ts';
import type { HomeWatch } from '../src/handlers/look-home-watch.ts';
import { button, context, section } from '../src/slack/blocks/elements.ts';
import { INCIDENT_DETAILS, incidentLine } from '../src/slack/blocks/incident.ts';
import { brief, code, moment, words } from '../src/slack/blocks/mrkdwn.ts';

/** What Home says of watching: at most five blocks, and a line of each card. */

/** Regions a card names one by one: those that are behind the others, or cannot be read. */
const NAMED = 4;
/** Regions whose times differ by less than this are as one: those without keys are read once an hour. */
const ALIKE_MS = 75 * 60_000;

/** Open incidents, latest first. */
export function incidentNeeds({ incidents, told, mild }: HomeWatch): KnownBlock[] {
  const more = told - incidents.length;
  const rest = [
    ...(more > 0 ? [counted(more, 'more incident')] : []),
    ...(mild > 0 ? [counted(mild, 'mild one')] : []),
  ];
  return [
    ...(incidents.length === 0 ? [] : [section('*Open incidents*')]),
    ...incidents.map(({ incident, title }) =>
      section(
        incidentLine(incident, title),
        button('Details', INCIDENT_DETAILS, { value: incident.id, about: `Details of ${incident.subject}` }),
      ),
    ),
    ...(rest.length === 0 ? [] : [context(`${rest.join(', ')}: \`/aws-incidents\` lists all of them.`)]),
  ];
}

/** How an account is watched, for its card. */
export function watchOfCard(connection: Connection, watch: AccountWatch | undefined, now: number): string {
  if (watch === undefined) return notWatched(connection);
  const trouble = lasting(watch.trouble);
  if (trouble !== null && isByFilesAlone(trouble)) {
    return `by the trail's files alone, since ${moment(trouble.since)}: ${brief(trouble.why, 250)}`;
  }
  if (trouble !== null) {
    return `*not seen* since ${moment(trouble.since)}: ${brief(trouble.why, 250)}`;
  }
  const { regions } = watch;
  const [first] = regions;
  if (first === undefined) return 'about to begin';
  const learning = regions.filter(isLearning);
  const known = regions.filter((region) => !isLearning(region));
  return [
    ...(learning.length === 0 ? [] : [learningText(regions, learning)]),
    ...(known.length === 0 ? [] : [completeText(known, now)]),
    ...byKeysText(known),
    ...(lasting(watch.listTrouble) === null ? [] : ['the enabled regions are not known']),
  ].join(' · ');
}

function notWatched({ lastCheck }: Connection): string {
  if (lastCheck?.status !== 'verified') return 'not watched: the last check did not pass';
  const { watch } = lastCheck.report.capabilities;
  if (watch.answer === 'yes') return 'about to begin';
  if (watch.answer === 'no') return `not watched: ${words(watch.missing.join(', '))} is missing`;
  return `not watched: unknown whether it may be (${brief(watch.why, 150)})`;
}

function learningText(all: readonly RegionWatch[], learning: readonly RegionWatch[]): string {
  const part = all.reduce((sum, region) => sum + learned(region), 0) / all.length;
  const earliest = Math.min(...learning.map(({ since }) => since));
  return `learning what is normal, from ${moment(earliest)} on: ${Math.floor(part * 100)} %`;
}

/** Where too much happens to read all of it: what is not seen there. */
function byKeysText(known: readonly RegionWatch[]): string[] {
  const busy = known.filter(({ way }) => way === 'keys').map(({ region }) => code(region));
  if (busy.length === 0) return [];
  return [
    `only its access keys and their sessions in ${busy.slice(0, NAMED).join(', ')}: too much happens there`,
  ];
}

/** Up to when everything is known, and which regions are not like the others. */
function completeText(known: readonly RegionWatch[], now: number): string {
  const best = Math.max(...known.map(({ completeTo }) => completeTo));
  const odd = known.filter(
    ({ completeTo, trouble }) => best - completeTo > ALIKE_MS || lasting(trouble) !== null,
  );
  const fine = known.filter((region) => !odd.includes(region));
  const oldest = Math.min(...fine.map(({ completeTo }) => completeTo), now);
  const named = odd.slice(0, NAMED).map(({ region, completeTo, trouble }) => {
    const lasts = lasting(trouble);
    const why = lasts === null ? '' : ` (${brief(lasts.why, 120)})`;
    return `${code(region)} only to ${moment(completeTo)}${why}`;
  });
  const more = odd.length - named.length;
  const byFile = known.filter(({ feed }) => feed?.leads === true).length;
  return [
    ...(byFile === 0 ? [] : [`${counted(byFile, 'region')} by the trail's files`]),
    ...(fine.length === 0 ? [] : [`complete to ${moment(oldest)} in ${counted(fine.length, 'region')}`]),
    ...named,
    ...(more > 0 ? [`${counted(more, 'more region')} behind`] : []),
  ].join(', ');
}
