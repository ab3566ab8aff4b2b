/**
 * Simple classifiers on top of frozen features: what can be read out without training an encoder any further.
 */
import {
  entry,
  matrix,
  solve,
  takeRows,
  transposedProduct,
  type Matrix,
} from '../core/linear-algebra/matrix.js';

/** Learns from rows `x` and their classes, then names the class of each row of `queries`. */
export type Classifier = (x: Matrix, labels: readonly number[], queries: Matrix) => number[];

/** The commonest class among the `k` nearest rows by cosine; ties go to the nearer ones. */
export function nearestNeighbours(k: number): Classifier {
  return (x, labels, queries) => {
    const [known, asked] = [unit(x), unit(queries)];
    return Array.from({ length: queries.rows }, (_, q) => {
      const similar = labels
        .map((label, row) => {
          let dot = 0;
          for (let j = 0; j < x.columns; j++) dot += entry(known, row, j) * entry(asked, q, j);
          return { label, dot };
        })
        .sort((a, b) => b.dot - a.dot)
        .slice(0, k);
      const votes = new Map<number, number>();
      for (const { label, dot } of similar) votes.set(label, (votes.get(label) ?? 0) + 1 + 1e-6 * dot);
      return [...votes].reduce((best, next) => (next[1] > best[1] ? next : best), [-1, -1])[0];
    });
  };
}

function unit(x: Matrix): Matrix {
  const norms = Array.from({ length: x.rows }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < x.columns; j++) sum += entry(x, i, j) ** 2;
    return Math.sqrt(sum) || 1;
  });
  return matrix(x.rows, x.columns, (i, j) => entry(x, i, j) / (norms[i] ?? 1));
}

/** Least squares on one target per class, with `penalty` times the number of rows on the squared weights. */
export function ridge(penalty: number): Classifier {
  return (x, labels, queries) => {
    const classes = [...new Set(labels)].sort((a, b) => a - b);
    const wide = withOnes(x);
    const gram = transposedProduct(wide, wide);
    const damped = matrix(
      gram.rows,
      gram.columns,
      (i, j) =>
        // The intercept, the last column, is free.
        entry(gram, i, j) + (i === j && i < x.columns ? penalty * x.rows : 1e-9),
    );
    const targets = matrix(x.rows, classes.length, (i, j) => (labels[i] === classes[j] ? 1 : 0));
    const weights = solve(damped, transposedProduct(wide, targets));
    const asked = withOnes(queries);
    return Array.from({ length: queries.rows }, (_, q) => {
      const scores = classes.map((_, c) => {
        let sum = 0;
        for (let j = 0; j < asked.columns; j++) sum += entry(asked, q, j) * entry(weights, j, c);
        return sum;
      });
      return classes[scores.indexOf(Math.max(...scores))] ?? -1;
    });
  };
}

function withOnes(x: Matrix): Matrix {
  return matrix(x.rows, x.columns + 1, (i, j) => (j < x.columns ? entry(x, i, j) : 1));
}

/** Ridge with the penalty that does best on held-out groups of the rows it learns from. */
export function tunedRidge(groups: readonly number[], penalties = [1e-3, 1e-2, 1e-1, 1]): Classifier {
  return (x, labels, queries) => {
    const ids = [...new Set(groups)];
    const heldOut = new Set(ids.slice(0, Math.max(1, Math.floor(ids.length / 4))));
    const rows = labels.map((_, i) => i);
    const [inner, outer] = [false, true].map((out) =>
      rows.filter((i) => heldOut.has(groups[i] ?? -1) === out),
    );
    const of = (indices: readonly number[] = []): number[] => indices.map((i) => labels[i] ?? -1);
    const scored = penalties.map((penalty) => {
      const answers = ridge(penalty)(takeRows(x, inner ?? []), of(inner), takeRows(x, outer ?? []));
      return { penalty, hits: answers.filter((answer, i) => answer === of(outer)[i]).length };
    });
    const best = scored.reduce((a, b) => (b.hits > a.hits ? b : a));
    return ridge(best.penalty)(x, labels, queries);
  };
}
