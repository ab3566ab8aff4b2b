/**
 * Antolini's concordance against a plain count of pairs, and Harrell's where curves do not cross.
 */
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { isFound } from '../../../src/metrics/finding.js';
import { antolini, antoliniStatistic } from '../../../src/metrics/time/antolini.js';
import { harrell } from '../../../src/metrics/time/concordance.js';
import type { FollowUp } from '../../../src/metrics/time/follow-up.js';
import type { SurvivalCurves } from '../../../src/metrics/time/survival-at.js';
import { randomFollowUp } from '../support.js';

/** pycox's `_is_comparable_antolini` over all pairs, with survival at the last time that is known (its steps "post"). */
function pairByPair({ times, events }: FollowUp, { times: grid, curves }: SurvivalCurves): number[] {
  let [concordant, discordant, tied] = [0, 0, 0];
  const survival = (row: number, time: number): number =>
    curves[row]?.[grid.filter((known) => known <= time).length - 1] ?? 1;
  for (let i = 0; i < times.length; i++) {
    for (let j = 0; j < times.length; j++) {
      const [ti, tj] = [times[i] ?? NaN, times[j] ?? NaN];
      const comparable = i !== j && events[i] === 1 && (ti < tj || (ti === tj && events[j] === 0));
      if (!comparable) continue;
      const [si, sj] = [survival(i, ti), survival(j, ti)];
      if (si < sj) concordant++;
      else if (si > sj) discordant++;
      else tied++;
    }
  }
  return [concordant, discordant, tied];
}

/** Curves that cross: Weibull with a scale and a shape for each row, rounded so that some are equal. */
function crossing(risk: readonly number[], seed: number): SurvivalCurves {
  const rng = rngOf(seed, 'curves');
  const times = [0, 2, 5, 9, 15, 30, 60];
  return {
    times,
    curves: risk.map((r) => {
      const shape = rng.uniform(0.5, 2);
      return times.map((time) => Math.round(50 * Math.exp(-(((time * Math.exp(r / 2)) / 25) ** shape))) / 50);
    }),
  };
}

describe("Antolini's concordance", () => {
  it('counts pairs as a loop over all of them does, with ties of times and of survival', () => {
    for (const n of [5, 40, 120]) {
      const rows = randomFollowUp(n, n);
      const curves = crossing(rows.risk, n);
      const finding = antolini(rows, curves, 'step');
      const [concordant = NaN, discordant = NaN, tied = NaN] = pairByPair(rows, curves);
      expect(isFound(finding) && finding.counts).toEqual({ concordant, discordant, tied_risk: tied });
      const value = (concordant + tied / 2) / (concordant + discordant + tied);
      expect(isFound(finding) && finding.value).toBeCloseTo(value, 12);
    }
  });

  it("is Harrell's where hazards are proportional, by either interpolation", () => {
    const rows = randomFollowUp(100, 4);
    const times = [0, 5, 10, 20, 40, 200];
    const curves = rows.risk.map((r) => times.map((time) => Math.exp(-(0.01 + time / 50) * Math.exp(r))));
    const plain = harrell(rows);
    for (const interpolation of ['step', 'linear'] as const) {
      const finding = antolini(rows, { times, curves }, interpolation);
      expect(isFound(finding) && finding.value).toBe(isFound(plain) ? plain.value : NaN);
    }
  });

  it('looks at curves at the time of the event, where they cross', () => {
    const survival = {
      times: [0, 1, 10],
      curves: [
        [1, 0.5, 0.4],
        [1, 0.9, 0.1],
        [1, 0.8, 0.3],
      ],
    };
    // At 1 the first row is lowest; at 10 the second is lower than the third: all pairs agree.
    const rows = { times: [1, 10, 12], events: [1, 1, 0] };
    expect(antolini(rows, survival, 'step')).toMatchObject({ value: 1, counts: { concordant: 3 } });
    // Half way from 1 to 10 the second is at .5, the third at .55.
    expect(antolini({ times: [5.5, 5, 12], events: [0, 1, 0] }, survival)).toMatchObject({
      counts: { concordant: 1, discordant: 1 },
    });
  });

  it('counts a row of weight 2 as it counts the row twice', () => {
    const rows = randomFollowUp(40, 6);
    const curves = crossing(rows.risk, 6);
    const index = [...rows.times.keys(), 3, 8, 21];
    const doubled = {
      times: index.map((row) => rows.times[row] ?? NaN),
      events: index.map((row) => rows.events[row] ?? NaN),
    };
    const copies = { times: curves.times, curves: index.map((row) => curves.curves[row] ?? []) };
    const weights = Float64Array.from(rows.times, (_, row) => (index.indexOf(row, 40) > 0 ? 2 : 1));
    expect(antoliniStatistic(rows, curves)(weights)).toEqual(antolini(doubled, copies));
  });

  it('is refused in words without a pair that can be compared', () => {
    const survival = { times: [1], curves: [[0.5], [0.4]] };
    for (const events of [
      [0, 0],
      [0, 1],
    ]) {
      expect(antolini({ times: [1, 2], events }, survival)).toHaveProperty('refused');
    }
    expect(antolini({ times: [], events: [] }, { times: [1], curves: [] })).toHaveProperty('refused');
  });
});
