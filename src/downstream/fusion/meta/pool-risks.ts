/**
 * Weights of log hazards by Cox's regression on what the parts tell.
 */
import { standardDeviationOf } from './spread.js';
import { tensor } from '../../../core/tensor.js';
import { solveCox } from '../../heads/time/cox-newton.js';
import type { TimeTargets } from '../../targets.js';
import { nonNegative, PRIOR } from './non-negative.js';

/** A weight for the risks `[N]` of each part. */
export function poolRisks(risks: readonly Float32Array[], targets: TimeTargets): number[] {
  const rows = targets.times.length;
  const events = targets.events.filter((event) => event === 1).length;
  const spreads = risks.map(standardDeviationOf);
  return nonNegative(risks.length, (kept) => {
    const data = new Float32Array(rows * kept.length);
    kept.forEach((part, column) => {
      for (let row = 0; row < rows; row++)
        data[row * kept.length + column] = (risks[part]?.[row] ?? 0) / (spreads[part] ?? 1);
    });
    const { weights } = solveCox(tensor([rows, kept.length], data), targets, 'efron', PRIOR / events);
    const [found] = Object.values(weights);
    return kept.map((part, column) => (found?.data[column] ?? 0) / (spreads[part] ?? 1));
  });
}
