/** Polygons to pixels: against a rule written anew, and against exact areas. */
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../src/core/random.js';
import { fillRings, MOST_CROSSINGS, type Canvas } from '../../src/labels/geometry/polygon.js';
import { fillEllipse, traceLine } from '../../src/labels/geometry/shapes.js';

const canvas = (columns: number, rows: number): Canvas => ({
  columns,
  rows,
  pixels: new Uint8Array(columns * rows),
});
const ring = (...numbers: number[]): Float64Array => Float64Array.from(numbers);

/** The sum of angles under which a point sees the polygon, over a whole turn: odd inside by the even-odd rule. */
function turns(points: Float64Array, x: number, y: number): number {
  let angle = 0;
  for (let at = 0; at < points.length; at += 2) {
    const next = (at + 2) % points.length;
    const [a, b] = [
      Math.atan2((points[at + 1] as number) - y, (points[at] as number) - x),
      Math.atan2((points[next + 1] as number) - y, (points[next] as number) - x),
    ];
    angle += Math.atan2(Math.sin(b - a), Math.cos(b - a));
  }
  return Math.round(angle / (2 * Math.PI));
}

describe('polygons', () => {
  it('marks exactly the centres that a simple polygon turns around, also where it leaves the picture', () => {
    const rng = rngOf('polygons');
    for (let trial = 0; trial < 50; trial++) {
      const corners = 3 + Math.floor(rng.float() * 9);
      // Star-shaped around a point, so that it does not cross itself.
      const points = Float64Array.from(
        Array.from({ length: corners }, (_, i) => {
          const angle = (2 * Math.PI * (i + 0.8 * rng.float())) / corners;
          const radius = 2 + 18 * rng.float();
          return [14 + radius * Math.cos(angle), 11 + radius * Math.sin(angle)];
        }).flat(),
      );
      const drawn = canvas(30, 20);
      fillRings(drawn, [points], 1);
      const expected = drawn.pixels.map((_, i) =>
        turns(points, (i % 30) + 0.5, Math.floor(i / 30) + 0.5) === 0 ? 0 : 1,
      );
      expect(drawn.pixels).toEqual(expected);
    }
  });

  it('gives neighbours that share an edge every pixel between them once', () => {
    const rng = rngOf('neighbours');
    for (let trial = 0; trial < 20; trial++) {
      const [x, y] = [20 * rng.float(), 20 * rng.float()];
      const count = new Uint8Array(400);
      for (const corners of [
        [0, 0, 20, 0],
        [20, 0, 20, 20],
        [20, 20, 0, 20],
        [0, 20, 0, 0],
      ]) {
        const drawn = canvas(20, 20);
        fillRings(drawn, [ring(...corners, x, y)], 1);
        drawn.pixels.forEach((value, i) => {
          count[i] = (count[i] as number) + value;
        });
      }
      expect(new Set(count)).toEqual(new Set([1]));
    }
  });

  it('is even-odd where a polygon crosses itself, and takes rings within rings for holes', () => {
    const star = canvas(21, 21);
    const points = Array.from({ length: 5 }, (_, i) => {
      const angle = (4 * Math.PI * i) / 5 - Math.PI / 2;
      return [10.5 + 10 * Math.cos(angle), 10.5 + 10 * Math.sin(angle)];
    });
    fillRings(star, [ring(...points.flat())], 1);
    // The middle of a five-pointed star is crossed twice.
    expect(star.pixels[10 * 21 + 10]).toBe(0);
    expect(star.pixels[4 * 21 + 10]).toBe(1);
    const rings = canvas(10, 10);
    fillRings(
      rings,
      [ring(0, 0, 9, 0, 9, 9, 0, 9), ring(2, 2, 6, 2, 6, 6, 2, 6), ring(3, 3, 5, 3, 5, 5, 3, 5)],
      1,
    );
    expect(rings.pixels.reduce((sum, value) => sum + value, 0)).toBe(81 - 16 + 4);
  });

  it('fills an ellipse with as many pixels as its area has, within its outline', () => {
    const drawn = canvas(400, 300);
    fillEllipse(drawn, [200, 150, 170, 120]);
    const marked = drawn.pixels.reduce((sum, value) => sum + value, 0);
    expect(Math.abs(marked / (Math.PI * 170 * 120) - 1)).toBeLessThan(0.001);
  });

  it('traces a line without gaps, however far it leaves the picture', () => {
    const drawn = canvas(50, 40);
    traceLine(drawn, ring(-1e9, -1e9 + 5, 1e9, 1e9 + 5));
    for (let y = 6; y < 40; y++) expect(drawn.pixels[y * 50 + y - 5], `row ${y}`).toBe(1);
  });

  it('refuses what would take too long, before anything is allocated for it', () => {
    const rows = 1024;
    const corners = Math.ceil(MOST_CROSSINGS / rows) + 2;
    const zigzag = Float64Array.from({ length: 2 * corners }, (_, i) =>
      i % 4 === 1 ? 0 : i % 4 === 3 ? rows : i % 7,
    );
    const start = performance.now();
    expect(() => fillRings(canvas(8, rows), [zigzag], 1)).toThrow(RangeError);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
