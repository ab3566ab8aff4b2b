/**
 * The forms that compete for a convolution without groups and its gradients, and the cheapest of them by prediction.
 */
import { sizeOf, type Shape } from '../../../../core/tensor.js';
import {
  convOutputShape,
  type ConvAttributes,
  type ConvFilterGradAttributes,
  type ConvInputGradAttributes,
} from '../../../../ir/ops/convolution.js';
import { gradientInLines, suitsBlockedGradient } from '../blocked-filter-gradient.js';
import { suitsBlocks } from '../blocked-conv.js';
import { suitsLines } from '../depthwise-lines.js';
import { suitsDepthProducts } from '../structured/depth-products.js';
import { sidesOf } from '../input-gradient.js';
import {
  blockedTerms,
  depthwiseLineTerms,
  depthwiseTerms,
  phaseTerms,
  plainTerms,
  tileTerms,
} from './conv-terms.js';
import { milliseconds, type Priced, type Terms } from './cost.js';
import { gradientTerms, shiftedTileTerms, tiledGradientTerms } from './gradient-terms.js';
import { rowForms, samplesLastForms } from './row-forms.js';
import { depthProductTerms, structuredForms } from './structured-forms.js';
import { forwardAxes, inputGradientAxes, type BlockedAxis } from '../structured/axes.js';
import { suitsTiledGradient } from '../tiles/depth-gradient.js';
import { suitsTiles } from '../tiles/conv.js';
import { gradientTilings } from '../tiles/filter-gradient.js';

/**
 * True where more than one form is worth trying: without groups or with one for each channel, and with more than one tap
 * or a stride.
 */
export function compete(w: Shape, attributes: Pick<ConvAttributes, 'stride' | 'groups'>): boolean {
  const taken = attributes.groups === 1 || isDepthwise(w, attributes);
  return taken && (sizeOf(w.slice(2)) > 1 || attributes.stride.some((step) => step > 1));
}

export function isDepthwise(
  [outChannels, perGroup]: Shape,
  { groups }: Pick<ConvAttributes, 'groups'>,
): boolean {
  return groups > 1 && perGroup === 1 && outChannels === groups;
}

/** The forms of a depthwise pass over what is `[N, C, ...]`. */
function depthwiseForms(
  large: Priced,
  axesOf: (blocks: readonly number[]) => BlockedAxis[],
  [n = 1, channels = 1, ...spatial]: Shape,
  gradient = false,
): Priced[] {
  const sizes = [n, channels, 1] as const;
  return [large, ...structuredForms('structured depthwise', axesOf, sizes, spatial.length, { gradient })];
}

/** A product for each channel of each sample, where a depthwise filter lies along the depth; none elsewhere. */
function depthProducts(x: Shape, w: Shape, attributes: ConvAttributes, gradient = false): Priced[] {
  if (!suitsDepthProducts(w, attributes)) return [];
  return [
    { form: 'depth products', terms: depthProductTerms(x, convOutputShape(x, w, attributes), gradient) },
  ];
}

/** True where all planes of a channel are lines of one. */
function inLines(x: Shape, w: Shape, attributes: ConvAttributes, block: number): boolean {
  return suitsBlocks(x, w, attributes, block) && suitsLines(x, w, attributes);
}

/** All forms of a forward pass; the first is the one for large volumes. */
export function convForms(x: Shape, w: Shape, attributes: ConvAttributes, block: number): Priced[] {
  if (isDepthwise(w, attributes)) {
    const large: Priced = inLines(x, w, attributes, block)
      ? { form: 'depthwise lines', terms: depthwiseLineTerms(x, w, block) }
      : { form: 'depthwise', terms: depthwiseTerms(x, convOutputShape(x, w, attributes), w, block) };
    const structured = depthwiseForms(large, (blocks) => forwardAxes(x, w, attributes, blocks), x);
    return [...structured, ...depthProducts(x, w, attributes)];
  }
  const large = largeForms(x, w, attributes, block);
  const sizes = [x[0] ?? 1, x[1] ?? 1, w[0] ?? 1] as const;
  const axesOf = (blocks: readonly number[]): BlockedAxis[] => forwardAxes(x, w, attributes, blocks);
  return [...large, ...structuredForms('structured', axesOf, sizes, x.length - 2)];
}

/** The form for large volumes, and the other that may be ahead of it: tiles along the height. */
function largeForms(x: Shape, w: Shape, attributes: ConvAttributes, block: number): Priced[] {
  const first = largeForm(x, w, attributes, block);
  if (first.form === 'tiles' || !suitsTiles(x, w, attributes, block, 1)) return [first];
  return [first, { form: 'tiled lines', terms: tileTerms(x, w, attributes, block, 1) }];
}

function largeForm(x: Shape, w: Shape, attributes: ConvAttributes, block: number): Priced {
  if (suitsTiles(x, w, attributes, block))
    return { form: 'tiles', terms: tileTerms(x, w, attributes, block) };
  if (suitsBlocks(x, w, attributes, block))
    return { form: 'blocked', terms: blockedTerms(x, w, attributes, block) };
  return { form: 'plain', terms: plainTerms(x, w, attributes) };
}

/** All forms of an input gradient; the first is the one for large volumes. */
export function inputGradForms(
  dy: Shape,
  w: Shape,
  attributes: ConvInputGradAttributes,
  block: number,
): Priced[] {
  const { stride, inputShape } = attributes;
  const [to = 1, from = 1, ...kernel] = w;
  const sides = sidesOf(w, dy, attributes);
  const back = { ...attributes, padding: sides };
  const once = stride.every((step) => step === 1) && sides.flat().every((side) => side >= 0);
  const axesOf = (blocks: readonly number[]): BlockedAxis[] => inputGradientAxes(dy, w, attributes, blocks);
  if (isDepthwise(w, attributes)) {
    const large: Priced =
      once && inLines(dy, w, back, block)
        ? { form: 'depthwise lines', terms: depthwiseLineTerms(dy, w, block) }
        : { form: 'depthwise', terms: depthwiseBackTerms(dy, w, attributes, block) };
    return [...depthwiseForms(large, axesOf, dy), ...depthProducts(inputShape, w, attributes)];
  }
  const large: Priced[] = once
    ? largeForms(dy, [from, to, ...kernel], back, block)
    : [{ form: 'phases', terms: phaseTerms(inputShape, w, dy, attributes, block) }];
  const sizes = [dy[0] ?? 1, to, from] as const;
  return [...large, ...structuredForms('structured', axesOf, sizes, dy.length - 2)];
}

function depthwiseBackTerms(
  dy: Shape,
  w: Shape,
  { stride, inputShape }: ConvInputGradAttributes,
  block: number,
): Terms {
  // what interleaves the phases of strides moves the whole once for each strided axis, and once more
  const strided = stride.filter((step) => step > 1).length;
  const { products, lines, values } = depthwiseTerms(inputShape, dy, w, block);
  const moved = strided === 0 ? 0 : (3 * (strided + 1) * sizeOf(inputShape)) / 1e6;
  return { products, lines, values: values + moved };
}

/** All forms of a filter gradient; the first is the one for large volumes. `forward`: the form of the forward pass, where it is known. */
export function filterGradForms(
  x: Shape,
  attributes: ConvFilterGradAttributes,
  block: number,
  forward?: Priced,
): Priced[] {
  const { filterShape: w } = attributes;
  if (isDepthwise(w, attributes)) {
    const lines = suitsBlockedGradient(x, attributes, block) && gradientInLines(x, attributes);
    const large: Priced = lines
      ? { form: 'depthwise lines gradient', terms: depthwiseLineTerms(x, w, block) }
      : {
          form: 'depthwise gradient',
          terms: depthwiseTerms(x, convOutputShape(x, w, attributes), w, block),
        };
    const structured = depthwiseForms(large, (blocks) => forwardAxes(x, w, attributes, blocks), x, true);
    return [...structured, ...depthProducts(x, w, attributes, true)];
  }
  const tilings = gradientTilings(x, attributes);
  const shifted: Priced[] = tilings
    ? [{ form: 'shifted tiles', terms: shiftedTileTerms(x, w, attributes, tilings) }]
    : [];
  const large: Priced = suitsTiledGradient(x, attributes)
    ? { form: 'tiled products', terms: tiledGradientTerms(x, w, attributes) }
    : { form: 'products', terms: gradientTerms(x, w, attributes) };
  const sizes = [x[0] ?? 1, x[1] ?? 1, w[0] ?? 1] as const;
  const axesOf = (blocks: readonly number[]): BlockedAxis[] => forwardAxes(x, w, attributes, blocks);
  const unfolded = structuredForms('structured products', axesOf, sizes, x.length - 2, {
    gradient: true,
    unfolded: forward?.blocks,
  });
  return [...shifted, large, ...unfolded, ...rowForms(x, attributes), ...samplesLastForms(x, attributes)];
}

/** The form of the least predicted time; the first of equals. */
export function cheapest(forms: readonly Priced[]): Priced {
  const cost = ({ form, terms }: Priced): number => milliseconds(form, terms);
  return forms.reduce((best, other) => (cost(other) < cost(best) ? other : best));
}
