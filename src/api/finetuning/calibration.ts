/**
 * Temperatures of classifiers, each fitted on patients that its model was not fitted on.
 */
import { present } from '../../core/errors.js';
import type { Cohort } from '../../downstream/cohort/cohort.js';
import type { DownstreamTask } from '../../downstream/task-file.js';
import { applyTemperature, fitTemperature, logProbabilities } from '../../metrics/index.js';
import type { Fitted } from './fit-models.js';
import type { ModelSpec } from './model-spec.js';

/** Undefined where nothing is calibrated: other targets, no held-out rows, or a task that does not want it. */
export function temperatureOf(
  task: DownstreamTask,
  { targets }: Cohort,
  { answer, heldOut }: ModelSpec,
  { answers }: Pick<Fitted, 'answers'>,
): number | undefined {
  if (!task.calibrate || targets.kind !== 'classes' || heldOut.length === 0) return undefined;
  const { data } = present(answers['probabilities'], 'probabilities');
  const classes = targets.names.length;
  const held = new Set(heldOut);
  const rows = answer.flatMap((row, at) => (held.has(row) ? [{ row, at }] : []));
  const told = rows.map(({ at }) => [...data.subarray(at * classes, (at + 1) * classes)]);
  return fitTemperature(
    logProbabilities(told),
    rows.map(({ row }) => present(targets.labels[row], `label of row ${row}`)),
  );
}

export function calibrated(
  probabilities: readonly number[],
  temperature: number | undefined,
): readonly number[] {
  if (temperature === undefined) return probabilities;
  const [scaled] = applyTemperature(logProbabilities([probabilities]), temperature);
  return present(scaled, 'scaled probabilities');
}
