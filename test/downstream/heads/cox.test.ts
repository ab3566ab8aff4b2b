/**
 * Cox's regression by Newton's method, against fits of the same tables by other programs.
 */
import { describe, expect, it } from 'vitest';
import { rngOf } from '../../../src/core/random.js';
import { solveCox } from '../../../src/downstream/heads/time/cox-newton.js';
import { haveOutcomes, needsOutcomes, reference, timeTable } from './outcomes.js';

interface Fit {
  readonly coef: readonly number[];
  readonly loglik: number;
}

interface Fits {
  readonly columns: readonly string[];
  readonly efron: Fit;
  readonly breslow: Fit;
}

const fits = haveOutcomes ? (reference('cox.json') as Readonly<Record<string, Fits>>) : {};

describe(`Cox's regression of published tables ${needsOutcomes}`, () => {
  const cases = ['rossi', 'veteran', 'metabric', 'support', 'whas', 'whas500'].flatMap((name) =>
    (['efron', 'breslow'] as const).map((ties) => ({ name, ties })),
  );

  it.skipIf(!haveOutcomes).each(cases)(
    'has the coefficients of $name with ties after $ties, whatever the order of rows',
    ({ name, ties }) => {
      const { columns, [ties]: expected } = fits[name] as Fits;
      const shuffled = (rows: number) => rngOf(name).shuffle([...Array(rows).keys()]);
      for (const order of [undefined, shuffled]) {
        const { features, targets } = timeTable(name, columns, order);
        const { weights, logLikelihood } = solveCox(features, targets, ties, 0);
        const found = [...(weights['head.fc.weight']?.data ?? [])];
        expect(found).toHaveLength(expected.coef.length);
        found.forEach((one, k) =>
          expect(Math.abs(one - (expected.coef[k] ?? NaN)), columns[k]).toBeLessThan(1e-4),
        );
        expect(Math.abs((logLikelihood ?? NaN) - expected.loglik)).toBeLessThan(1e-4);
      }
    },
  );
});
