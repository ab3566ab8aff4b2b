/**
 * Programs without factors on the rate compile to the very same model as before there were any.
 */
import { expect, it } from 'vitest';
import { lowerings } from '../../../src/engines/onnx/lowerings/index.js';
import { trainModel } from '../../../src/engines/onnx/train-model.js';
import { groupsOf, trainingGraph } from '../../../src/engines/training-graph.js';
import type { TrainingProgram } from '../../../src/engines/engine.js';
import { smallProgram } from '../../../bench/ops/small-network.js';

const modelOf = (program: TrainingProgram): Uint8Array =>
  trainModel(trainingGraph(program, groupsOf(program)), lowerings.cpu(8), true);

it('factors that are all 1 leave the encoded model as it is, byte for byte', () => {
  const program = smallProgram();
  const ones = Object.fromEntries(program.train.parameters.map(({ name }) => [name, 1]));
  const plain = modelOf(program);
  expect(modelOf({ ...program, rates: {} })).toEqual(plain);
  expect(modelOf({ ...program, rates: ones })).toEqual(plain);
  expect(modelOf({ ...program, rates: { 'stem.weight': 0.5 } })).not.toEqual(plain);
});

it('factors that are equal share a vector', () => {
  const program = smallProgram();
  const rates = { 'stem.weight': 0.5, 'spatial.weight': 0.5, 'stem.gamma': 0.25 };
  const names = groupsOf({ ...program, rates }).weights.map(({ name, packing }) => [
    name,
    packing.slots.length,
  ]);
  expect(Object.fromEntries(names)).toMatchObject({
    'weights/decayed/0.5': 2,
    'weights/plain/0.25': 1,
  });
});
