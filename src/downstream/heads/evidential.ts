/**
 * One of K classes with an uncertainty: the outputs are evidence e ≥ 0 for each class, parameters α = e + 1 of a Dirichlet
 * distribution of class probabilities. A row without evidence has the uncertainty 1.
 *
 * Softplus evidence by default: with relu, rows whose outputs are all negative have no evidence and no gradient but that
 * of other rows, and stay so.
 *
 * A linear layer finds the more evidence the longer a row's features are, also where nothing was learned: noise is then told
 * with certainty. So the evidence that is told of a row is multiplied by how familiar it is (`ood/familiarity.ts`); the loss is
 * as published.
 *
 * Source: Sensoy, Kaplan and Kandemir, "Evidential deep learning to quantify classification uncertainty", NeurIPS 2018: losses
 * by equations 3, 4 and 5, the divergence from the uniform distribution at the end of section 4.
 */
import { z } from 'zod';
import { present } from '../../core/errors.js';
import { intTensor, tensor } from '../../core/tensor.js';
import type { Builder } from '../../ir/builder.js';
import type { Value } from '../../ir/graph.js';
import { defineHead } from '../head.js';
import { perceptron, pooledFeatures } from '../layers.js';
import { familiarity, measureFamiliarity } from '../ood/familiarity.js';
import type { ClassTargets } from '../targets.js';
import { hidden } from './options.js';
import { pythonHead } from './pytorch.js';

const Options = z.strictObject({
  hidden,
  evidence: z
    .enum(['softplus', 'relu', 'exp'])
    .default('softplus')
    .describe('makes evidence of outputs; relu leaves rows dead; exp is held below e^10'),
  loss: z
    .enum(['mse', 'log', 'digamma'])
    .default('mse')
    .describe(
      'expected squared error (eq. 5), log of the expected likelihood (3), expected cross entropy (4)',
    ),
  annealing: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe(
      'share of the training after which the penalty on evidence for wrong classes is full; 0: at once',
    ),
  distance: z
    .boolean()
    .default(true)
    .describe('evidence fades as features leave those of training: scans unlike them are uncertain'),
});

const evidenceOf: Readonly<Record<z.output<typeof Options>['evidence'], (b: Builder, x: Value) => Value>> = {
  softplus: (b, x) => b.softplus(x),
  relu: (b, x) => b.relu(x),
  exp: (b, x) => b.exp(b.minimum(x, b.scalar(10))),
};

/** Of α `[N, K]`, its sum `[N, 1]` and one-hot classes `[N, K]`: a term for each row `[N]`. */
type RowLoss = (b: Builder, alpha: Value, total: Value, truth: Value) => Value;

const rowLoss: Readonly<Record<z.output<typeof Options>['loss'], RowLoss>> = {
  // Σ (y − p)² + p (1 − p) / (S + 1), with p = α / S
  mse: (b, alpha, total, truth) => {
    const p = b.div(alpha, total);
    const spread = b.div(b.mul(p, b.sub(b.scalar(1), p)), b.add(total, b.scalar(1)));
    return b.reduceSum(b.add(b.square(b.sub(truth, p)), spread), [1]);
  },
  // Σ y (log S − log α)
  log: (b, alpha, total, truth) => b.reduceSum(b.mul(truth, b.sub(b.log(total), b.log(alpha))), [1]),
  // Σ y (ψ(S) − ψ(α))
  digamma: (b, alpha, total, truth) =>
    b.reduceSum(b.mul(truth, b.sub(b.digamma(total), b.digamma(alpha))), [1]),
};

export const evidential = defineHead<z.output<typeof Options>, ClassTargets>({
  name: 'evidential',
  source: 'https://arxiv.org/abs/1806.01768',
  targets: 'classes',
  options: Options,
  readsEarly: ({ distance }) => distance,
  plan: (options, { features: columns, targets, early = 0 }) => {
    const late = (b: Builder, features: Value): Value =>
      early === 0 ? features : b.slice(features, [0, 0], [features.shape[0] ?? 1, columns - early]);
    const classes = targets.names.length;
    const counts = targets.names.map((_, label) => targets.labels.filter((one) => one === label).length);
    const alphaOf = (b: Builder, features: Value): Value =>
      b.add(
        evidenceOf[options.evidence](b, perceptron(b, late(b, features), options.hidden, classes)),
        b.scalar(1),
      );
    const weightAt = (progress: number): number =>
      options.annealing === 0 ? 1 : Math.min(1, progress / options.annealing);
    return {
      inputs: (rows) => [
        { name: 'label', shape: [rows], dtype: 'i64' },
        { name: 'annealed', shape: [rows], dtype: 'f32' },
      ],
      feeds: ({ labels }, { progress }) => ({
        label: intTensor([labels.length], Int32Array.from(labels)),
        annealed: tensor([labels.length], new Float32Array(labels.length).fill(weightAt(progress))),
      }),
      loss: (b, features, inputs) => {
        const label = present(inputs['label'], 'label');
        const alpha = alphaOf(b, features);
        const truth = b.oneHot(label, classes);
        const own = rowLoss[options.loss](b, alpha, b.reduceSum(alpha, [1], true), truth);
        const wrong = b.mul(present(inputs['annealed'], 'annealed'), divergence(b, alpha, truth));
        return {
          loss: b.reduceMean(b.add(own, wrong), [0]),
          metrics: { accuracy: b.accuracy(alpha, label) },
        };
      },
      predict: (b, features) => {
        const found = alphaOf(b, features);
        const alpha = options.distance ? faded(b, found, pooledFeatures(b, features)) : found;
        const total = b.reduceSum(alpha, [1], true);
        return {
          probabilities: b.div(alpha, total),
          uncertainty: b.reshape(b.div(b.scalar(classes), total), [-1]),
        };
      },
      ...(options.distance && { measure: measureFamiliarity }),
      metric: 'accuracy',
      chance: Math.max(...counts) / targets.labels.length,
      pytorch: () =>
        pythonHead(
          'evidential',
          {
            features: columns - early,
            early,
            hidden: options.hidden,
            classes,
            evidence: options.evidence,
            error: options.loss,
            annealing: options.annealing,
            distance: options.distance,
          },
          ['familiarity'],
        ),
    };
  },
});

/** Evidence α − 1 times the familiarity. */
function faded(b: Builder, alpha: Value, features: Value): Value {
  const one = b.scalar(1);
  return b.add(one, b.mul(familiarity(b, features), b.sub(alpha, one)));
}

/**
 * Kullback-Leibler divergence of the Dirichlet distribution from the uniform one `[N]`, after the evidence for the true class is
 * taken off: α~ = y + (1 − y) α.
 */
function divergence(b: Builder, alpha: Value, truth: Value): Value {
  const classes = alpha.shape[1] ?? 1;
  const one = b.scalar(1);
  const wrong = b.add(truth, b.mul(b.sub(one, truth), alpha));
  const total = b.reduceSum(wrong, [1], true);
  const logNorm = b.sub(
    b.sub(b.reshape(b.lgamma(total), [-1]), b.scalar(logFactorial(classes - 1))),
    b.reduceSum(b.lgamma(wrong), [1]),
  );
  const slope = b.mul(b.sub(wrong, one), b.sub(b.digamma(wrong), b.digamma(total)));
  return b.add(logNorm, b.reduceSum(slope, [1]));
}

/** log n! = log Γ(n + 1). */
function logFactorial(n: number): number {
  return Array.from({ length: n }, (_, i) => Math.log(i + 1)).reduce((sum, one) => sum + one, 0);
}
