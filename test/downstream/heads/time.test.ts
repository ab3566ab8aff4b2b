/**
 * Grids of time, intervals, and survival from hazards, against published and hand-made values.
 */
import { describe, expect, it } from 'vitest';
import { present } from '../../../src/core/errors.js';
import { rngOf } from '../../../src/core/random.js';
import { tensor } from '../../../src/core/tensor.js';
import { headGraph } from '../../../src/downstream/head-graph.js';
import { heads } from '../../../src/downstream/heads/index.js';
import { breslowBaseline, withSurvival } from '../../../src/downstream/heads/time/baseline.js';
import { drawControls } from '../../../src/downstream/heads/time/controls.js';
import { kaplanMeier, survivalTimes, timeGrid } from '../../../src/downstream/heads/time/grid.js';
import { partIntervals, sharesAt, wholeIntervals } from '../../../src/downstream/heads/time/intervals.js';
import { notRising } from '../../../src/downstream/heads/time/survival.js';
import { timedBaseline, withTimedSurvival } from '../../../src/downstream/heads/time/timed-baseline.js';
import { initialWeights } from '../../../src/pretrain/initialise.js';
import type { TimeTargets } from '../../../src/downstream/targets.js';
import { runGraph } from './support.js';

/** Weeks of remission with 6-mercaptopurine (Freireich et al. 1963). */
const remission: TimeTargets = {
  kind: 'time',
  times: [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35],
  events: [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0],
};

describe('a grid of times', () => {
  it('follows the Kaplan-Meier curve, here as published', () => {
    const curve = kaplanMeier(remission);
    expect(curve.map(({ time }) => time)).toEqual([6, 7, 10, 13, 16, 22, 23]);
    const published = [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482];
    curve.forEach(({ survival }, i) => expect(survival).toBeCloseTo(published[i] ?? NaN, 4));
  });

  it('has times between which survival drops alike, the last one the last event', () => {
    expect(timeGrid(remission, 2, 'quantiles')).toEqual([13, 23]);
    expect(timeGrid(remission, 4, 'quantiles')).toEqual([6, 13, 22, 23]);
    expect(timeGrid(remission, 4, 'equidistant')).toEqual([5.75, 11.5, 17.25, 23]);
  });

  it('has no more times than events have, and none of 0', () => {
    expect(survivalTimes(remission)).toEqual([6, 7, 10, 13, 16, 22, 23]);
    const soon: TimeTargets = { kind: 'time', times: [0, 0, 0, 0, 4], events: [1, 1, 1, 1, 1] };
    expect(timeGrid(soon, 5, 'quantiles')).toEqual([4]);
  });

  it('does not depend on the order of rows', () => {
    const order = rngOf('order').shuffle([...remission.times.keys()]);
    const shuffled: TimeTargets = {
      kind: 'time',
      times: order.map((row) => remission.times[row] ?? NaN),
      events: order.map((row) => remission.events[row] ?? NaN),
    };
    expect(timeGrid(shuffled, 4, 'quantiles')).toEqual(timeGrid(remission, 4, 'quantiles'));
  });
});

describe('intervals of time', () => {
  const cuts = [2, 4, 8];
  const rows: TimeTargets = {
    kind: 'time',
    times: [0, 2, 2.1, 8, 9, 0, 1.9, 2, 7.9, 8, 20],
    events: [1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0],
  };

  it('hold events, and censored rows as far as they came through whole ones', () => {
    expect(wholeIntervals(rows, cuts)).toEqual({
      interval: [0, 0, 1, 2, 2, -1, -1, 0, 1, 2, 2],
      event: [1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
    });
  });

  it('hold all rows with the share that they came through', () => {
    const { interval, event, share } = partIntervals(rows, cuts);
    expect(interval).toEqual([0, 0, 1, 2, 2, 0, 0, 0, 2, 2, 2]);
    expect(event).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
    [0, 1, 0.05, 1, 1, 0, 0.95, 1, 0.975, 1, 1].forEach((one, i) => expect(share[i]).toBeCloseTo(one, 12));
  });

  it('are over by shares at each time', () => {
    expect(sharesAt(cuts, [1, 6, 9])).toEqual([0.5, 1, 1, 0, 1, 1, 0, 0.5, 1]);
  });

  it.each(['density', 'hazard'] as const)('are interpolated by a constant %s', async (interpolation) => {
    const targets: TimeTargets = { kind: 'time', times: [1, 2, 3, 4, 5, 6, 7, 8], events: Array(8).fill(1) };
    const head = present(heads['logistic-hazard'], 'head');
    const options = head.options.parse({ intervals: 2, cuts: 'equidistant', interpolation });
    const plan = head.plan(options, { features: 2, targets, times: [2, 4, 6, 8, 10] });
    // The features are the logits: hazards of 1/2 and 3/4.
    const weights = {
      'head.fc.weight': tensor([2, 2], Float32Array.of(1, 0, 0, 1)),
      'head.fc.bias': tensor([2], Float32Array.of(0, 0)),
    };
    const found = await runGraph(headGraph(plan, 1, 2, true), weights, {
      features: tensor([1, 2], Float32Array.of(0, Math.log(3))),
      ...plan.feeds({ kind: 'time', times: [3], events: [1] }, { progress: 1, rng: rngOf(0) }),
    });
    const survival = [...present(found['predicted/survival'], 'survival').data];
    const between = interpolation === 'density' ? [0.75, 0.3125] : [Math.sqrt(0.5), 0.25];
    [between[0], 0.5, between[1], 0.125, 0.125].forEach((one, k) =>
      expect(survival[k]).toBeCloseTo(one ?? NaN, 6),
    );
    // Half of the rows lose 6 of 8 on average, three of eight 2 of 8.
    expect(found['predicted/risk']?.data[0]).toBeCloseTo(0.5 * 0.75 + 0.375 * 0.25, 6);
    expect(plan.times).toEqual([2, 4, 6, 8, 10]);
  });
});

describe('heads of intervals', () => {
  it.each(['logistic-hazard', 'pmf', 'mtlr', 'pc-hazard', 'deephit'])(
    'start at the survival of training: %s',
    async (name) => {
      const cuts = timeGrid(remission, 4, 'quantiles');
      const head = present(heads[name], name);
      const plan = head.plan(head.options.parse({ intervals: 4 }), {
        features: 2,
        targets: remission,
        times: cuts,
      });
      const graph = headGraph(plan, 1, 2, true);
      // Features of 0 leave the biases.
      const found = await runGraph(graph, initialWeights(graph.parameters, rngOf(0)), {
        features: tensor([1, 2], Float32Array.of(0, 0)),
        ...plan.feeds({ kind: 'time', times: [3], events: [1] }, { progress: 1, rng: rngOf(0) }),
      });
      const curve = kaplanMeier(remission);
      cuts.forEach((cut, k) =>
        expect(found['predicted/survival']?.data[k]).toBeCloseTo(
          present(
            curve.find(({ time }) => time === cut),
            'a time of an event',
          ).survival,
          5,
        ),
      );
    },
  );
});

describe('survival by a baseline hazard', () => {
  const times = [6, 13, 23];
  /** Nelson-Aalen: sums of events over rows at risk. */
  const sums = [
    3 / 21,
    3 / 21 + 1 / 17 + 1 / 15 + 1 / 12,
    3 / 21 + 1 / 17 + 1 / 15 + 1 / 12 + 1 / 11 + 1 / 7 + 1 / 6,
  ];

  it('is that of Nelson and Aalen where all hazards are the same', () => {
    const constants = breslowBaseline(
      remission.times.map(() => 7),
      remission,
      times,
    );
    expect(constants['centre']).toEqual([7]);
    constants['baseline']?.forEach((one, k) => expect(one).toBeCloseTo(sums[k] ?? NaN, 12));
    const { survival } = withSurvival({ risk: tensor([2], Float32Array.of(7, 7 + Math.LN2)) }, constants);
    const expected = [...sums.map((one) => Math.exp(-one)), ...sums.map((one) => Math.exp(-2 * one))];
    expected.forEach((one, i) => expect(survival?.data[i]).toBeCloseTo(one, 6));
  });

  it('weighs rows at risk by their hazards', () => {
    const rows: TimeTargets = { kind: 'time', times: [1, 2, 2, 3], events: [1, 1, 1, 0] };
    const hazards = [1, 2, 3, 4];
    const centre = hazards.map(Math.log).reduce((sum, one) => sum + one, 0) / 4;
    const constants = breslowBaseline(hazards.map(Math.log), rows, [1, 2, 9]);
    const exact = [1 / 10, 1 / 10 + 2 / 9, 1 / 10 + 2 / 9].map((one) => one * Math.exp(centre));
    constants['baseline']?.forEach((one, k) => expect(one).toBeCloseTo(exact[k] ?? NaN, 12));
  });

  it('is the same by hazards that depend on time, where they do not', () => {
    const rng = rngOf('timed');
    const risk = Float32Array.from(remission.times, () => rng.normal());
    const every = survivalTimes(remission);
    const expected = withSurvival({ risk: tensor([21], risk) }, breslowBaseline(risk, remission, every))[
      'survival'
    ];
    const logHazard = tensor(
      [21, every.length],
      Float32Array.from([...risk].flatMap((one) => every.map(() => one))),
    );
    const constants = timedBaseline(logHazard, remission, every);
    const { survival, risk: lost } = withTimedSurvival({ log_hazard: logHazard }, constants, every);
    survival?.data.forEach((one, i) => expect(one).toBeCloseTo(expected?.data[i] ?? NaN, 6));
    // Who has the higher hazard loses more of the time.
    const order = (values: Float32Array | undefined) =>
      [...risk.keys()].sort((a, c) => (values?.[a] ?? NaN) - (values?.[c] ?? NaN));
    expect(order(lost?.data)).toEqual(order(risk));
  });

  it('does not rise, also where a rounding would let it', () => {
    const { survival } = notRising({
      survival: tensor([2, 3], Float32Array.of(0.9, 0.5, 0.6, 0.4, 0.4, 0.3)),
    });
    expect([...(survival?.data ?? [])]).toEqual([...Float32Array.of(0.9, 0.5, 0.5, 0.4, 0.4, 0.3)]);
  });
});

describe('controls', () => {
  it('are others that were at risk at the time of a case, every one of them some time', () => {
    const drawn = new Set<number>();
    for (let seed = 0; seed < 50; seed++) {
      const { rows, cases, later } = drawControls(remission, 3, rngOf(seed));
      expect(cases).toEqual(remission.events);
      rows.forEach((control, i) => {
        const row = Math.floor(i / 3);
        if (cases[row] === 0) return expect([control, later[i]]).toEqual([row, 0]);
        expect(control).not.toBe(row);
        expect(remission.times[control]).toBeGreaterThanOrEqual(remission.times[row] ?? NaN);
        const after =
          (remission.times[control] ?? 0) > (remission.times[row] ?? 0) || remission.events[control] === 0;
        expect(later[i]).toBe(Number(after));
        if (row === 0) drawn.add(control);
      });
    }
    expect(drawn.size).toBe(20);
  });

  it('are the same for the same generator', () => {
    expect(drawControls(remission, 2, rngOf(1))).toEqual(drawControls(remission, 2, rngOf(1)));
    expect(drawControls(remission, 2, rngOf(1))).not.toEqual(drawControls(remission, 2, rngOf(2)));
  });
});
