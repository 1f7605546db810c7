import { CAST, emailOf, type CastMember } from '../../cast.ts';
import type { Draw } from './draw.ts';
import type { Naming } from './naming.ts';
import { daily, DAY, key, monthly, never, robotic, stopped, user, type PlannedUser } from './planned.ts';
import { BOT_PURPOSES, DESCRIPTIONS, PERSON_PURPOSES, SERVICES, TEAMS } from './words.ts';

/** What users of one kind are drawn with. */
export interface Ground {
  readonly draw: Draw;
  readonly naming: Naming;
}

const OWNERS: readonly CastMember[] = [CAST.bo, CAST.cleo, CAST.deepa, CAST.omar, CAST.vera];
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'.split('');
const MAX_AGE_DAYS = 90;
const UNUSED_DAYS = 45;

type Tags = Readonly<Record<string, string>>;

/** Owners stand in tags by their Slack name, their id or their e-mail address; one in ten has no such tag. */
function ownedBy(draw: Draw, owner: CastMember = draw.one(OWNERS)): Tags {
  const team = draw.one(TEAMS);
  switch (draw.whole(0, 9)) {
    case 0:
      return { team };
    case 1:
    case 2:
      return { team, email: emailOf(owner) };
    case 3:
      // Ids of Slack are longer than some of this team's: such a short one would be taken for a name.
      return { owner: owner.id.length < 8 ? owner.name : owner.id };
    case 4:
    case 5:
      return { team, Owner: emailOf(owner) };
    default:
      return { team, owner: owner.name };
  }
}

function times<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

/** Programs that deploy, all in use, none too old. */
export function deployBots({ draw, naming }: Ground, count: number): PlannedUser[] {
  return times(count, () =>
    user(naming.robot('ci-deploy'), [key(draw.whole(3, 70) + draw.next(), robotic(draw))], {
      path: '/bots/',
      tags: ownedBy(draw),
    }),
  );
}

/** One or two keys for each of so many days from now on which the maximum age is reached. */
export function dueByDay({ draw, naming }: Ground, days: number): PlannedUser[] {
  return times(days, (day) =>
    times(day % 3 === 0 ? 2 : 1, () => {
      // Somewhen in that day, so that an hour brings something now and then.
      const age = MAX_AGE_DAYS - day - 0.05 - 0.9 * draw.next();
      return user(naming.robot(draw.one(['svc', 'ci-release', 'sync'])), [key(age, robotic(draw))], {
        path: '/bots/',
        tags: ownedBy(draw, OWNERS[day % OWNERS.length]),
      });
    }),
  ).flat();
}

/** In use, and past the maximum age: from a day to five years. */
export function overAge({ draw, naming }: Ground, count: number): PlannedUser[] {
  return times(count, (at) =>
    user(
      naming.robot('legacy'),
      [key(MAX_AGE_DAYS + 0.4 + 1.33 ** at, draw.whole(0, 3) === 0 ? monthly(draw) : robotic(draw))],
      { tags: ownedBy(draw) },
    ),
  );
}

/** Silent for months, or soon so: some pass the limit in each of the next days. */
export function unused({ draw, naming }: Ground, count: number): PlannedUser[] {
  return times(count, (at) => {
    const silent = at % 2 === 0 ? UNUSED_DAYS - at / 2 - draw.next() : UNUSED_DAYS + draw.whole(1, 300);
    return user(
      naming.robot('batch'),
      [
        key(
          Math.min(silent + draw.whole(3, 20), 80) + (at % 2) * 200,
          stopped(silent, draw.one(BOT_PURPOSES)),
        ),
      ],
      { tags: ownedBy(draw) },
    );
  });
}

/** Made, and never used; some pass the limit within days. */
export function neverUsed({ draw, naming }: Ground, count: number): PlannedUser[] {
  return times(count, (at) =>
    user(
      naming.robot('trial'),
      [key(at % 2 === 0 ? UNUSED_DAYS - at - draw.next() : UNUSED_DAYS + draw.whole(2, 40), never)],
      { tags: ownedBy(draw) },
    ),
  );
}

/** People of the team, by their names; and others whom Slack does not know. Some sign in to the console too. */
export function developers({ draw, naming }: Ground, count: number): PlannedUser[] {
  const known = Object.values(CAST).filter((each) => each !== CAST.ivo && each !== CAST.gus);
  const names = [...known.map((each) => naming.take(each.name)), ...times(count, () => naming.person())];
  return names.map((name, at) =>
    user(name, [key(draw.whole(5, 85) + draw.next(), daily(draw))], {
      path: '/people/',
      console: at % 4 === 1,
      tags: at % 3 === 0 ? {} : { team: draw.one(TEAMS) },
    }),
  );
}

/** People with a console password, or nothing, and no key. */
export function withoutKeys({ draw, naming }: Ground, count: number): PlannedUser[] {
  return times(count, () =>
    user(naming.person(), [], {
      path: '/people/',
      console: draw.whole(0, 4) > 0,
      ageMs: draw.whole(20, 900) * DAY,
    }),
  );
}

/** People who have left: their keys are silent since, or worse, are not. */
export function exEmployees({ draw, naming }: Ground, count: number): PlannedUser[] {
  const ivo = user(naming.take(CAST.ivo.name), [key(260, stopped(120, draw.one(PERSON_PURPOSES)))], {
    path: '/people/',
    console: true,
  });
  return [
    ivo,
    user(naming.robot('cron'), [key(310, robotic(draw))], {
      tags: { owner: emailOf(CAST.ivo), team: 'data' },
    }),
    ...times(count, () =>
      user(
        naming.person(),
        [key(draw.whole(150, 600), stopped(draw.whole(60, 140), draw.one(PERSON_PURPOSES)))],
        {
          path: '/people/',
          tags: { status: 'left the company' },
        },
      ),
    ),
  ];
}

/** A second key that is Inactive, also Active, or was never taken into use; and users with one Inactive key. */
export function twoKeys({ draw, naming }: Ground, count: number): PlannedUser[] {
  return times(count, (at) => {
    const old = key(draw.whole(60, 200), robotic(draw));
    const young = key(draw.whole(1, 20), robotic(draw));
    const pairs = [
      [key(draw.whole(100, 300), stopped(20, draw.one(BOT_PURPOSES)), { status: 'Inactive' }), young],
      [old, young],
      [old, { ...young, habit: never }],
      [
        key(draw.whole(120, 400), stopped(draw.whole(30, 90), draw.one(BOT_PURPOSES)), {
          status: 'Inactive',
        }),
      ],
    ] as const;
    return user(naming.robot('worker'), pairs[at % pairs.length] ?? [], { tags: ownedBy(draw) });
  });
}

/** Kept for the worst day, and baits; told apart by a tag. */
export function breakGlassAndDecoys({ draw, naming }: Ground): PlannedUser[] {
  return [
    ...['payments', 'platform', 'data'].map((team) =>
      user(naming.take(`break-glass-${team}`), [key(draw.whole(120, 500), never)], {
        path: '/emergency/',
        tags: { 'rekey-kind': 'break-glass', team, owner: CAST.omar.name },
      }),
    ),
    ...['backup-admin', 'jenkins-root', 'svc-vault-sync'].map((name) =>
      user(naming.take(name), [key(draw.whole(100, 400), never)], { tags: { 'rekey-kind': 'decoy' } }),
    ),
  ];
}

/** Made by a tool: Terraform, CloudFormation, or the console's wizard for SES SMTP. */
export function managedElsewhere({ draw, naming }: Ground, count: number): PlannedUser[] {
  const letters = (length: number): string => times(length, () => draw.one(ALPHABET)).join('');
  return times(count, (at) => {
    const keys = [key(draw.whole(20, 140) + draw.next(), robotic(draw))];
    const service = draw.one(SERVICES);
    switch (at % 3) {
      case 0:
        return user(naming.robot('tf'), keys, {
          path: '/terraform/',
          tags: { ManagedBy: 'terraform', repository: `infra/${service}`, ...ownedBy(draw) },
        });
      case 1: {
        const stack = `${service}-stack`;
        return user(naming.take(`${stack}-UploadUser-${letters(12)}`), keys, {
          tags: { 'aws:cloudformation:stack-name': stack, 'aws:cloudformation:logical-id': 'UploadUser' },
        });
      }
      default: {
        const day = `2025${String(draw.whole(1, 12)).padStart(2, '0')}${draw.whole(10, 28)}`;
        const time = [draw.whole(10, 23), draw.whole(10, 59), draw.whole(10, 59)].join('');
        const smtp = key(
          draw.whole(20, 300),
          stopped(draw.whole(60, 200), { service: 'ses', region: 'eu-west-1' }),
        );
        return user(naming.take(`ses-smtp-user.${day}-${time}`), [smtp]);
      }
    }
  });
}

/** Found in public by AWS: one key goes on, one is off already. */
export function quarantined({ draw, naming }: Ground): PlannedUser[] {
  return [
    user(naming.robot('mobile'), [key(75, robotic(draw))], {
      quarantined: true,
      tags: ownedBy(draw, CAST.deepa),
    }),
    user(
      naming.robot('hackathon'),
      [
        key(130, stopped(12, draw.one(BOT_PURPOSES)), {
          status: 'Inactive',
          description: draw.one(DESCRIPTIONS),
        }),
      ],
      { quarantined: true },
    ),
  ];
}

/** Of what happens here nobody may read when a key was used: the reader's policy denies it. */
export function sealedOff({ draw, naming }: Ground): PlannedUser[] {
  return times(3, () =>
    user(naming.robot('vault'), [key(draw.whole(10, 200), robotic(draw))], {
      path: SEALED_PATH,
      tags: { owner: CAST.cleo.name },
    }),
  );
}

export const SEALED_PATH = '/vault/';
