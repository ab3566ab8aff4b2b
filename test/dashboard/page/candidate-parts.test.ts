import { describe, expect, it } from 'vitest';
import { drawNetwork, factsOf, sizeOf, skipsOf } from '../../../src/dashboard/page/candidate/draw-network.js';
import { countsOf, predictionsOf, ratioOf } from '../../../src/dashboard/page/candidate/figures.js';
import { plotsOf } from '../../../src/dashboard/page/candidate/plots.js';
import { atMost } from '../../../src/dashboard/page/scans/at-most.js';
import { groupsOf } from '../../../src/dashboard/page/scans/groups.js';
import type { Pen } from '../../../src/dashboard/page/plot/pen.js';
import { inkOf } from '../../../src/dashboard/page/shared/palette.js';
import type { CandidateView, LayerRow } from '../../../src/dashboard/views/types.js';

const layer = (name: string, inputs: readonly number[], kind = 'conv3d'): LayerRow => ({
  name,
  kind,
  shape: [8, 4, 16, 16],
  params: 216,
  macs: 221_184,
  inputs,
});

/** Two residual blocks, the second with a line from the input. */
const layers = [
  layer('a', []),
  layer('b', [0]),
  layer('c', [1, 0], 'add'),
  layer('d', [2]),
  layer('e', [3, 2, -1], 'add'),
];

describe('drawing of a network', () => {
  it('leads lines that skip layers along lanes: free ones again, inner ones for short lines', () => {
    expect(skipsOf(layers)).toEqual([
      { from: 0, to: 2, lane: 0 },
      { from: 2, to: 4, lane: 0 },
      { from: -1, to: 4, lane: 1 },
    ]);
  });

  it('draws a branch that reads the input though it is not the first layer', () => {
    expect(skipsOf([layer('a', []), layer('b', [])])).toEqual([{ from: -1, to: 1, lane: 0 }]);
  });

  it('holds all layers in its size, and grows with them', () => {
    const [width, height] = sizeOf(layers);
    const [wider, higher] = sizeOf([...layers, layer('f', [4, 0])]);
    expect(wider).toBeGreaterThan(width);
    expect(higher).toBeGreaterThan(height);
  });

  it('writes each layer with its kind and figures, and cuts long names', () => {
    const texts: string[] = [];
    const pen: Pen = {
      width: 400,
      height: 400,
      line: () => {},
      area: () => {},
      rect: () => {},
      mark: () => {},
      marks: () => {},
      text: (text) => void texts.push(text),
      clip: (_, inside) => inside(),
    };
    drawNetwork(pen, inkOf(false), [layer('a', []), layer('x'.repeat(10_000), [0], 'conv\u202e3d')]);
    expect(texts).toHaveLength(1 + 2 * 3);
    expect(texts).toContain('8 × 4 × 16 × 16 · 216 params · 221 k MACs');
    expect(texts).toContain('conv□3d');
    expect(Math.max(...texts.map(({ length }) => length))).toBeLessThan(60);
  });

  it('says nothing of parameters where there are none', () => {
    expect(factsOf({ ...layer('r', [0]), params: 0, macs: 0 })).toBe('8 × 4 × 16 × 16');
    expect(factsOf(layer('c', []))).toBe('8 × 4 × 16 × 16 · 216 params · 221 k MACs');
  });
});

const evaluation = (
  seed: number,
  peakBytes: number | null,
  curves: CandidateView['evaluations'][number]['curves'],
) => ({ purpose: 'search', rung: 0, seed, peakBytes, curves }) as CandidateView['evaluations'][number];

describe('curves of evaluations', () => {
  it('share their steps by name, with gaps where one has no value', () => {
    const plots = plotsOf([
      evaluation(1, null, [
        { name: 'loss', steps: [0, 10], values: [2, 1] },
        { name: 'score', steps: [10], values: [0.5] },
      ]),
      evaluation(2, null, [{ name: 'loss', steps: [5, 10], values: [null, 0.9] }]),
    ]);
    expect(plots.map(({ name, x }) => ({ name, x }))).toEqual([
      { name: 'loss', x: [0, 5, 10] },
      { name: 'score', x: [10] },
    ]);
    expect(plots[0]?.series).toEqual([
      { name: 'search, rung 0, seed 1', values: [2, null, 1] },
      { name: 'search, rung 0, seed 2', values: [null, null, 0.9] },
    ]);
  });
});

describe('predictions against measurements', () => {
  const candidate = {
    cost: { params: 1, macs: 1, trainingBytes: 200 },
    latency: { predicted: 5, limit: 10, measuredOverPredicted: { median: 1.1, low: 0.9, high: 1.4 } },
    evaluations: [evaluation(1, 100, []), evaluation(2, 300, []), evaluation(3, null, [])],
  } as unknown as CandidateView;

  it('take the largest peak of memory', () => {
    const [memory] = predictionsOf(candidate);
    expect(memory).toMatchObject({ predicted: 200, measured: 300, note: 'largest of 2 evaluations' });
    expect(ratioOf(memory!)).toBe(1.5);
  });

  it('say what latencies turned out to be, and that none was predicted', () => {
    expect(predictionsOf(candidate)[1]?.note).toBe(
      'limit 10 ms; encoders that were measured took 1.10 times the prediction (one in ten under 0.90, one in ten over 1.40)',
    );
    const none = { ...candidate, latency: { predicted: null, limit: null, measuredOverPredicted: null } };
    expect(predictionsOf(none)[1]).toMatchObject({
      predicted: null,
      note: 'not predicted: the search does not limit it',
    });
    expect(ratioOf(predictionsOf(none)[1]!)).toBeNull();
  });
});

describe('inherited weights', () => {
  it('are counted by their origin', () => {
    const rows = (['copied', 'fresh', 'copied', 'copied'] as const).map((provenance) => ({ provenance }));
    expect(countsOf(rows)).toBe('3 tensors copied, 1 fresh');
  });
});

describe('scans', () => {
  const scan = (index: number, patient: string | null, split: 'training' | 'held out') => ({
    index,
    name: `${index}`,
    patient,
    split,
    shape: [1, 2, 3, 4],
  });

  it('are grouped by split and patient, those of nobody last', () => {
    const groups = groupsOf([
      scan(0, null, 'training'),
      scan(1, 'b', 'held out'),
      scan(2, 'a', 'training'),
      scan(3, 'a', 'training'),
    ]);
    expect(
      groups.map(({ split, patients }) => [
        split,
        patients.map(({ patient, scans }) => [patient, scans.map(({ index }) => index)]),
      ]),
    ).toEqual([
      [
        'training',
        [
          ['a', [2, 3]],
          [null, [0]],
        ],
      ],
      ['held out', [['b', [1]]]],
    ]);
  });

  it('are fetched few at a time, in order, and go on after a failure', async () => {
    const few = atMost(2);
    const [started, ends]: [number[], (() => void)[]] = [[], []];
    const done = [0, 1, 2, 3].map((index) =>
      few(async () => {
        started.push(index);
        await new Promise<void>((resolve) => ends.push(resolve));
        if (index === 0) throw new Error('gone');
        return index;
      }).catch(() => -1),
    );
    await Promise.resolve();
    expect(started).toEqual([0, 1]);
    for (let i = 0; i < 4; i++) {
      ends[i]?.();
      await done[i];
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await Promise.all(done)).toEqual([-1, 1, 2, 3]);
    expect(started).toEqual([0, 1, 2, 3]);
  });
});
