/**
 * Sites of a federation: patients of the training side, each with all scans at one site. Held-out patients belong to none: they are
 * what every network is judged by.
 */
import { UserError } from '../core/errors.js';
import { rngOf } from '../core/random.js';
import type { UsedScan } from '../scans/load.js';
import type { ScanSet } from '../scans/sampling/scan-set.js';
import type { FederationOptions } from './options.js';

export interface Site {
  readonly name: string;
  /** Its scans alone, all on the training side. */
  readonly set: ScanSet;
  /** Number of its patients. */
  readonly patients: number;
}

/** `used`: the scans of the set, by which sites are named. Throws `UserError` where patients belong to no site or to two. */
export function sitesOf(
  set: ScanSet,
  { sites, seed }: Pick<FederationOptions, 'sites' | 'seed'>,
  used: readonly UsedScan[],
  subject: string,
): readonly Site[] {
  const divided = typeof sites === 'number' ? dealt(set, sites, seed, subject) : named(sites, used, subject);
  return divided.map(({ name, patients }) => ({
    name,
    patients: patients.size,
    set: {
      ...{ channels: set.channels, balance: set.balance, fingerprint: `${set.fingerprint}/${name}` },
      volumes: set.volumes.filter(({ split, patient }) => split === 'train' && patients.has(patient)),
    },
  }));
}

interface Division {
  readonly name: string;
  readonly patients: ReadonlySet<number>;
}

function dealt({ volumes }: ScanSet, count: number, seed: number, subject: string): readonly Division[] {
  const training = volumes.filter(({ split }) => split === 'train').map(({ patient }) => patient);
  const patients = rngOf(seed, 'federated', 'sites').shuffle([...new Set(training)].sort((a, b) => a - b));
  if (patients.length < count) {
    throw new UserError({
      subject,
      problem: `"sites" is ${count}, but there are ${patients.length} patients to train on`,
      fix: 'name fewer sites, or add scans',
    });
  }
  return Array.from({ length: count }, (_, site) => ({
    name: `site-${site + 1}`,
    patients: new Set(patients.filter((_, i) => i % count === site)),
  }));
}

function named(
  sites: Exclude<FederationOptions['sites'], number>,
  used: readonly UsedScan[],
  subject: string,
): readonly Division[] {
  const siteOf = new Map<number, string>();
  for (const scan of used.filter(({ split }) => split === 'train')) {
    const [site, other] = sites.filter(({ scans }) => scans.some((name) => belongs(scan, name)));
    const before = siteOf.get(scan.patient);
    const second = other?.name ?? (before !== undefined && before !== site?.name ? before : undefined);
    if (site === undefined || second !== undefined) {
      throw new UserError({
        subject,
        problem: `${scan.path} belongs to ${site === undefined ? 'no site' : `two sites, ${site.name} and ${second ?? ''}, or its patient does`}`,
        fix: 'list each patient with all scans at one site',
      });
    }
    siteOf.set(scan.patient, site.name);
  }
  return sites.map(({ name }) => {
    const patients = new Set([...siteOf].flatMap(([patient, site]) => (site === name ? [patient] : [])));
    if (patients.size > 0) return { name, patients };
    throw new UserError({
      subject,
      problem: `the site ${name} has no patient to train on`,
      fix: 'correct its "scans", which are folders, files or patients; some patients are held out for validation',
    });
  });
}

/** True if a scan lies in the folder `name`, is that file, or is of that patient. */
function belongs({ path, owner }: UsedScan, name: string): boolean {
  const folder = name.endsWith('/') ? name : `${name}/`;
  return path === name || owner === name || path.startsWith(folder);
}
