/**
 * Covariates join the features of the scan at the last fully connected layer, which is the head's.
 *
 * With `reduce` the scan's features first become few, by a layer of their own, so that a handful of covariates does not drown
 * in hundreds of them.
 *
 * Source: "concat-1FC" of Pölsterl, Wolf and Wachinger, "Combining 3D Image and Tabular Data via the Dynamic Affine Feature Map
 * Transform", MICCAI 2021, section 3.
 */
import { z } from 'zod';
import { present } from '../../core/errors.js';
import { denseLayer } from '../layers.js';
import { defineFusion } from './fusion.js';

const Options = z.strictObject({
  reduce: z
    .int()
    .min(0)
    .max(4096)
    .default(0)
    .describe("units that the scan's features are reduced to before covariates join them; 0: as they are"),
});

export const concat = defineFusion<z.output<typeof Options>>({
  name: 'concat',
  source:
    'Pölsterl et al., Combining 3D Image and Tabular Data via the Dynamic Affine Feature Map Transform, MICCAI 2021',
  options: Options,
  plan: ({ reduce }) => ({
    fuse: (builder, { features, covariates }) => {
      const image =
        features === undefined || reduce === 0
          ? features
          : builder.relu(denseLayer(builder, 'fusion.reduce', features, reduce));
      const parts = [image, covariates].filter((part) => part !== undefined);
      return { fused: parts.length === 1 ? present(parts[0], 'a part') : builder.concat(parts, 1) };
    },
    pytorch: ({ features }) => ({ files: ['python/fusion_concat.py'], settings: { features, reduce } }),
  }),
});
