/**
 * VICReg: two views of a crop get near embeddings, whose variance is held up and whose dimensions are decorrelated;
 * there are no negatives.
 *
 * Source: Bardes et al., "VICReg: Variance-Invariance-Covariance Regularization" (ICLR 2022), section 4, with its
 * weights 25, 25 and 1. The score is not the loss, which different encoders reach by different trades, but whether a
 * view's partner is its nearest neighbour in the batch.
 */
import { z } from 'zod';
import type { Builder } from '../src/ir/builder.js';
import type { Value } from '../src/ir/graph.js';
import { defineTask, type TaskContext, type TaskPlan } from '../src/tasks/task.js';
import { partners } from './shared/contrast.js';
import { pooled, twoLayers } from './shared/heads.js';
import { between, common, whole } from './shared/options.js';
import { viewModules, viewSettings } from './shared/pytorch.js';
import { viewPairs } from './shared/view-pairs.js';
import { viewOptions } from './shared/views.js';

export const VicregOptions = z.strictObject({
  ...viewOptions,
  hidden: common.hidden,
  width: whole(2, 1024).default(64).describe('width of the embedding'),
  invariance: between(0, 1000).default(25).describe('weight of the distance between partners'),
  variance: between(0, 1000).default(25).describe('weight of the lack of variance'),
  covariance: between(0, 1000).default(1).describe('weight of the correlation between dimensions'),
});

export type VicregOptions = z.output<typeof VicregOptions>;

function plan(options: VicregOptions, context: TaskContext): TaskPlan {
  return {
    ...viewPairs('vicreg3d', options, context),
    loss: (builder, { views }, encode) => {
      if (views === undefined) throw new Error('vicreg3d needs its views');
      const features = pooled(builder, encode(views));
      const z = twoLayers(builder, features, options.hidden, 'embedding', options.width);
      const { accuracy } = partners(builder, centred(builder, z), 1);
      return { loss: vicreg(builder, z, options), metrics: { accuracy } };
    },
    pytorch: () => ({
      files: ['proxy-tasks/vicreg3d.py', ...viewModules],
      settings: {
        ...viewSettings(options, context),
        invariance: options.invariance,
        variance: options.variance,
        covariance: options.covariance,
      },
    }),
  };
}

/** Embeddings less their mean: cosine between them then tells directions apart and not the common offset. */
function centred(builder: Builder, z: Value): Value {
  return builder.sub(z, builder.reduceMean(z, [0], true));
}

function vicreg(builder: Builder, z: Value, weights: VicregOptions): Value {
  const [rows = 2, width = 1] = z.shape;
  const half = rows / 2;
  const branches = [
    builder.slice(z, [0, 0], [half, width]),
    builder.slice(z, [half, 0], [rows, width]),
  ] as const;
  const apart = builder.reduceMean(builder.square(builder.sub(...branches)), [0, 1]);
  const terms = branches.map((branch) => spreadOf(builder, branch));
  const sum = (name: 'lack' | 'correlation'): Value =>
    terms.map((term) => term[name]).reduce((a, b) => builder.add(a, b));
  return [
    builder.mul(apart, builder.scalar(weights.invariance)),
    builder.mul(sum('lack'), builder.scalar(weights.variance / 2)),
    builder.mul(sum('correlation'), builder.scalar(weights.covariance)),
  ].reduce((a, b) => builder.add(a, b));
}

/** Equations 1 to 4: hinge on each dimension's deviation, and squared covariances off the diagonal. */
function spreadOf(builder: Builder, z: Value): { readonly lack: Value; readonly correlation: Value } {
  const [rows = 2, width = 1] = z.shape;
  const offset = centred(builder, z);
  const covariance = builder.mul(
    builder.matmul(offset, offset, { a: true }),
    builder.scalar(1 / Math.max(1, rows - 1)),
  );
  const variance = builder.mul(
    builder.reduceSum(builder.square(offset), [0]),
    builder.scalar(1 / Math.max(1, rows - 1)),
  );
  const deviation = builder.sqrt(builder.add(variance, builder.scalar(1e-4)));
  const off = Float32Array.from({ length: width * width }, (_, i) =>
    Math.floor(i / width) === i % width ? 0 : 1,
  );
  const others = builder.mul(builder.square(covariance), builder.constant([width, width], off));
  return {
    lack: builder.reduceMean(builder.relu(builder.sub(builder.scalar(1), deviation)), [0]),
    correlation: builder.mul(builder.reduceSum(others, [0, 1]), builder.scalar(1 / width)),
  };
}

export const vicreg3d = defineTask<VicregOptions>({
  name: 'vicreg3d',
  source: 'Bardes et al., VICReg, ICLR 2022',
  options: VicregOptions,
  plan,
});
