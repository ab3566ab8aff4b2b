/**
 * Rows of a made-up cohort: features and covariates from which the targets follow, with noise.
 */
import { rngOf } from '../../../src/core/random.js';
import { tensor, type Tensor } from '../../../src/core/tensor.js';
import { heads } from '../../../src/downstream/heads/index.js';
import { parseTask } from '../../../src/downstream/task-file.js';
import type { FitJob } from '../../../src/downstream/training/fit.js';
import type { ModelRows } from '../../../src/downstream/training/rows.js';
import { onnxEngine } from '../../../src/engines/onnx/index.js';

export const place = { engine: onnxEngine, device: 'cpu', threads: 1 };

export function table(rows: number, columns: number, at: (row: number, column: number) => number): Tensor {
  return tensor(
    [rows, columns],
    Float32Array.from({ length: rows * columns }, (_, i) => at(Math.floor(i / columns), i % columns)),
  );
}

/** Two classes, of which the second is `shift` deviations away in every feature, and in the first covariate. */
export function twoClouds(rows: number, name: string, shift = 1): ModelRows {
  const rng = rngOf('clouds', name);
  const labels = Array.from({ length: rows }, (_, row) => (row % 3 === 0 ? 1 : 0));
  const moved = (row: number): number => (labels[row] ?? 0) * shift;
  return {
    features: table(rows, 4, (row, column) => 100 + 10 ** column * (rng.normal() + moved(row))),
    covariates: table(rows, 2, (row, column) => (column === 0 ? 50 + 8 * (rng.normal() + moved(row)) : 7)),
    targets: { kind: 'classes', names: ['well', 'ill'], labels },
    patients: labels.map((_, row) => `${name}-${row}`),
  };
}

export function jobOf(task: object, train: ModelRows, change: Partial<FitJob> = {}): FitJob {
  const parsed = parseTask({ head: 'classes', ...task }, 'a task');
  const head = heads[parsed.head.name];
  if (head === undefined) throw new Error(`no head ${parsed.head.name}`);
  return { task: parsed, head, train, key: [0, 'fit'], place, ...change };
}

/** Share of the pairs of a row of either class in which the second class is told as more probable of the one that is of it. */
export function auroc(probabilities: Tensor | undefined, { targets }: ModelRows): number {
  if (targets.kind !== 'classes') throw new Error('needs classes');
  const scores = targets.labels.map((label, row) => ({
    label,
    score: probabilities?.data[2 * row + 1] ?? NaN,
  }));
  const [ill, well] = [1, 0].map((wanted) => scores.filter(({ label }) => label === wanted));
  const right = (ill ?? []).flatMap((one) => (well ?? []).map((other) => (one.score > other.score ? 1 : 0)));
  return right.reduce<number>((sum, one) => sum + one, 0) / right.length;
}
