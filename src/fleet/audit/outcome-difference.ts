/**
 * How a second outcome of a job differs from the first, in what depends on the job alone (evaluators.ts): not in seconds,
 * memory, attempts or where it ran.
 */
import { isDeepStrictEqual } from 'node:util';
import type { EvaluationOutcome } from '../../core/records.js';

/** The first difference, in words; undefined where there is none, to the last bit. */
export function outcomeDifference(first: EvaluationOutcome, second: EvaluationOutcome): string | undefined {
  for (const key of ['status', 'steps', 'score'] as const) {
    if (!Object.is(first[key], second[key]))
      return `${key} ${first[key]}, and ${second[key]} when it ran again`;
  }
  for (const key of ['ended', 'inherited', 'probes', 'curves'] as const) {
    if (!isDeepStrictEqual(first[key], second[key])) return `other ${NAMES[key]} when it ran again`;
  }
  return sameWeights(first.weights, second.weights) ? undefined : 'other weights when it ran again';
}

const NAMES = {
  ended: 'end of training',
  inherited: 'origin of weights',
  probes: 'probes',
  curves: 'curves',
} as const;

type Weights = EvaluationOutcome['weights'];

function sameWeights(first: Weights, second: Weights): boolean {
  if (first === undefined || second === undefined) return first === second;
  const names = Object.keys(first).sort();
  if (!isDeepStrictEqual(names, Object.keys(second).sort())) return false;
  return names.every((name) => {
    const [a, b] = [first[name], second[name]];
    return (
      a !== undefined && b !== undefined && isDeepStrictEqual(a.shape, b.shape) && sameBits(a.data, b.data)
    );
  });
}

function sameBits(a: Float32Array, b: Float32Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(
    Buffer.from(b.buffer, b.byteOffset, b.byteLength),
  );
}
