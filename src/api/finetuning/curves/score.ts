/**
 * The metric of one model of a curve, on the rows that were held out of it.
 */
import { mainMetric, reportOf } from '../../../metrics/index.js';
import type { Cohort } from '../../../downstream/cohort/cohort.js';
import { tablesBySplit } from '../../../downstream/predictions/table.js';
import { predictionTable } from '../answers.js';
import type { Fitted } from '../fit-models.js';
import type { CurvePoint } from './plan.js';
import type { CurveScore } from './summary.js';

export function scoreOf(cohort: Cohort, point: CurvePoint, result: Fitted): CurveScore {
  const { tested, fold, repeat, spec } = point;
  const table = predictionTable(cohort, [{ spec, result, rows: tested, fold: null }]);
  const [split] = tablesBySplit(table).values();
  if (split === undefined) throw new Error(`fold ${fold} of repeat ${repeat} holds no rows`);
  const metrics = reportOf(split.table, { resamples: 0 });
  const { value = null, refused } = metrics[mainMetric(table.outcome.kind)] ?? {};
  return { ...placeOf(point), value, ...(refused === undefined ? {} : { refused }) };
}

/** Of a model whose rows of training do not identify it. */
export function unfitted(point: CurvePoint, refused: string): CurveScore {
  return { ...placeOf(point), value: null, refused };
}

function placeOf({
  arm,
  labels,
  repeat,
  fold,
  trained,
  available,
  tested,
}: CurvePoint): Omit<CurveScore, 'value'> {
  return { arm, labels, repeat, fold, trained, available, tested: tested.length };
}
