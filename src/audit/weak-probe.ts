/**
 * The accuracy of a weak classifier that sees statistics alone, on patients that it did not learn from.
 */
import { matrix, standardised, takeRows, entry } from '../core/linear-algebra/matrix.js';
import { wilson, type Interval } from '../core/statistics/intervals.js';
import { ridge } from '../probes/classifiers.js';
import { askQuestions, type QuestionOptions } from './questions.js';

export interface Figure {
  readonly figure: number;
  readonly ci95: Interval;
}

export function weakProbe(
  options: Omit<QuestionOptions, 'split' | 'count'>,
  counts: { learn: number; test: number },
): Figure {
  const learnt = askQuestions({
    ...options,
    split: 'train',
    count: counts.learn,
    rng: options.rng.split('learn'),
  });
  const tested = askQuestions({
    ...options,
    split: 'validation',
    count: counts.test,
    rng: options.rng.split('test'),
  });
  const [n, m] = [learnt.labels.length, tested.labels.length];
  const both = matrix(n + m, learnt.statistics.columns, (i, j) =>
    i < n ? entry(learnt.statistics, i, j) : entry(tested.statistics, i - n, j),
  );
  const rows = Array.from({ length: n + m }, (_, i) => i);
  const scaled = standardised(both, rows.slice(0, n));
  const answers = ridge(0.1)(
    takeRows(scaled, rows.slice(0, n)),
    learnt.labels,
    takeRows(scaled, rows.slice(n)),
  );
  const hits = answers.filter((answer, i) => answer === tested.labels[i]).length;
  return { figure: hits / m, ci95: wilson(hits, m) };
}
