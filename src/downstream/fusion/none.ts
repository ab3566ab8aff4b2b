/**
 * No fusion: the head reads the scan's features where there are any, else the covariates.
 */
import { z } from 'zod';
import { present } from '../../core/errors.js';
import { defineFusion } from './fusion.js';

const Options = z.strictObject({});

export const none = defineFusion<z.output<typeof Options>>({
  name: 'none',
  source: 'the parts as they are',
  options: Options,
  plan: () => ({
    fuse: (_, { features, covariates }) => ({
      fused: present(features ?? covariates, 'features or covariates'),
    }),
    pytorch: () => ({ files: ['python/fusion_none.py'], settings: {} }),
  }),
});
