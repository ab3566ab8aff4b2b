import { describe, expect, it } from 'vitest';
import { BINS, coloursOf, UNKNOWN } from '../../../src/dashboard/page/lineage/drawing/colours.js';
import { layoutOf } from '../../../src/dashboard/page/lineage/geometry/layout.js';
import { pick } from '../../../src/dashboard/page/lineage/geometry/pick.js';
import { countVisible, placesOf, windowOf } from '../../../src/dashboard/page/lineage/geometry/places.js';
import { Raster, type Pixels } from '../../../src/dashboard/page/lineage/drawing/raster.js';
import {
  fitted,
  focused,
  isFitted,
  panned,
  resized,
  showing,
  zoomed,
} from '../../../src/dashboard/page/lineage/geometry/viewport.js';
import { stepTo } from '../../../src/dashboard/page/lineage/geometry/walk.js';

//  0 ── 1 ── 3
//  │    └─ 4
//  └─ 2
const view = {
  numbers: [0, 1, 2, 3, 4],
  parents: [null, 0, 0, 1, 1],
  generations: [0, 1, 1, 2, 2],
  scores: [0.1, 0.2, 0.3, null, 0.9],
  gains: [null, 0.1, 0.2, null, -0.7],
};
const layout = layoutOf(view, 'number');
const places = placesOf(layout);
const viewport = fitted(places.extent, 400, 200);

function at(index: number): [number, number] {
  return [
    viewport.scaleX * places.layout.columns[index]! + viewport.offsetX,
    viewport.scaleY * layout.rows[index]! + viewport.offsetY,
  ];
}

function colourAt({ width, data }: Pixels, x: number, y: number): number[] {
  const start = 4 * (Math.round(y) * width + Math.round(x));
  return [...data.subarray(start, start + 4)];
}

describe('viewport', () => {
  const extent = { columns: 100_000, rows: 60_000 };
  const whole = fitted(extent, 1000, 600);

  it('shows the whole family at first', () => {
    const { left, right, top, bottom } = windowOf(whole);
    expect(left).toBeLessThan(0);
    expect(right).toBeGreaterThan(99_999);
    expect(top).toBeLessThan(0);
    expect(bottom).toBeGreaterThan(59_999);
  });

  it('keeps the place under the pointer while it zooms', () => {
    const near = zoomed(whole, extent, { x: 300, y: 200 }, { x: 50, y: 20 });
    expect((300 - near.offsetX) / near.scaleX).toBeCloseTo((300 - whole.offsetX) / whole.scaleX, 6);
    expect((200 - near.offsetY) / near.scaleY).toBeCloseTo((200 - whole.offsetY) / whole.scaleY, 6);
    expect(isFitted(near, extent)).toBe(false);
  });

  it('never leaves the family, however far it is dragged or zoomed out', () => {
    const near = zoomed(whole, extent, { x: 300, y: 200 }, { x: 50, y: 20 });
    const dragged = windowOf(panned(near, extent, 1e9, -1e9));
    expect(dragged.left).toBeLessThan(0);
    expect(dragged.bottom).toBeGreaterThan(59_999);
    expect(isFitted(zoomed(near, extent, { x: 10, y: 10 }, { x: 1e-9, y: 1e-9 }), extent)).toBe(true);
  });

  it('brings a candidate into sight, and stays where it is in sight already', () => {
    const near = focused(whole, extent, 50_000, 30_000);
    const { left, right, top, bottom } = windowOf(near);
    expect((left + right) / 2).toBeCloseTo(50_000);
    expect((top + bottom) / 2).toBeCloseTo(30_000);
    expect(showing(near, extent, 50_001, 30_001)).toBe(near);
    const away = windowOf(showing(near, extent, 10, 30_000));
    expect(away.left).toBeLessThan(10);
    expect(away.right).toBeGreaterThan(10);
  });

  it('stays whole when its frame changes', () => {
    expect(isFitted(resized(whole, extent, 360, 300), extent)).toBe(true);
  });
});

describe('colours of candidates', () => {
  it('reach from the lowest to the highest value, and mark those without one', () => {
    const { bins, range, order } = coloursOf(view, 'score', false);
    expect(range).toEqual([0.1, 0.9]);
    expect([...bins]).toEqual([0, 8, 16, UNKNOWN, BINS - 1]);
    expect([...order]).toEqual([3, 0, 1, 2, 4]);
  });

  it('put no gain in the middle, and draw the largest changes last', () => {
    const { bins, range, order } = coloursOf(view, 'gain', false);
    expect(range).toEqual([-0.7, 0.7]);
    expect(bins[4]).toBe(0);
    expect([...order]).toEqual([0, 3, 1, 2, 4]);
  });

  it('are the unknown one for all where nothing has a value yet', () => {
    const none = { ...view, scores: view.scores.map(() => null) };
    expect(coloursOf(none, 'score', false).range).toBeNull();
    expect(new Set(coloursOf(none, 'score', false).bins)).toEqual(new Set([UNKNOWN]));
  });

  it('rise in lightness, so that no colour vision is needed', () => {
    const lightness = coloursOf(view, 'score', false)
      .palette.slice(0, BINS)
      .map(([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b);
    for (let bin = 1; bin < BINS; bin++) expect(lightness[bin]).toBeGreaterThan(lightness[bin - 1]!);
  });
});

describe('drawing by pixels', () => {
  const colours = coloursOf(view, 'score', false);
  const raster = new Raster();

  it('sets each candidate in its colour, edges between them, and nothing elsewhere', () => {
    const pixels = raster.draw(places, viewport, colours, [1, 2, 3], 1);
    for (let i = 0; i < layout.size; i++) {
      expect(colourAt(pixels, ...at(i))).toEqual([...colours.palette[colours.bins[i]!]!, 255]);
    }
    const [x, y] = at(0);
    expect(colourAt(pixels, x + 30, y).slice(0, 3)).toEqual([1, 2, 3]);
    expect(colourAt(pixels, x, y + 10).slice(0, 3)).toEqual([1, 2, 3]);
    expect(colourAt(pixels, 390, 190)).toEqual([0, 0, 0, 0]);
  });

  it('lets the best be seen of those that share a pixel', () => {
    const tiny = { ...viewport, scaleX: 1e-3, scaleY: 1e-3 };
    const pixels = raster.draw(places, tiny, colours, [1, 2, 3], 1);
    expect(colourAt(pixels, tiny.offsetX, tiny.offsetY)).toEqual([...colours.palette[BINS - 1]!, 255]);
  });

  it('draws at the resolution of the device', () => {
    const pixels = raster.draw(places, viewport, colours, [1, 2, 3], 2);
    expect([pixels.width, pixels.height]).toEqual([800, 400]);
    expect(colourAt(pixels, ...(at(4).map((v) => 2 * v) as [number, number]))[3]).toBe(255);
  });

  it('cuts what lies beyond the frame', () => {
    const away = { ...viewport, offsetX: -1e6, offsetY: -1e6 };
    expect(raster.draw(places, away, colours, [1, 2, 3], 1).data.every((value) => value === 0)).toBe(true);
    expect(countVisible(places, windowOf(away), 10)).toBe(0);
    expect(countVisible(places, windowOf(viewport), 10)).toBe(5);
    expect(countVisible(places, windowOf(viewport), 2)).toBe(3);
  });
});

describe('pointer and keyboard', () => {
  it('find the candidate under the pointer, else the edge that leads to one', () => {
    const [x, y] = at(4);
    expect(pick(places, viewport, x + 3, y - 3)).toEqual({ kind: 'candidate', index: 4 });
    expect(pick(places, viewport, x - 40, y + 1)).toEqual({ kind: 'edge', index: 4 });
    expect(pick(places, viewport, 395, 195)).toBeNull();
  });

  it('walk to the parent, to the child that goes on, and to the rows above and below', () => {
    expect(stepTo(places, 0, 'child')).toBe(1);
    expect(stepTo(places, 3, 'child')).toBe(3);
    expect(stepTo(places, 4, 'parent')).toBe(1);
    expect(stepTo(places, 0, 'parent')).toBe(0);
    expect(stepTo(places, 3, 'below')).toBe(4);
    expect(stepTo(places, 2, 'above')).toBe(4);
    expect(stepTo(places, 0, 'above')).toBe(0);
  });
});
