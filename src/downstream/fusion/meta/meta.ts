/**
 * A learner on what two models tell, one of the scan and one of the table: how much to believe each.
 *
 * It is fitted to answers for rows that the models had not seen (out of fold), else it would believe the one that overfits.
 * Weights are not negative, as Breiman found necessary: a model that tells the opposite of what comes tells nothing.
 *
 * Source: Wolpert, "Stacked generalization", Neural Networks 1992; Breiman, "Stacked regressions", Machine Learning 1996.
 */
import { present } from '../../../core/errors.js';
import { nonNegativeLeastSquares } from '../../../core/linear-algebra/least-squares.js';
import { meanOf } from '../../../core/statistics/descriptive.js';
import { tensor, type Tensor, type TensorMap } from '../../../core/tensor.js';
import { breslowBaseline, withSurvival } from '../../heads/time/baseline.js';
import { survivalTimes } from '../../heads/time/grid.js';
import type { HeadConstants } from '../../head.js';
import type { PythonTask } from '../../../tasks/task.js';
import type { Targets, TimeTargets } from '../../targets.js';
import { logProbabilities, poolClasses } from './pool-classes.js';
import { poolRisks } from './pool-risks.js';

/** What each part tells of the same rows, as heads name it: `probabilities`, `value` or `risk`. */
export type Told = Readonly<Record<string, TensorMap>>;

/** Plain data; `weights` by part. */
export type MetaModel =
  | {
      readonly kind: 'classes';
      readonly weights: Readonly<Record<string, number>>;
      /** Added to the log of each class. */
      readonly biases: readonly number[];
    }
  | { readonly kind: 'value'; readonly weights: Readonly<Record<string, number>>; readonly bias: number }
  | {
      readonly kind: 'time';
      readonly weights: Readonly<Record<string, number>>;
      /** Baseline hazard at the times at which survival is told. */
      readonly constants: HeadConstants;
      readonly times: readonly number[];
    };

/**
 * Fits the learner.
 *
 * @param told of rows that the parts had not seen
 * @param times at which survival is told; absent: quantiles of the events
 */
export function fitMeta(told: Told, targets: Targets, times?: readonly number[]): MetaModel {
  const parts = Object.keys(told);
  switch (targets.kind) {
    case 'classes': {
      const logs = parts.map((part) => logProbabilities(tellingOf(told, part, 'probabilities')));
      const { weights, biases } = poolClasses(logs, targets);
      return { kind: 'classes', weights: byPart(parts, weights), biases };
    }
    case 'value': {
      const columns = parts.map((part) => [...tellingOf(told, part, 'value').data]);
      const means = columns.map(meanOf);
      const mean = meanOf(targets.values);
      const weights = nonNegativeLeastSquares(
        targets.values.map((_, row) => columns.map((column, p) => (column[row] ?? 0) - (means[p] ?? 0))),
        targets.values.map((value) => value - mean),
      );
      const bias = weights.reduce((left, weight, p) => left - weight * (means[p] ?? 0), mean);
      return { kind: 'value', weights: byPart(parts, weights), bias };
    }
    case 'time':
      return fitTimes(told, targets, times ?? survivalTimes(targets));
  }
}

function fitTimes(told: Told, targets: TimeTargets, times: readonly number[]): MetaModel {
  const parts = Object.keys(told);
  const risks = parts.map((part) => tellingOf(told, part, 'risk').data);
  const weights = byPart(parts, poolRisks(risks, targets));
  const pooled = weightedSum(told, weights, 'risk');
  return { kind: 'time', weights, times, constants: breslowBaseline(pooled, targets, times) };
}

/** What is told of rows by both parts together, named as a head names it. */
export function applyMeta(model: MetaModel, told: Told): TensorMap {
  switch (model.kind) {
    case 'classes':
      return { probabilities: pooledProbabilities(model, told) };
    case 'value': {
      const sum = weightedSum(told, model.weights, 'value');
      return {
        value: tensor(
          [sum.length],
          sum.map((value) => value + model.bias),
        ),
      };
    }
    case 'time': {
      const risk = weightedSum(told, model.weights, 'risk');
      return withSurvival({ risk: tensor([risk.length], risk) }, model.constants);
    }
  }
}

function pooledProbabilities(model: MetaModel & { readonly kind: 'classes' }, told: Told): Tensor {
  const { biases, weights } = model;
  const logs = Object.keys(weights).map((part) => logProbabilities(tellingOf(told, part, 'probabilities')));
  const factors = Object.values(weights);
  const rows = (logs[0]?.length ?? 0) / biases.length;
  const data = new Float32Array(rows * biases.length);
  for (let row = 0; row < rows; row++) {
    const logits = biases.map((bias, k) =>
      logs.reduce((sum, log, p) => sum + (factors[p] ?? 0) * (log[row * biases.length + k] ?? 0), bias),
    );
    const most = Math.max(...logits);
    const shares = logits.map((logit) => Math.exp(logit - most));
    const all = shares.reduce((sum, share) => sum + share, 0);
    shares.forEach((share, k) => (data[row * biases.length + k] = share / all));
  }
  return tensor([rows, biases.length], data);
}

function weightedSum(told: Told, weights: Readonly<Record<string, number>>, name: string): Float32Array {
  const terms = Object.entries(weights).map(([part, weight]) => ({
    weight,
    data: tellingOf(told, part, name).data,
  }));
  return Float32Array.from({ length: terms[0]?.data.length ?? 0 }, (_, row) =>
    terms.reduce((sum, { weight, data }) => sum + weight * (data[row] ?? 0), 0),
  );
}

const tellingOf = (told: Told, part: string, name: string): Tensor =>
  present(told[part]?.[name], `${name} of part ${part}`);

const byPart = (parts: readonly string[], weights: readonly number[]): Record<string, number> =>
  Object.fromEntries(parts.map((part, p) => [part, weights[p] ?? 0]));

/** The learner in PyTorch: settings of `Meta` in `python/meta.py`. */
export function metaInPython(model: MetaModel): PythonTask {
  const { kind, weights } = model;
  const files = ['python/meta.py'] as const;
  switch (kind) {
    case 'classes':
      return { files, settings: { weights, biases: model.biases } };
    case 'value':
      return { files, settings: { weights, bias: model.bias } };
    case 'time': {
      const { baseline = [], centre: [centre = 0] = [] } = model.constants;
      return { files, settings: { weights, baseline, centre } };
    }
  }
}
