/**
 * Table of gradients: one row per op with its rule, or with the reason why it has none.
 */
import type { OpName } from '../ir/ops/index.js';
import { elementwiseGradients } from './elementwise-gradients.js';
import { layoutGradients } from './layout-gradients.js';
import { networkGradients } from './network-gradients.js';
import { zeroGradient, type GradientRule } from './rule.js';

const LEAF = zeroGradient('a leaf: gradients end here');

export const gradients: { readonly [K in OpName]: GradientRule<K> } = {
  input: LEAF,
  parameter: LEAF,
  constant: LEAF,
  ...elementwiseGradients,
  ...layoutGradients,
  ...networkGradients,
};
