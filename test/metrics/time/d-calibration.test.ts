/**
 * D-calibration: the spread over bins by hand, and its test on rows drawn from their own curves.
 */
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { isFound } from '../../../src/metrics/finding.js';
import { chiSquaredTail } from '../../../src/metrics/intervals/chi-squared.js';
import { dCalibration } from '../../../src/metrics/time/d-calibration.js';
import { hasModule, needsPython, runPython } from '../../support/python.js';

/** Rows whose events follow exp(−t · e^r), and curves of exp(−t · e^r · stretch); about half are censored. */
function drawn(n: number, stretch: number, seed = 1): Parameters<typeof dCalibration> {
  const rng = rngOf(seed, 'drawn');
  const times = Array.from({ length: 200 }, (_, k) => k / 20);
  const rows = Array.from({ length: n }, () => {
    const rate = Math.exp(rng.normal() / 2);
    const [event, censored] = [-Math.log(1 - rng.float()) / rate, -Math.log(1 - rng.float())];
    return { rate, time: Math.min(event, censored), event: event <= censored ? 1 : 0 };
  });
  const curves = rows.map(({ rate }) => times.map((time) => Math.exp(-time * rate * stretch)));
  return [
    { times: rows.map(({ time }) => time), events: rows.map(({ event }) => event) },
    { times, curves },
  ];
}

describe('D-calibration', () => {
  it('keeps rows drawn from their own curves, and rejects curves that fall too fast', () => {
    const right = dCalibration(...drawn(2000, 1));
    const wrong = dCalibration(...drawn(2000, 1.5));
    expect(isFound(right) && right.value).toBeGreaterThan(0.05);
    const freedom = 9;
    expect(isFound(right) && right.value).toBe(
      chiSquaredTail((isFound(right) && right.details?.['statistic']) || NaN, freedom),
    );
    expect(isFound(wrong) && wrong.value).toBeLessThan(1e-6);
    expect(isFound(wrong) && wrong.details?.['bin_0']).toBeGreaterThan(0.12);
  });

  it('puts an event into its bin, and a censored row into all that it can still reach', () => {
    // 49 events at a survival of .95, and one row censored at .25: 1/5 of it from .2 to .25, 2/5 in each bin below.
    const rows = {
      times: [...new Array<number>(49).fill(1), 2],
      events: [...new Array<number>(49).fill(1), 0],
    };
    const survival = {
      times: [1, 2],
      curves: rows.times.map((_, row) => (row < 49 ? [0.95, 0] : [0.5, 0.25])),
    };
    const finding = dCalibration(rows, survival);
    if (!isFound(finding)) throw new Error(finding.refused);
    const { statistic, ...bins } = finding.details ?? {};
    const counts = Object.values(bins).map((share) => share * 50);
    [0.4, 0.4, 0.2, 0, 0, 0, 0, 0, 0, 49].forEach((count, bin) => expect(counts[bin]).toBeCloseTo(count, 12));
    expect(statistic).toBeCloseTo(
      counts.reduce((sum, count) => sum + (count - 5) ** 2 / 5, 0),
      10,
    );
  });

  it('takes a survival of 0 and of 1 as the ends of the first and of the last bin', () => {
    const rows = { times: new Array<number>(60).fill(1), events: new Array<number>(60).fill(1) };
    const survival = { times: [1], curves: rows.times.map((_, row) => [row % 2]) };
    const finding = dCalibration(rows, survival);
    expect(isFound(finding) && finding.details).toMatchObject({ bin_0: 0.5, bin_9: 0.5 });
    const censored = dCalibration({ ...rows, events: rows.events.map(() => 0) }, survival);
    expect(isFound(censored) && censored.details?.['bin_0']).toBeCloseTo(0.55, 12);
  });

  it('is refused in words of fewer than 50 rows', () => {
    const finding = dCalibration(...drawn(49, 1));
    expect(finding).toEqual({ refused: '49 rows are too few for a test of 10 bins, which needs 50' });
  });
});

describe('the chi-squared distribution', () => {
  it('has the tails of tables', () => {
    expect(chiSquaredTail(3.841458820694124, 1)).toBeCloseTo(0.05, 12);
    expect(chiSquaredTail(16.918977604620448, 9)).toBeCloseTo(0.05, 12);
    expect(chiSquaredTail(0, 9)).toBe(1);
    expect(chiSquaredTail(2, 2)).toBeCloseTo(Math.exp(-1), 14);
  });

  it.skipIf(!hasModule('scipy'))(`has SciPy's tails, near 1 and far out ${needsPython}`, () => {
    const cases = [0.01, 0.5, 3, 9, 12, 40, 200].flatMap((x) => [1, 4, 9, 30].map((k) => [x, k] as const));
    const script = `
import json, sys
from scipy.stats import chi2
print(json.dumps([chi2.sf(x, k) for x, k in json.loads(sys.argv[1])]))`;
    const expected = JSON.parse(runPython(script, [JSON.stringify(cases)])) as number[];
    cases.forEach(([x, k], i) => {
      const tail = expected[i] ?? NaN;
      expect(Math.abs(chiSquaredTail(x, k) - tail)).toBeLessThanOrEqual(1e-12 * tail + 1e-16);
    });
  });
});
