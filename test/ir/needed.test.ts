/** What is left of a graph when only some of its outputs are wanted. */
import { expect, it } from 'vitest';
import { Builder } from '../../src/ir/builder.js';
import { neededPart } from '../../src/ir/needed.js';
import { verify } from '../../src/ir/verify.js';

it('keeps what an output needs and forgets inputs, parameters and nodes of others', () => {
  const builder = new Builder();
  const [x, labels] = [builder.input('x', [2, 3]), builder.input('labels', [2], 'i64')];
  const spare = builder.parameter('spare', [3], { kind: 'constant', value: 1 });
  const used = builder.parameter('used', [3], { kind: 'constant', value: 2 });
  const logits = builder.mul(x, used);
  builder.mul(builder.crossEntropy(logits, labels), builder.reduceSum(spare, [0]));
  builder.output('answer', logits);
  const whole = builder.build();
  const part = neededPart(whole);
  expect(part.inputs.map(({ name }) => name)).toEqual(['x']);
  expect(part.parameters.map(({ name }) => name)).toEqual(['used']);
  expect(part.nodes.map(({ op }) => op)).toEqual(['input', 'parameter', 'mul']);
  expect(part.nodes.map(({ id }) => id)).toEqual([0, 1, 2]);
  expect(part.outputs).toEqual({ answer: 2 });
  expect(() => verify(part)).not.toThrow();
});
