/**
 * What readers are told of a split.
 */
import type { Report } from './report.js';

/** Rows of `train` were held out by their fold, unless there are rows of validation. */
export function nameOf(split: string, { splits }: Pick<Report, 'splits'>): string {
  if (split === 'predictions') return 'all rows';
  if (split !== 'train') return split;
  return splits.validation === undefined ? 'cross-validation' : 'training';
}
