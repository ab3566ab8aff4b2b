/**
 * Fits the models of label-efficiency curves and writes `curves.json`, `curves.svg` and `curves.png`.
 */
import { join } from 'node:path';
import { writeAtomically } from '../../../core/atomic-write.js';
import { present } from '../../../core/errors.js';
import { mainMetric } from '../../../metrics/index.js';
import type { CurvesInMarkdown } from '../../reporting/markdown.js';
import { fitModels, type FittingOptions } from '../fit-models.js';
import { curvesTable } from './markdown.js';
import { curvesPicture } from './picture.js';
import { planCurves, type CurveOptions } from './plan.js';
import { scoreOf, unfitted } from './score.js';
import { labelCurves } from './summary.js';

export async function makeCurves(
  curve: CurveOptions,
  fitting: FittingOptions,
  folder: string,
): Promise<CurvesInMarkdown> {
  const { cohort, kind, repeats, folds } = curve;
  const points = planCurves(curve);
  const results = await fitModels(
    points.filter(({ refused }) => refused === undefined).map(({ spec }) => spec),
    fitting,
  );
  const scores = points.map((point) =>
    point.refused === undefined
      ? scoreOf(cohort, point, present(results.get(point.spec.name), point.spec.name))
      : unfitted(point, point.refused),
  );
  const metric = mainMetric(cohort.targets.kind);
  const curves = labelCurves({ task: kind.task.name, metric, repeats, folds }, scores);
  await writeAtomically(join(folder, 'curves.json'), `${JSON.stringify(curves, null, 2)}\n`);
  const { svg, png } = await curvesPicture(curves);
  await writeAtomically(join(folder, 'curves.svg'), svg);
  await writeAtomically(join(folder, 'curves.png'), png);
  return { picture: 'curves.svg', table: curvesTable(curves) };
}
