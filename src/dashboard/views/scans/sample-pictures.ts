/**
 * Samples of the proxy task as pictures: what the encoder is shown, what the right answer makes of it, and what a network's does.
 * Puzzles are put together by an answer; voxels that were lost are filled in by it.
 */
import { sizeOf } from '../../../core/tensor.js';
import type { PreparedVolume } from '../../../scans/preprocess/volumes.js';
import { contactSheet, tilesOf, windowOf } from '../../../scans/preview.js';
import type { OpenScans } from './open-scans.js';
import { answersOf, partsOf, samplesOf, type Samples } from './samples.js';

/** Parts that are drawn of one sample. */
const MOST_PARTS = 27;

type Shape = PreparedVolume['shape'];

/** All that the encoder is shown of a sample, as PNG; undefined where there is no such sample. */
export function samplePicture(scans: OpenScans, index: number): Uint8Array | undefined {
  const samples = sampleAt(scans, index);
  if (samples === null) return undefined;
  const parts = volumesOf(samples, index);
  if (scans.resolved.plan.questions?.places !== undefined)
    return puzzleSheet(scans, parts, [...parts.keys()]);
  return contactSheet(parts.map((voxels) => tilesOf(prepared(scans, shapeOf(samples), voxels))));
}

/** The right answer as PNG; undefined where there is no such sample, or no picture of an answer. */
export function answerPicture(scans: OpenScans, index: number): Uint8Array | undefined {
  const samples = sampleAt(scans, index);
  if (samples === null) return undefined;
  const { questions, voxelQuestions } = scans.resolved.plan;
  if (voxelQuestions !== undefined) return voxelSheet(scans, samples, index, null);
  if (questions?.places === undefined) return undefined;
  const [answer = 0] = answersOf(samples, questions, index);
  return puzzleSheet(scans, volumesOf(samples, index), questions.places(answer));
}

/** What a network answers as PNG: voxels of the whole batch, or the class of this sample. Undefined as above. */
export function predictionPicture(
  scans: OpenScans,
  index: number,
  predicted: { readonly voxels: Float32Array } | { readonly answer: number },
): Uint8Array | undefined {
  const samples = sampleAt(scans, index);
  if (samples === null) return undefined;
  if ('voxels' in predicted) return voxelSheet(scans, samples, index, predicted.voxels);
  const places = scans.resolved.plan.questions?.places?.(predicted.answer);
  return places === undefined ? undefined : puzzleSheet(scans, volumesOf(samples, index), places);
}

function sampleAt(scans: OpenScans, index: number): Samples | null {
  const samples = samplesOf(scans);
  return samples === null || !Number.isInteger(index) || index < 0 || index >= samples.count ? null : samples;
}

const shapeOf = ({ shown }: Samples): Shape => shown.shape.slice(1) as unknown as Shape;

function volumesOf(samples: Samples, index: number): readonly Float32Array[] {
  const parts = partsOf(samples);
  const size = sizeOf(shapeOf(samples));
  return Array.from({ length: Math.min(parts, MOST_PARTS) }, (_, part) =>
    Float32Array.from(
      samples.shown.data.subarray((index * parts + part) * size, (index * parts + part + 1) * size),
    ),
  );
}

function prepared({ set }: OpenScans, shape: Shape, voxels: Float32Array): PreparedVolume {
  const { spacing = [1, 1, 1] as const, frameTime = null } = set.volumes[0] ?? {};
  return { shape, spacing, frameTime, voxels, foreground: new Uint8Array(0) };
}

/** Right voxels; with `predicted` those that count are the network's. Grey values as in the right picture. */
function voxelSheet(
  scans: OpenScans,
  samples: Samples,
  index: number,
  predicted: Float32Array | null,
): Uint8Array | undefined {
  const asked = scans.resolved.plan.voxelQuestions;
  const [answers, counted] = [samples.batch[asked?.answers ?? ''], samples.batch[asked?.counted ?? '']];
  if (answers === undefined || counted === undefined) return undefined;
  const shape = answers.shape.slice(1) as unknown as Shape;
  const [size, first] = [sizeOf(shape), index * sizeOf(shape)];
  const right = Float32Array.from(answers.data.subarray(first, first + size));
  const drawn =
    predicted === null
      ? right
      : right.map((value, at) => (counted.data[first + at] === 1 ? (predicted[first + at] ?? 0) : value));
  // Of several channels the first is drawn.
  return contactSheet([tilesOf(prepared(scans, shape, drawn), windowOf(right))]);
}

/** Parts at the cells of their grid³: an axial slice through the middle of each layer of cells, the topmost first. */
function puzzleSheet(
  scans: OpenScans,
  parts: readonly Float32Array[],
  places: readonly number[],
): Uint8Array | undefined {
  const samples = samplesOf(scans);
  if (samples === null) return undefined;
  const [, depth, height, width] = shapeOf(samples);
  const grid = Math.max(1, Math.round(Math.cbrt(parts.length)));
  const [tall, wide] = [grid * (height + 1) - 1, grid * (width + 1) - 1];
  const slabs = Array.from({ length: grid }, () => new Float32Array(tall * wide).fill(LEAST));
  for (const [part, voxels] of parts.entries()) {
    const place = places[part] ?? 0;
    const slab = slabs[Math.floor(place / grid ** 2)];
    const top = (Math.floor(place / grid) % grid) * (height + 1);
    const left = (place % grid) * (width + 1);
    for (let row = 0; row < height; row++) {
      const from = (Math.floor(depth / 2) * height + row) * width;
      slab?.set(voxels.subarray(from, from + width), (top + row) * wide + left);
    }
  }
  const window = windowOf(Float32Array.from(parts.flatMap((voxels) => [...voxels])));
  const tiles = slabs.toReversed().flatMap((slab) => {
    const layer = { ...prepared(scans, [1, 1, tall, wide], slab), frameTime: null };
    return tilesOf(layer, window).slice(0, 1);
  });
  return contactSheet(tiles.map((tile) => [tile]));
}

/** Drawn as black: the seams between pieces. */
const LEAST = -1e9;
