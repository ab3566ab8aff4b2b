/**
 * Convex hull of the marked pixels of a picture, filled.
 *
 * Source: A. M. Andrew, "Another efficient algorithm for convex hulls in two dimensions", 1979 (monotone chain).
 */
type Point = readonly [x: number, y: number];

/**
 * @param marked `[rows, columns]`, 1 where a pixel counts
 * @param margin pixels by which the hull reaches further to each side
 * @returns `[rows, columns]`, 1 inside
 */
export function hullOf(marked: Uint8Array, columns: number, margin: number): Uint8Array {
  const rows = marked.length / columns;
  const points: Point[] = [];
  for (let y = 0; y < rows; y++) {
    const row = marked.subarray(y * columns, (y + 1) * columns);
    const [first, last] = [row.indexOf(1), row.lastIndexOf(1)];
    if (first === -1) continue;
    for (const v of [y - margin, y + margin]) points.push([first - margin, v], [last + margin, v]);
  }
  const hull = chainOf(points);
  const filled = new Uint8Array(marked.length);
  for (let y = 0; y < rows; y++) {
    const [left, right] = spanAt(hull, y);
    if (left <= right)
      filled.fill(1, y * columns + Math.max(left, 0), y * columns + Math.min(right + 1, columns));
  }
  return filled;
}

function chainOf(points: readonly Point[]): Point[] {
  const sorted = [...points].sort(([a, b], [c, d]) => a - c || b - d);
  const half = (ordered: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    for (const point of ordered) {
      while (chain.length > 1 && turn(chain.at(-2) as Point, chain.at(-1) as Point, point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

function turn([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point): number {
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
}

/** First and last column of a row of the hull; the first is greater where there are none. */
function spanAt(hull: readonly Point[], y: number): readonly [number, number] {
  let [left, right] = [Infinity, -Infinity];
  hull.forEach(([x1, y1], i) => {
    const [x2, y2] = hull[(i + 1) % hull.length] as Point;
    if (y < Math.min(y1, y2) || y > Math.max(y1, y2)) return;
    const crossed = y1 === y2 ? [x1, x2] : [x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)];
    left = Math.min(left, ...crossed);
    right = Math.max(right, ...crossed);
  });
  return [Math.floor(left), Math.ceil(right)];
}
