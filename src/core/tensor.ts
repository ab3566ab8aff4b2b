/**
 * Plain dense arrays, row-major, as they pass between scans, tasks, engines and files.
 */
export type DType = 'f32' | 'i64' | 'bool';
export type Shape = readonly number[];

/** One value per spatial axis; which axes, in which order, says the place that has one. */
export type Triple = readonly [number, number, number];

export interface Tensor {
  readonly shape: Shape;
  readonly dtype: 'f32';
  readonly data: Float32Array;
}

/** Integer labels and indices; stored as 32 bits, widened by engines that need 64. */
export interface IntTensor {
  readonly shape: Shape;
  readonly dtype: 'i64';
  readonly data: Int32Array;
}

export type AnyTensor = Tensor | IntTensor;
export type TensorMap = Readonly<Record<string, Tensor>>;

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

export function tensor(shape: Shape, data: Float32Array): Tensor {
  if (data.length !== sizeOf(shape)) {
    throw new Error(
      `a tensor of shape [${shape.join(', ')}] holds ${sizeOf(shape)} values, got ${data.length}`,
    );
  }
  return { shape, dtype: 'f32', data };
}

export function intTensor(shape: Shape, data: Int32Array): IntTensor {
  if (data.length !== sizeOf(shape)) {
    throw new Error(
      `a tensor of shape [${shape.join(', ')}] holds ${sizeOf(shape)} values, got ${data.length}`,
    );
  }
  return { shape, dtype: 'i64', data };
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}
