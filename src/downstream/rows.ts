/**
 * Rows of features, one a scan, with what is known of each.
 */
import { UserError } from '../core/errors.js';
import { tensor, type Tensor } from '../core/tensor.js';
import { checkTargets, rowsOf, type Targets } from './targets.js';

/** Features `[N, F]` with what is known of each row. */
export interface FeatureRows {
  readonly features: Tensor;
  readonly targets: Targets;
}

/** Channels of each row. */
export const columnsOf = ({ features }: Pick<FeatureRows, 'features'>): number => features.shape[1] ?? 0;

/** The features of some rows, in the order given. */
export function featuresAt({ shape: [, columns = 0], data }: Tensor, rows: readonly number[]): Tensor {
  const picked = new Float32Array(rows.length * columns);
  rows.forEach((row, i) => picked.set(data.subarray(row * columns, (row + 1) * columns), i * columns));
  return tensor([rows.length, columns], picked);
}

/** Refuses, in one line, rows that do not fit each other or the head; `what` they are: such as `targets`. */
export function checkRows(
  head: { readonly name: string; readonly targets: Targets['kind'] },
  { features, targets }: FeatureRows,
  what: string,
): void {
  const subject = `${what} of head ${head.name}`;
  if (features.shape.length !== 2) {
    const shape = features.shape.join(', ');
    throw new UserError({
      subject: `features for head ${head.name}`,
      problem: `must be [rows, channels], got [${shape}]`,
      fix: 'average maps over space first',
    });
  }
  const wrong = features.data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new UserError({
      subject: `features for head ${head.name}`,
      problem: `row ${Math.floor(wrong / columnsOf({ features }))} holds ${features.data[wrong]}`,
      fix: 'leave the row out',
    });
  }
  checkTargets(targets, head.targets, subject);
  requireEqual(subject, rowsOf(targets), features.shape[0], 'rows');
}

export function requireEqual(
  subject: string,
  found: number | undefined,
  wanted: number | undefined,
  what: string,
): void {
  if (found === wanted) return;
  throw new UserError({
    subject,
    problem: `has ${found} ${what}, but the features have ${wanted}`,
    fix: 'give as many',
  });
}
