/**
 * Proper rotations of a cube of voxels as exact permutations of indices: no resampling, hence no interpolation
 * artefact by which a rotation could be told.
 */

/** Output axis `i` runs along source axis `axes[i]`, backwards where `reversed[i]`. Axes: depth, height, width. */
export interface Rotation {
  readonly axes: readonly [number, number, number];
  readonly reversed: readonly [boolean, boolean, boolean];
}

const identity: Rotation = { axes: [0, 1, 2], reversed: [false, false, false] };

/** A quarter turn about each axis. */
const quarters: readonly Rotation[] = [
  { axes: [0, 2, 1], reversed: [false, true, false] },
  { axes: [2, 1, 0], reversed: [true, false, false] },
  { axes: [1, 0, 2], reversed: [true, false, false] },
];

/** First `first`, then `second`. */
export function compose(first: Rotation, second: Rotation): Rotation {
  const axis = (i: number): number => first.axes[second.axes[i] ?? 0] ?? 0;
  const reversed = (i: number): boolean =>
    (second.reversed[i] ?? false) !== (first.reversed[second.axes[i] ?? 0] ?? false);
  return { axes: [axis(0), axis(1), axis(2)], reversed: [reversed(0), reversed(1), reversed(2)] };
}

/**
 * The first `count` of the 24 rotations: the identity, then the turns by 90°, 180° and 270° about each axis (these
 * ten are the classes of Taleb et al.), then the others.
 */
export function rotations(count: 10 | 24): readonly Rotation[] {
  const found = [identity];
  const seen = new Set([JSON.stringify(identity)]);
  const add = (rotation: Rotation): void => {
    const key = JSON.stringify(rotation);
    if (!seen.has(key)) found.push(rotation);
    seen.add(key);
  };
  for (const quarter of quarters) {
    let turned = identity;
    for (let turn = 1; turn <= 3; turn++) add((turned = compose(turned, quarter)));
  }
  for (let i = 0; i < found.length; i++) {
    for (const quarter of quarters) add(compose(found[i] ?? identity, quarter));
  }
  return found.slice(0, count);
}

export function inverseOf(rotation: Rotation): Rotation {
  const inverse = rotations(24).find(
    (candidate) => JSON.stringify(compose(rotation, candidate)) === JSON.stringify(identity),
  );
  return inverse ?? identity;
}

/** Rotates a cube `[side, side, side]` into `target`. */
export function rotate(
  source: Float32Array,
  side: number,
  { axes, reversed }: Rotation,
  target: Float32Array,
): void {
  const stride = [side * side, side, 1];
  const step = axes.map((axis, i) => (stride[axis] ?? 0) * (reversed[i] === true ? -1 : 1));
  const [sd = 0, sh = 0, sw = 0] = step;
  const start = step.reduce((sum, along) => sum + (along < 0 ? -along * (side - 1) : 0), 0);
  let to = 0;
  for (let d = 0; d < side; d++) {
    for (let h = 0; h < side; h++) {
      let from = start + d * sd + h * sh;
      for (let w = 0; w < side; w++, to++, from += sw) target[to] = source[from] ?? 0;
    }
  }
}
