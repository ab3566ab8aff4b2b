/**
 * Slices sorted by position, with problems found on the way: gaps, duplicates, uneven steps.
 *
 * Positions are measured along the slices' common normal, never by file name or instance number. Several slices at
 * each position are frames in time. Slices of a tilted gantry are sheared; `shear.ts` straightens them.
 */
import { upperMedian } from '../../../../core/statistics/quantiles.js';
import type { Triple } from '../../../../core/tensor.js';
import type { Plane } from './plane.js';
import type { Slice } from './slices.js';
import { cross, dot, scaled, sum } from './vectors.js';

export interface Arrangement {
  /** `[frames][z]`. */
  readonly frames: readonly (readonly Slice[])[];
  /** Millimetres (LPS) from one slice to the next; null if slices have no position. */
  readonly step: Triple | null;
  /** Reason why it should not be used, or null. */
  readonly problem: string | null;
}

/** Tolerance within which positions are equal: as a share of the slices' thickness, and in mm. */
const SAME = { share: 0.02, most: 0.1, unknown: 0.01 };

/** Steps that differ from the usual one by more than this share are uneven. */
const UNEVEN = 0.1;

/** Millimetres off the line through the first and the last slice from which a slice counts as moved. */
const BESIDE = 1;

export function arrange(slices: readonly Slice[]): Arrangement {
  const inTime = [...slices].sort((a, b) => compare(a.order, b.order));
  const first = inTime[0]?.plane ?? null;
  const lost = inTime.filter(({ plane }) => plane === null).length;
  if (first === null || lost > 0) {
    const problem = `${lost} of ${inTime.length} slices do not say where they lie`;
    return {
      frames: inTime.map((slice) => [slice]),
      step: null,
      // Slices of a single file are the frames of a clip.
      problem: new Set(inTime.map(({ file }) => file)).size > 1 ? problem : null,
    };
  }
  const normal = cross(first.right, first.down);
  const places = byPosition(inTime, normal);
  const frames = Math.min(...places.map(({ slices: found }) => found.length));
  const byFrame = Array.from({ length: frames }, (_, frame) =>
    places.map(({ slices: found }) => found[frame] as Slice),
  );
  const gaps = places.slice(1).map(({ at }, i) => at - (places[i]?.at as number));
  const usual = upperMedian(gaps) ?? inTime[0]?.thickness ?? 1;
  const step = stepOf(places, normal, usual);
  return { frames: byFrame, step, problem: problemOf(places, gaps, usual) ?? driftOf(places, step, normal) };
}

/** Step from one slice to the next: `usual` along the normal, oblique if the gantry was tilted. */
function stepOf(places: readonly Place[], normal: Triple, usual: number): Triple {
  const [first, last] = [positionOf(places[0]), positionOf(places.at(-1))];
  if (first === null || last === null || places.length < 2) return scaled(normal, usual);
  const way = sum([last, scaled(first, -1)]);
  return scaled(way, usual / dot(way, normal));
}

function positionOf(place: Place | undefined): Triple | null {
  return place?.slices[0]?.plane?.position ?? null;
}

interface Place {
  /** Millimetres along the normal. */
  readonly at: number;
  readonly slices: Slice[];
}

function byPosition(slices: readonly Slice[], normal: Triple): Place[] {
  const thickness = slices[0]?.thickness ?? null;
  const same = thickness === null ? SAME.unknown : Math.min(SAME.most, SAME.share * thickness);
  const along = (slice: Slice): number => dot((slice.plane as Plane).position, normal);
  const places: Place[] = [];
  const sorted = slices
    .map((slice, rank) => ({ slice, rank, at: along(slice) }))
    .sort((a, b) => a.at - b.at || a.rank - b.rank);
  for (const { slice, at } of sorted) {
    const last = places.at(-1);
    if (last !== undefined && at - last.at < same) last.slices.push(slice);
    else places.push({ at, slices: [slice] });
  }
  // Within a position by time again, since nearly equal positions were sorted by their last digits.
  const rank = new Map(slices.map((slice, i) => [slice, i]));
  for (const place of places) place.slices.sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0));
  return places;
}

function problemOf(places: readonly Place[], gaps: readonly number[], usual: number): string | null {
  const counts = places.map(({ slices }) => slices.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (least !== most) {
    const at = places[counts.indexOf(most)] as Place;
    return least === 1
      ? `${most} slices lie at the same place, ${at.at.toFixed(2)} mm along their normal`
      : `${most} frames lie at some places and ${least} at others`;
  }
  const wide = gaps.findIndex((gap) => gap > 1.5 * usual);
  if (wide !== -1) {
    const missing = Math.round((gaps[wide] as number) / usual) - 1;
    return `${missing} ${missing === 1 ? 'slice is' : 'slices are'} missing after slice ${wide + 1} of ${places.length}: a gap of ${(gaps[wide] as number).toFixed(2)} mm, the others are ${usual.toFixed(2)} mm`;
  }
  const uneven = gaps.find((gap) => Math.abs(gap - usual) > UNEVEN * usual);
  return uneven === undefined
    ? null
    : `slices are spaced unevenly: ${uneven.toFixed(2)} mm here, ${usual.toFixed(2)} mm there`;
}

function driftOf(places: readonly Place[], step: Triple, normal: Triple): string | null {
  const first = positionOf(places[0]);
  if (first === null) return null;
  const beside = places.map((place, index) => {
    const off = sum([positionOf(place) ?? first, scaled(first, -1), scaled(step, -index)]);
    return Math.hypot(...sum([off, scaled(normal, -dot(off, normal))]));
  });
  const most = Math.max(...beside);
  return most > BESIDE
    ? `slice ${beside.indexOf(most) + 1} of ${places.length} lies ${most.toFixed(1)} mm beside the line of the others`
    : null;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at === -1 ? 0 : (a[at] as number) - (b[at] ?? 0);
}
