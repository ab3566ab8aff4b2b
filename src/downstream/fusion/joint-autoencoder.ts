/**
 * A shared latent of scan and table: each part has a layer of its own, both meet in the latent that the head reads, and from
 * it both parts are told again. The mean squared error of that, of standardised columns, is added to the head's loss: a latent
 * that holds what rows are like, and not only what tells their targets, is harder to overfit.
 *
 * Source: the bimodal deep autoencoder of Ngiam et al., "Multimodal Deep Learning", ICML 2011, section 3 (figure 3b), trained
 * together with the head instead of before it.
 */
import { z } from 'zod';
import { present } from '../../core/errors.js';
import type { Builder } from '../../ir/builder.js';
import type { Value } from '../../ir/graph.js';
import { denseLayer } from '../layers.js';
import { defineFusion, type FusionInputs } from './fusion.js';

const units = z.int().min(1).max(4096);

const Options = z.strictObject({
  latent: units.default(16).describe('units of the shared latent'),
  hidden: units.default(64).describe('units of the layers on the way to it and from it'),
  weight: z
    .number()
    .min(0)
    .max(1000)
    .default(1)
    .describe("of the reconstruction beside the head's loss; each part counts as much as the other"),
});

type Options = z.output<typeof Options>;

export const jointAutoencoder = defineFusion<Options>({
  name: 'joint-autoencoder',
  source: 'Ngiam et al., Multimodal Deep Learning, ICML 2011',
  options: Options,
  plan: (options) => ({
    fuse: (builder, inputs) => {
      const fused = encode(builder, inputs, options);
      return { fused, loss: reconstruction(builder, fused, inputs, options) };
    },
    pytorch: ({ features, covariates }) => ({
      files: ['python/fusion_joint.py'],
      settings: { features, covariates, ...options },
    }),
  }),
});

/** `[N, latent]`. */
function encode(
  builder: Builder,
  { features, covariates }: FusionInputs,
  { hidden, latent }: Options,
): Value {
  const own = Object.entries({ features, covariates }).flatMap(([part, x]) =>
    x === undefined ? [] : [builder.relu(denseLayer(builder, `fusion.${part}`, x, hidden))],
  );
  const both = own.length === 1 ? present(own[0], 'a part') : builder.concat(own, 1);
  return denseLayer(builder, 'fusion.latent', both, latent);
}

/** The weighted mean over parts of the mean squared error of each. */
function reconstruction(
  builder: Builder,
  latent: Value,
  { features, covariates }: FusionInputs,
  { hidden, weight }: Options,
): Value {
  const decoded = builder.relu(denseLayer(builder, 'fusion.decoder', latent, hidden));
  const errors = Object.entries({ features, covariates }).flatMap(([part, x]) => {
    if (x === undefined) return [];
    const off = builder.sub(denseLayer(builder, `fusion.${part}_again`, decoded, x.shape[1] ?? 1), x);
    return [builder.reduceMean(builder.mul(off, off), [0, 1])];
  });
  const sum = errors.reduce((all, error) => builder.add(all, error));
  return builder.mul(sum, builder.scalar(weight / errors.length));
}
