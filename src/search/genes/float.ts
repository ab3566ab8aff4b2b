/**
 * A gene on a continuum, linear or logarithmic.
 */
import type { Rng } from '../../core/random.js';
import { replaced, type Gene } from './gene.js';
import { complaint } from './problems.js';

/** Standard deviation of a perturbation, as a share of the range. */
const SPREAD = 0.1;

/** Numbers in [min, max]; with `log`, uniform in the logarithm, and `min` must be positive. */
export function float(min: number, max: number, options: { readonly log?: boolean } = {}): Gene<number> {
  const { log = false } = options;
  if (!Number.isFinite(min) || !Number.isFinite(max) || max <= min || (log && min <= 0)) {
    throw new Error(`float needs finite min < max, positive where logarithmic, got (${min}, ${max})`);
  }
  const to = (value: number): number => (log ? Math.log(value) : value);
  const low = to(min);
  const range = to(max) - low;
  const position = (value: number): number => (to(value) - low) / range;
  const at = (share: number): number => {
    const value = low + Math.min(1, Math.max(0, share)) * range;
    return Math.min(max, Math.max(min, log ? Math.exp(value) : value));
  };
  const perturb = (value: number, rng: Rng): number => {
    const after = at(reflect(position(value) + SPREAD * rng.normal()));
    return after === value ? at(rng.float()) : after;
  };
  return {
    kind: 'float',
    sample: (rng) => at(rng.float()),
    sites: (value) => [{ weight: 1, change: (rng) => replaced('perturb', value, perturb(value, rng)) }],
    cross: (a, b, rng) => (rng.bool(0.5) ? a : b),
    distance: (a, b) => Math.abs(position(a) - position(b)),
    count: () => null,
    width: 1,
    encode: (value) => [value === undefined ? 0 : position(value)],
    problems: (value, place) =>
      typeof value === 'number' && value >= min && value <= max
        ? []
        : [complaint(place, `must be a number from ${min} to ${max}`, value)],
  };
}

/** Folds a position that left [0, 1] back into it. */
function reflect(position: number): number {
  const folded = Math.abs(position % 2);
  return folded > 1 ? 2 - folded : folded;
}
