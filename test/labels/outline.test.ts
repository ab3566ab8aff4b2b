/** Outlines of pixels, filled again. */
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { outlinesOf } from '../../src/labels/geometry/outline.js';
import { fillRings, type Canvas } from '../../src/labels/geometry/polygon.js';

const drawn = (lines: readonly string[]): Canvas => ({
  columns: lines[0]?.length ?? 0,
  rows: lines.length,
  pixels: Uint8Array.from(lines.join(''), (value) => (value === '#' ? 1 : 0)),
});

/** Union of all, each with its holes taken out of it. */
function filled({ columns, rows }: Canvas, outlines: ReturnType<typeof outlinesOf>): Uint8Array {
  const all = new Uint8Array(columns * rows);
  for (const { inside, outside } of outlines) {
    const own = { columns, rows, pixels: new Uint8Array(columns * rows) };
    for (const ring of inside) fillRings(own, [ring], 1);
    for (const ring of outside) fillRings(own, [ring], 0);
    own.pixels.forEach((value, i) => (all[i] = (all[i] as number) | value));
  }
  return all;
}

describe('outlines', () => {
  it('run along the edges of pixels and keep the corners where they turn', () => {
    const canvas = drawn(['.....', '.##..', '.####', '.....']);
    expect(outlinesOf(canvas).map(({ inside }) => inside.map((ring) => [...ring]))).toEqual([
      [[3, 1, 3, 2, 5, 2, 5, 3, 1, 3, 1, 1]],
    ]);
  });

  it('part pixels that touch at a corner, and join holes that do', () => {
    const [diagonal, holes] = [drawn(['#.', '.#']), drawn(['####', '#.##', '##.#', '####'])];
    expect(outlinesOf(diagonal)).toMatchObject([{ inside: [{ length: 8 }, { length: 8 }], outside: [] }]);
    expect(outlinesOf(holes)).toMatchObject([{ inside: [{ length: 8 }], outside: [{ length: 16 }] }]);
    expect(filled(holes, outlinesOf(holes))).toEqual(holes.pixels);
  });

  it('give islands within holes outlines of their own, at any depth', () => {
    const canvas = drawn(['#######', '#.....#', '#.###.#', '#.#.#.#', '#.###.#', '#.....#', '#######']);
    const outlines = outlinesOf(canvas);
    expect(outlines.map(({ inside, outside }) => [inside.length, outside.length])).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(filled(canvas, outlines)).toEqual(canvas.pixels);
  });

  it('fill again to the same pixels, whatever these are', () => {
    const rng = rngOf('outlines');
    for (let trial = 0; trial < 60; trial++) {
      const [columns, rows] = [1 + Math.floor(24 * rng.float()), 1 + Math.floor(18 * rng.float())];
      const share = rng.float();
      const pixels = Uint8Array.from({ length: columns * rows }, () => (rng.float() < share ? 1 : 0));
      const canvas = { columns, rows, pixels };
      expect(filled(canvas, outlinesOf(canvas)), `trial ${trial}`).toEqual(pixels);
    }
    expect(outlinesOf({ columns: 3, rows: 2, pixels: new Uint8Array(6) })).toEqual([]);
  });
});
