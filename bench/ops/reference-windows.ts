/**
 * Convolution and pooling of the reference interpreter: one walk over all (output, tap) pairs serves each op and its
 * gradients.
 */
import { sizeOf, type Shape } from '../../src/core/tensor.js';
import type { ConvAttributes } from '../../src/ir/ops/convolution.js';
import type { PoolAttributes } from '../../src/ir/ops/pooling.js';
import { indexOf, placeOf, type Rule } from './reference-rule.js';

/** At each place of an output, what taps of the filter see there, by the spatial axes alone: places in x and in the filter. */
function seenAt(
  [x, w, y]: readonly [Shape, Shape, Shape],
  { stride, padding, dilation }: ConvAttributes,
): (readonly [number, number])[][] {
  return Array.from({ length: sizeOf(y) }, (_, at) =>
    Array.from({ length: sizeOf(w) }, (_, tap) => {
      const offset = indexOf(tap, w);
      const seen = indexOf(at, y).map(
        (p, axis) =>
          p * (stride[axis] ?? 1) + (offset[axis] ?? 0) * (dilation[axis] ?? 1) - (padding[axis]?.[0] ?? 0),
      );
      const isInside = seen.every((p, axis) => p >= 0 && p < (x[axis] ?? 0));
      return isInside ? [[placeOf(seen, x), tap] as const] : [];
    }).flat(),
  );
}

/** Calls `visit` with places in x, w and y for each product that a convolution sums. */
function eachProduct(
  x: Shape,
  w: Shape,
  y: Shape,
  attributes: ConvAttributes,
  visit: (x: number, w: number, y: number) => void,
): void {
  const [perGroup = 1, outPerGroup] = [w[1], (w[0] ?? 1) / attributes.groups];
  const [inputs = 1, outputs = 1] = [x[1], y[1]];
  const [inside, kernel, places] = [x.slice(2), w.slice(2), y.slice(2)];
  const seen = seenAt([inside, kernel, places], attributes);
  for (let at = 0; at < sizeOf(y); at++) {
    const [n, o] = [Math.floor(at / seen.length / outputs), Math.floor(at / seen.length) % outputs];
    for (let c = 0; c < perGroup; c++) {
      const channel = n * inputs + Math.floor(o / outPerGroup) * perGroup + c;
      for (const [place, tap] of seen[at % seen.length] ?? [])
        visit(channel * sizeOf(inside) + place, (o * perGroup + c) * sizeOf(kernel) + tap, at);
    }
  }
}

function summed(shape: Shape, walk: (add: (place: number, value: number) => void) => void): Float64Array {
  const result = new Float64Array(sizeOf(shape));
  walk((place, value) => {
    result[place] = (result[place] ?? 0) + value;
  });
  return result;
}

export const convolutionReference = {
  conv: (({ inputs: [x, w], attributes, shape }) =>
    summed(shape, (add) => {
      eachProduct(x.shape, w.shape, shape, attributes, (i, j, k) => {
        add(k, (x.data[i] ?? 0) * (w.data[j] ?? 0));
      });
    })) satisfies Rule<'conv'>,
  convInputGrad: (({ inputs: [dy, w], attributes, shape }) =>
    summed(shape, (add) => {
      eachProduct(shape, w.shape, dy.shape, attributes, (i, j, k) => {
        add(i, (dy.data[k] ?? 0) * (w.data[j] ?? 0));
      });
    })) satisfies Rule<'convInputGrad'>,
  convFilterGrad: (({ inputs: [x, dy], attributes, shape }) =>
    summed(shape, (add) => {
      eachProduct(x.shape, shape, dy.shape, attributes, (i, j, k) => {
        add(j, (x.data[i] ?? 0) * (dy.data[k] ?? 0));
      });
    })) satisfies Rule<'convFilterGrad'>,
};

/** Places in x under each window of y. */
function windowsOf(x: Shape, y: Shape, { kernel, stride, padding }: PoolAttributes): number[][] {
  const attributes = { stride, padding, dilation: kernel.map(() => 1), groups: x[1] ?? 1 };
  const windows = Array.from({ length: sizeOf(y) }, (): number[] => []);
  eachProduct(x, [x[1] ?? 1, 1, ...kernel], y, attributes, (i, _, k) => {
    windows[k]?.push(i);
  });
  return windows;
}

function firstGreatest(window: readonly number[], data: Float64Array): number {
  return window.reduce((best, at) => ((data[at] ?? 0) > (data[best] ?? 0) ? at : best), window[0] ?? 0);
}

export const poolingReference = {
  maxPool: (({ inputs: [x], attributes, shape }) =>
    Float64Array.from(
      windowsOf(x.shape, shape, attributes),
      (window) => x.data[firstGreatest(window, x.data)] ?? NaN,
    )) satisfies Rule<'maxPool'>,
  maxPoolGrad: (({ inputs: [x, dy], attributes, shape }) =>
    summed(shape, (add) => {
      windowsOf(x.shape, dy.shape, attributes).forEach((window, k) => {
        add(firstGreatest(window, x.data), dy.data[k] ?? 0);
      });
    })) satisfies Rule<'maxPoolGrad'>,
  avgPool: (({ inputs: [x], attributes, shape }) => {
    const count = sizeOf(attributes.kernel);
    return Float64Array.from(
      windowsOf(x.shape, shape, attributes),
      (window) => window.reduce((sum, at) => sum + (x.data[at] ?? 0), 0) / count,
    );
  }) satisfies Rule<'avgPool'>,
  avgPoolGrad: (({ inputs: [dy], attributes, shape }) =>
    summed(shape, (add) => {
      windowsOf(shape, dy.shape, attributes).forEach((window, k) => {
        for (const at of window) add(at, (dy.data[k] ?? 0) / sizeOf(attributes.kernel));
      });
    })) satisfies Rule<'avgPoolGrad'>,
};
