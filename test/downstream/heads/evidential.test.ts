/**
 * Evidence by softplus leaves no row dead; evidence by relu does.
 */
import { describe, expect, it } from 'vitest';
import { present } from '../../../src/core/errors.js';
import { rngOf } from '../../../src/core/random.js';
import { tensor } from '../../../src/core/tensor.js';
import { fitHead } from '../../../src/downstream/fit-head.js';
import { heads } from '../../../src/downstream/heads/index.js';
import { onnxEngine } from '../../../src/engines/onnx/index.js';

const ROWS = 60;
const names = ['a', 'b', 'c', 'd'];
const labels = Array.from({ length: ROWS }, (_, row) => row % names.length);

/** Rows without any evidence after training: their uncertainty is 1 and their outputs have no gradient. */
async function deadRows(evidence: string, seed: number): Promise<number> {
  const rng = rngOf('dead', seed);
  const data = Float32Array.from({ length: ROWS * 4 }, (_, i) => {
    const own = labels[Math.floor(i / 4)] === i % 4;
    return rng.normal() + (own ? 1.5 : 0);
  });
  const { predictions } = await fitHead(
    {
      head: present(heads['evidential'], 'evidential'),
      options: { evidence },
      features: tensor([ROWS, 4], data),
      targets: { kind: 'classes', names, labels },
      seed,
      steps: 100,
    },
    { engine: onnxEngine, device: 'cpu', threads: 1 },
  );
  return present(predictions['uncertainty'], 'uncertainty').data.filter((one) => one === 1).length;
}

describe('evidence', () => {
  const seeds = Array.from({ length: 10 }, (_, seed) => seed);

  it('leaves no row dead over ten seeds by softplus or exp, and some by relu', async () => {
    const counts: Record<string, number> = {};
    for (const evidence of ['softplus', 'exp', 'relu']) {
      let sum = 0;
      for (const seed of seeds) sum += await deadRows(evidence, seed);
      counts[evidence] = sum;
    }
    expect(counts).toMatchObject({ softplus: 0, exp: 0 });
    expect(counts['relu']).toBeGreaterThan(0);
  });

  it('for wrong classes weighs as much as the training is on its way', () => {
    const targets = { kind: 'classes', names, labels } as const;
    const head = present(heads['evidential'], 'evidential');
    const weightAt = (progress: number, annealing: number): number => {
      const plan = head.plan(head.options.parse({ annealing }), { features: 4, targets });
      return present(plan.feeds(targets, { progress, rng: rngOf(0) })['annealed'], 'annealed').data[0] ?? NaN;
    };
    expect([0, 0.25, 0.5, 1].map((progress) => weightAt(progress, 0.5))).toEqual([0, 0.5, 1, 1]);
    expect(weightAt(0, 0)).toBe(1);
  });
});
