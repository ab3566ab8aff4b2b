/**
 * Contrastive losses: of all candidates, which one belongs to the query?
 */
import type { Builder } from '../../src/ir/builder.js';
import type { Value } from '../../src/ir/graph.js';

/** Rows of `[N, K]` at length 1; a row of zeros stays zero. */
export function unitRows(builder: Builder, x: Value): Value {
  const squares = builder.reduceSum(builder.square(x), [1], true);
  return builder.div(x, builder.sqrt(builder.add(squares, builder.scalar(1e-8))));
}

/**
 * InfoNCE (van den Oord et al. 2018): cross entropy of `similarity` `[Q, C]` against the candidate `right(q)` of
 * each query. Candidates for which `leftOut` is true do not count for that query.
 *
 * The accuracy counts queries whose right candidate is strictly nearer than all others, so that an encoder whose
 * features have collapsed to a point scores 0 and not 1.
 */
export function infoNce(
  builder: Builder,
  similarity: Value,
  right: (query: number) => number,
  leftOut: (query: number, candidate: number) => boolean = () => false,
): { readonly loss: Value; readonly accuracy: Value } {
  const [queries = 1, candidates = 1] = similarity.shape;
  const grid = (value: (q: number, c: number) => number): Value => {
    const data = new Float32Array(queries * candidates);
    for (let q = 0; q < queries; q++) {
      for (let c = 0; c < candidates; c++) data[q * candidates + c] = value(q, c);
    }
    return builder.constant([queries, candidates], data);
  };
  const wanted = grid((q, c) => (right(q) === c ? 1 : 0));
  const logits = builder.add(
    similarity,
    grid((q, c) => (leftOut(q, c) ? -1e4 : 0)),
  );
  const chosen = builder.reduceSum(builder.mul(wanted, builder.logSoftmax(logits)), [1]);
  const own = builder.reduceSum(builder.mul(wanted, logits), [1]);
  const others = builder.reduceMax(builder.sub(logits, builder.mul(wanted, builder.scalar(2e4))), [1]);
  const wrong = builder.toFloat(builder.greaterEqual(others, own));
  return {
    loss: builder.neg(builder.reduceMean(chosen, [0])),
    accuracy: builder.sub(builder.scalar(1), builder.reduceMean(wrong, [0])),
  };
}

/** Every row `i` of `z` `[2B, K]` against all others; its partner is `i + B` or `i − B` (NT-Xent, Chen et al. 2020). */
export function partners(builder: Builder, z: Value, temperature: number) {
  const rows = z.shape[0] ?? 2;
  const unit = unitRows(builder, z);
  const similarity = builder.mul(builder.matmul(unit, unit, { b: true }), builder.scalar(1 / temperature));
  return infoNce(
    builder,
    similarity,
    (row) => (row + rows / 2) % rows,
    (row, other) => row === other,
  );
}
