/**
 * Slices in the order of their positions, and what is wrong with it: gaps, doubles, uneven steps, tilt.
 *
 * Positions are measured along the slices' common normal, never by file name or instance number. Several slices at
 * each position are frames in time.
 */
import type { Triple } from '../../geometry.js';
import { cross, dot, scaled, type Plane, type Slice } from './slices.js';

export interface Arrangement {
  /** `[frames][z]`. */
  readonly frames: readonly (readonly Slice[])[];
  /** Millimetres (LPS) from one slice to the next; null where slices have no place. */
  readonly step: Triple | null;
  /** Why it should not be used, or null. */
  readonly problem: string | null;
}

/** Positions closer than this, in mm, are one. */
const SAME = 0.01;

/** Steps that differ from the usual one by more than this share are uneven. */
const UNEVEN = 0.1;

/** Slices that drift sideways by more than this many degrees are tilted (as CT gantries can be). */
const TILT = 0.5;

export function arrange(slices: readonly Slice[]): Arrangement {
  const inTime = [...slices].sort((a, b) => compare(a.order, b.order));
  const first = inTime[0]?.plane ?? null;
  if (first === null || inTime.some(({ plane }) => plane === null))
    return { frames: inTime.map((slice) => [slice]), step: null, problem: null };
  const normal = cross(first.right, first.down);
  const places = byPosition(inTime, normal);
  const frames = Math.min(...places.map(({ slices: found }) => found.length));
  const byFrame = Array.from({ length: frames }, (_, frame) =>
    places.map(({ slices: found }) => found[frame] as Slice),
  );
  const gaps = places.slice(1).map(({ at }, i) => at - (places[i]?.at as number));
  const usual = [...gaps].sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? inTime[0]?.thickness ?? 1;
  return {
    frames: byFrame,
    step: scaled(normal, usual),
    problem: problemOf(places, gaps, usual) ?? tiltOf(places, normal),
  };
}

interface Place {
  /** Millimetres along the normal. */
  readonly at: number;
  readonly slices: Slice[];
}

function byPosition(slices: readonly Slice[], normal: Triple): Place[] {
  const along = (slice: Slice): number => dot((slice.plane as Plane).position, normal);
  const places: Place[] = [];
  const sorted = slices
    .map((slice, rank) => ({ slice, rank, at: along(slice) }))
    .sort((a, b) => a.at - b.at || a.rank - b.rank);
  for (const { slice, at } of sorted) {
    const last = places.at(-1);
    if (last !== undefined && at - last.at < SAME) last.slices.push(slice);
    else places.push({ at, slices: [slice] });
  }
  // Within a place by time again, since positions that are nearly equal were sorted by their last digits.
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

function tiltOf(places: readonly Place[], normal: Triple): string | null {
  const ends = [places[0], places.at(-1)].map((place) => (place?.slices[0]?.plane as Plane).position) as [
    Triple,
    Triple,
  ];
  const way: Triple = [ends[1][0] - ends[0][0], ends[1][1] - ends[0][1], ends[1][2] - ends[0][2]];
  if (places.length < 2) return null;
  const degrees = (Math.acos(Math.min(1, dot(way, normal) / Math.hypot(...way))) * 180) / Math.PI;
  return degrees > TILT ? `its slices are tilted by ${degrees.toFixed(1)} degrees against their stack` : null;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at === -1 ? 0 : (a[at] as number) - (b[at] ?? 0);
}
