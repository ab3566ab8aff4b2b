/**
 * Frozen features of scans: an encoder's output, its mean over space, for each tile of each scan.
 */
import { present } from '../../core/errors.js';
import { sizeOf, tensor, type Tensor, type TensorMap } from '../../core/tensor.js';
import { Builder } from '../../ir/builder.js';
import type { Graph, Value } from '../../ir/graph.js';
import { buildEncoder, buildWithFirstStage } from '../../nn/build.js';
import { pooledFeatures } from '../layers.js';
import type { DownstreamTask } from '../task-file.js';
import type { Place } from './by-chunks.js';
import type { StartingEncoder } from './fit.js';
import type { ModelRows, ScanInputs } from './rows.js';

/** Features of tiles, and how many tiles each scan has. */
export interface TileFeatures {
  /** `[T, F]`, scan after scan. */
  readonly features: Tensor;
  /** How many of the last columns are of the encoder's first stage; absent: none. */
  readonly early?: number;
  readonly tiles: readonly number[];
}

/** An encoder without its weights. */
type Reader = Pick<StartingEncoder, 'architecture' | 'early'>;

/** Voxels that are encoded at once, and the most crops. */
const CHUNK_VOXELS = 2 ** 19;
const MOST_CROPS = 16;

/** Crops of this shape that are encoded at once; follows from the shape alone, so that features do not depend on how many rows there are. */
export function cropsAtOnce(shape: ScanInputs['shape']): number {
  return Math.max(1, Math.min(MOST_CROPS, Math.floor(CHUNK_VOXELS / sizeOf(shape))));
}

/** Runs the encoder over all tiles of the first `rows` rows of `scans`. */
export async function featuresOf(
  encoder: StartingEncoder,
  scans: ScanInputs,
  rows: number,
  { engine, ...options }: Place,
): Promise<TileFeatures> {
  const graph = encodingGraph(encoder, cropsAtOnce(scans.shape), scans.shape);
  const inference = await engine.openInference(graph, encoder.weights, options);
  try {
    return await encodeTiles(encoder, scans, rows, (feeds) => inference.run(feeds));
  } finally {
    await inference.dispose();
  }
}

/** Features of each scan as a task reads them: of each of its tiles, or the mean over them. */
export function readingOf(
  { features, tiles, early = 0 }: TileFeatures,
  reading: DownstreamTask['input']['reading'],
): Pick<ModelRows, 'features' | 'tiles' | 'early'> {
  const each = reading === 'tile' && tiles.some((count) => count > 1);
  const read = each ? { features, tiles } : { features: meanOverTiles(features, tiles) };
  return { ...read, ...(early > 0 && { early }) };
}

/** The features of the last layer alone, `[T, F]`. */
export function withoutEarly({ features, early = 0 }: Pick<TileFeatures, 'features' | 'early'>): Tensor {
  const [rows = 0, columns = 0] = features.shape;
  if (early === 0) return features;
  const width = columns - early;
  const data = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    data.set(features.data.subarray(row * columns, row * columns + width), row * width);
  }
  return tensor([rows, width], data);
}

/** `[T, …]` → `[N, …]`: the mean over the tiles of each row. */
export function meanOverTiles(values: Tensor, tiles: readonly number[] | undefined): Tensor {
  if (tiles === undefined) return values;
  const [, ...rest] = values.shape;
  const width = sizeOf(rest);
  const data = new Float32Array(tiles.length * width);
  let first = 0;
  tiles.forEach((count, row) => {
    for (let column = 0; column < width; column++) {
      let sum = 0;
      for (let tile = first; tile < first + count; tile++) sum += values.data[tile * width + column] ?? NaN;
      data[row * width + column] = sum / count;
    }
    first += count;
  });
  return tensor([tiles.length, ...rest], data);
}

/** Row of each tile. */
export function rowsOfTiles(tiles: readonly number[]): number[] {
  return tiles.flatMap((count, row) => Array.from({ length: count }, () => row));
}

/** Runs `encode` over all tiles; its graph is `encodingGraph` of as many crops as `cropsAtOnce` says. */
export async function encodeTiles(
  encoder: Reader,
  scans: ScanInputs,
  rows: number,
  encode: (feeds: TensorMap) => Promise<TensorMap>,
): Promise<TileFeatures> {
  const tiles = Array.from({ length: rows }, (_, row) => scans.tiles(row));
  const all = rowsOfTiles(tiles);
  const numbers = tiles.flatMap((count) => [...Array(count).keys()]);
  const [atOnce, size] = [cropsAtOnce(scans.shape), sizeOf(scans.shape)];
  let features: Float32Array | undefined;
  let width = 0;
  for (let first = 0; first < all.length; first += atOnce) {
    const input = new Float32Array(atOnce * size);
    const count = Math.min(atOnce, all.length - first);
    for (let i = 0; i < count; i++) {
      const tile = numbers[first + i] ?? 0;
      scans.fill(all[first + i] ?? 0, { tile }, input.subarray(i * size, (i + 1) * size));
    }
    const encoded = await encode({ scans: tensor([atOnce, ...scans.shape], input) });
    const { shape, data } = present(encoded['features'], 'features');
    width = shape[1] ?? 0;
    features ??= new Float32Array(all.length * width);
    features.set(data.subarray(0, count * width), first * width);
  }
  const early = width - encoder.architecture.features;
  return {
    features: tensor([all.length, width], features ?? new Float32Array()),
    tiles,
    ...(encoder.early === true && { early }),
  };
}

/** Input `scans` `[rows, C, D, H, W]`, output `features` `[rows, F]`; weights have the prefix. */
export function encodingGraph(encoder: Reader, rows: number, shape: ScanInputs['shape'], prefix = ''): Graph {
  const builder = new Builder();
  builder.output('features', encodedScans(builder, encoder, rows, shape, { training: false, prefix }));
  return builder.build();
}

/** Declares the input `scans` and encodes it: `[rows, F]`, where asked for with the means of the first stage as last columns. */
export function encodedScans(
  builder: Builder,
  { architecture, early = false }: Reader,
  rows: number,
  shape: ScanInputs['shape'],
  options: { readonly training: boolean; readonly prefix: string },
): Value {
  const scans = builder.input('scans', [rows, ...shape]);
  if (!early) return pooledFeatures(builder, buildEncoder(builder, architecture, scans, options));
  const { features, first } = buildWithFirstStage(builder, architecture, scans, options);
  const parts = [features, ...(first === undefined ? [] : [first])];
  return builder.concat(
    parts.map((part) => pooledFeatures(builder, part)),
    1,
  );
}
