/**
 * The loss of cases against sampled controls.
 */
import { z } from 'zod';
import { intTensor, tensor, type AnyTensor } from '../../../core/tensor.js';
import type { Builder } from '../../../ir/builder.js';
import type { InputSpec, Value } from '../../../ir/graph.js';
import type { Moment } from '../../head.js';
import type { TimeTargets } from '../../targets.js';
import { drawControls } from './controls.js';
import { column, columnTensor } from './order.js';

export const controls = z
  .int()
  .min(1)
  .max(64)
  .default(4)
  .describe('rows still at risk that each event is compared with, drawn in the batch');

/** Rows of controls `control` `[N, C]`, whether a row is a case `[N]`, and whether a control's event is later `[N, C]`. */
export const caseControlInputs = (rows: number, count: number): InputSpec[] => [
  { name: 'control', shape: [rows, count], dtype: 'i64' },
  column('case', rows),
  { name: 'later', shape: [rows, count], dtype: 'f32' },
];

export function caseControlFeeds(
  targets: TimeTargets,
  count: number,
  { rng }: Moment,
): Readonly<Record<string, AnyTensor>> {
  const { rows, cases, later } = drawControls(targets, count, rng);
  const shape = [targets.times.length, count];
  return {
    control: intTensor(shape, Int32Array.from(rows)),
    case: columnTensor(cases),
    later: tensor(shape, Float32Array.from(later)),
  };
}

/**
 * Mean over cases of log(Σ exp g / exp g of the case), the sum over the case and its controls. `logHazards` `[N, 1 + C]`, the
 * case first; 0 where there is no case.
 */
export function caseControlLoss(b: Builder, logHazards: Value, cases: Value): Value {
  const terms = b.sub(b.logSumExp(logHazards), firstColumn(b, logHazards));
  const count = b.maximum(b.reduceSum(cases, [0]), b.scalar(1));
  return b.div(b.reduceSum(b.mul(cases, terms), [0]), count);
}

/** Share of the controls with a later event whose hazard at the case's time is the lower one; equal ones count half. */
export function caseControlConcordance(b: Builder, logHazards: Value, later: Value): Value {
  const [n = 1, all = 1] = logHazards.shape;
  const own = b.slice(logHazards, [0, 0], [n, 1]);
  const others = b.slice(logHazards, [0, 1], [n, all]);
  const lower = b.sub(b.scalar(1), b.toFloat(b.greaterEqual(others, own)));
  const same = b.mul(b.toFloat(b.equal(others, own)), b.scalar(0.5));
  const agreed = b.reduceSum(b.mul(later, b.add(lower, same)), [0, 1]);
  const count = b.reduceSum(later, [0, 1]);
  const none = b.where(b.greaterEqual(count, b.scalar(1)), b.scalar(0), b.scalar(0.5));
  return b.add(b.div(agreed, b.maximum(count, b.scalar(1))), none);
}

function firstColumn(b: Builder, x: Value): Value {
  return b.reshape(b.slice(x, [0, 0], [x.shape[0] ?? 1, 1]), [-1]);
}
