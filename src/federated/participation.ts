/**
 * Who takes part in a round, and who is lost in it.
 */
import type { Rng } from '../core/random.js';
import type { Site } from './sites.js';

interface Participation {
  /** Share of the sites. */
  readonly participation: number;
  /** Present: differential privacy. */
  readonly noise?: number;
}

/**
 * Without noise, a fixed number of sites, at least one (McMahan et al. 2017). With noise every site by itself, with the probability
 * that the accountant counts with, be it none. In the order of the sites.
 */
export function participantsOf(
  sites: readonly Site[],
  { participation, noise }: Participation,
  rng: Rng,
): readonly Site[] {
  if (noise !== undefined) return sites.filter(() => rng.bool(participation));
  const count = Math.max(1, Math.round(participation * sites.length));
  const drawn = new Set(rng.sample(sites, count));
  return sites.filter((site) => drawn.has(site));
}

/** True if the site's update of a round does not arrive; drawn by round and site alone. */
export function lostIn(
  round: number,
  site: string,
  { lost, rng }: { readonly lost: number; readonly rng: Rng },
): boolean {
  return rng.split('lost', round, site).bool(lost);
}
