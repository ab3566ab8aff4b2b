/**
 * Exemplar networks: two altered views of a crop should look alike to the encoder, those of other crops should not.
 *
 * Source: Taleb et al., "3D Self-Supervised Methods for Medical Imaging" (NeurIPS 2020), section 3.5. What differs,
 * and why: all views pass through one shared head (three separate ones can reach zero loss by their biases alone);
 * the default loss is NT-Xent (Chen et al. 2020), which compares each view with the whole batch; the triplet loss works
 * on squared distances of unit vectors in [0, 4], so that its margin can be met.
 */
import { z } from 'zod';
import type { Builder } from '../src/ir/builder.js';
import type { Value } from '../src/ir/graph.js';
import { defineTask, type TaskContext, type TaskPlan } from '../src/tasks/task.js';
import { partners, unitRows } from './shared/contrast.js';
import { pooled, twoLayers } from './shared/heads.js';
import { between, common, whole } from './shared/options.js';
import { viewModules, viewSettings } from './shared/pytorch.js';
import { viewPairs } from './shared/view-pairs.js';
import { viewOptions } from './shared/views.js';

export const ExemplarOptions = z.strictObject({
  ...viewOptions,
  hidden: common.hidden,
  width: whole(2, 1024).default(32).describe('width of the embedding'),
  loss: z.enum(['nt-xent', 'triplet'], { error: '"nt-xent" or "triplet"' }).default('nt-xent'),
  temperature: between(0.01, 10).default(0.2).describe('of NT-Xent'),
  margin: between(0.01, 4).default(1).describe('of the triplet loss, in squared distance of unit vectors'),
});

export type ExemplarOptions = z.output<typeof ExemplarOptions>;

function plan(options: ExemplarOptions, context: TaskContext): TaskPlan {
  return {
    ...viewPairs('exemplar3d', options, context),
    loss: (builder, { views }, encode) => {
      if (views === undefined) throw new Error('exemplar3d needs its views');
      const features = pooled(builder, encode(views));
      const z = twoLayers(builder, features, options.hidden, 'embedding', options.width);
      const { loss, accuracy } = partners(builder, z, options.temperature);
      return {
        loss: options.loss === 'triplet' ? tripletLoss(builder, z, options.margin) : loss,
        metrics: { accuracy },
      };
    },
    pytorch: () => ({
      files: ['proxy-tasks/exemplar3d.py', ...viewModules],
      settings: {
        ...viewSettings(options, context),
        kind: options.loss,
        temperature: options.temperature,
        margin: options.margin,
      },
    }),
  };
}

/** max(0, |a − p|² − |a − n|² + margin), with the next crop of the batch as negative (Schroff et al. 2015). */
function tripletLoss(builder: Builder, z: Value, margin: number): Value {
  const [rows = 2, width = 1] = z.shape;
  const half = rows / 2;
  const unit = unitRows(builder, z);
  const part = (from: number, to: number): Value => builder.slice(unit, [from, 0], [to, width]);
  const [anchor, positive] = [part(0, half), part(half, rows)];
  const negative = builder.concat([part(half + 1, rows), part(half, half + 1)], 0);
  const distance = (other: Value): Value =>
    builder.reduceSum(builder.square(builder.sub(anchor, other)), [1]);
  const excess = builder.sub(distance(positive), distance(negative));
  return builder.reduceMean(builder.relu(builder.add(excess, builder.scalar(margin))), [0]);
}

export const exemplar3d = defineTask<ExemplarOptions>({
  name: 'exemplar3d',
  source: 'Taleb et al., 3D Self-Supervised Methods for Medical Imaging, NeurIPS 2020',
  options: ExemplarOptions,
  plan,
});
