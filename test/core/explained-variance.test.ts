import { describe, expect, it } from 'vitest';
import { explainedInterval, noncentralBeta } from '../../src/core/statistics/explained-variance.js';
import { rngOf } from '../../src/core/random.js';
import { meanOf, squaredDeviations } from '../../src/core/statistics/descriptive.js';
import { needsPython, python, runPython } from '../support/python.js';

/** Share, groups, values. */
const CASES = [
  [0.3, 3, 30],
  [0.05, 4, 60],
  [0.001, 5, 100],
  [0.9, 2, 12],
  [0.02, 8, 5000],
  [0.25, 6, 20_000],
] as const;

describe('the interval of an explained variance', () => {
  it.skipIf(python === undefined)(
    `has limits under which scipy's noncentral F gives the share 2.5 and 97.5 % ${needsPython}`,
    () => {
      const asked = CASES.map(([share, groups, values]) => {
        const limits = (explainedInterval(share, groups, values) ?? []).map(
          (limit) => (values * limit) / (1 - limit),
        );
        return { share, groups, values, limits };
      });
      const printed = runPython(`
import json, sys
from scipy.stats import ncf, f
out = []
for case in json.loads('''${JSON.stringify(asked)}'''):
    d1, d2 = case["groups"] - 1, case["values"] - case["groups"]
    value = case["share"] / (1 - case["share"]) * d2 / d1
    out.append([float(ncf.cdf(value, d1, d2, l) if l > 0 else f.cdf(value, d1, d2)) for l in case["limits"]])
print(json.dumps(out))`);
      for (const [i, [low, high]] of (JSON.parse(printed) as [number, number][]).entries()) {
        // A limit at 0 has at most the probability that is asked for.
        if ((asked[i]?.limits[0] ?? NaN) > 0) expect(low).toBeCloseTo(0.975, 5);
        else expect(low).toBeLessThan(0.975);
        if ((asked[i]?.limits[1] ?? NaN) > 0) expect(high).toBeCloseTo(0.025, 5);
        else expect(high).toBeLessThan(0.025);
      }
    },
  );

  it('of a noncentral beta with a = b = 1 and no noncentrality is uniform', () => {
    for (const x of [0.1, 0.5, 0.93]) expect(noncentralBeta(x, 1, 1, 0)).toBeCloseTo(x, 12);
  });

  it('holds the truth in about 95 of 100 samples', () => {
    const rng = rngOf('explained variance');
    const effects = [-0.5, 0, 0.5];
    // Variance between the groups, of which all are equally likely, over all.
    const truth = squaredDeviations(effects) / 3 / (squaredDeviations(effects) / 3 + 1);
    let held = 0;
    for (let sample = 0; sample < 400; sample++) {
      const groups = effects.map((effect) => Array.from({ length: 20 }, () => effect + rng.normal()));
      const all = groups.flat();
      const within = groups.reduce((sum, own) => sum + squaredDeviations(own), 0);
      const [low, high] = explainedInterval(1 - within / squaredDeviations(all), 3, all.length) ?? [NaN, NaN];
      if (low <= truth && truth <= high) held++;
      expect(meanOf(all)).toBeGreaterThan(-1);
    }
    expect(held).toBeGreaterThan(400 * 0.95 - 4 * Math.sqrt(400 * 0.95 * 0.05));
  });

  it('is not told of one group, or of as many groups as values', () => {
    expect(explainedInterval(0.5, 1, 10)).toBeNull();
    expect(explainedInterval(0.5, 10, 10)).toBeNull();
    expect(explainedInterval(1, 2, 10)).toEqual([1, 1]);
  });
});
