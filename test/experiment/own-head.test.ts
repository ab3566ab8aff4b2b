/**
 * A head of the user's own, by its path: fitted like those that come with voxolve, and its mistakes told in one line.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fitHead } from '../../src/api/fit-head.js';
import { tensor } from '../../src/core/tensor.js';
import { heads } from '../../src/downstream/heads/index.js';
import { temporaryFolder } from '../support/tiny.js';

const folder = temporaryFolder();

const whole = `
import { defineHead, denseLayer, pooledFeatures, tensor, z } from 'voxolve';
const output = (b, features) => b.reshape(denseLayer(b, 'head.fc', pooledFeatures(b, features), 1), [-1]);
export default defineHead({
  name: 'absolute',
  source: '',
  targets: 'value',
  options: z.strictObject({}),
  plan: () => ({
    inputs: (rows) => [{ name: 'target', shape: [rows], dtype: 'f32' }],
    feeds: ({ values }) => ({ target: tensor([values.length], Float32Array.from(values)) }),
    loss: (b, features, { target }) => {
      const loss = b.reduceMean(b.abs(b.sub(output(b, features), target)), [0]);
      return { loss, metrics: { closeness: b.neg(loss) } };
    },
    predict: (b, features) => ({ value: output(b, features) }),
    metric: 'closeness',
    chance: -1,
  }),
});
`;

let written = 0;
async function fitted(source: string) {
  const head = join(folder, `head-${written++}.ts`);
  writeFileSync(head, source);
  return fitHead({
    head,
    features: tensor([4, 1], Float32Array.of(-1, 0, 1, 2)),
    targets: { kind: 'value', values: [-2, 0, 2, 4] },
    seed: 1,
    steps: 300,
    learningRate: 0.05,
  });
}

describe('a head of the own', () => {
  it('is fitted by its path', async () => {
    const { score, weights, predictions } = await fitted(whole);
    expect(score).toBeGreaterThan(-0.1);
    expect(weights['head.fc.weight']?.data[0]).toBeCloseTo(2, 0);
    expect(predictions['value']?.shape).toEqual([4]);
  });

  it.each([
    ['without predictions', [/predict: .*/, ''], /plan: "predict" is missing: a function; add it$/],
    ['of unknown targets', ["targets: 'value'", "targets: 'colour'"], /"targets" is "colour"/],
    [
      'with a metric that its loss does not give',
      ["metric: 'closeness'", "metric: 'accuracy'"],
      /"accuracy" is none of loss, closeness, /,
    ],
    [
      'with a parameter of the encoder',
      [/head\.fc/, 'stem.conv'],
      /"stem.conv.weight" must be named head\.…/,
    ],
    [
      'with a loss for each row',
      [
        'b.reduceMean(b.abs(b.sub(output(b, features), target)), [0])',
        'b.abs(b.sub(output(b, features), target))',
      ],
      /"loss" must be a single number, got \[4\]/,
    ],
    [
      'that throws',
      ['inputs: (rows) => [', 'inputs: (rows) => [].first.second + ['],
      /head-\d+\.ts:\d+: the head fails in inputs: /,
    ],
  ] as const)('%s is refused in one line', async (_, [part, instead], why) => {
    const source = whole.replace(part, instead);
    expect(source).not.toBe(whole);
    const refusal: unknown = await fitted(source).catch((thrown: unknown) => thrown);
    expect(String(refusal)).toMatch(why);
    expect(String(refusal)).not.toContain('\n');
  });

  it('that is unknown by name is told with those that there are', async () => {
    const features = tensor([1, 1], Float32Array.of(1));
    const training = { features, targets: { kind: 'value', values: [1] }, seed: 1, steps: 1 } as const;
    await expect(fitHead({ head: 'klasses', ...training })).rejects.toThrow(
      `none of ${Object.keys(heads).join(', ')}; did you mean "classes"?`,
    );
  });
});
