/**
 * A session of the tfjs engine: weights as variables, steps one after another.
 */
import type * as core from '@tensorflow/tfjs-core';
import { present } from '../../core/errors.js';
import { tensor, type Tensor, type TensorMap } from '../../core/tensor.js';
import type { Feeds, Session, SessionState, TrainingProgram, TrainResult } from '../engine.js';
import { checkFeeds } from '../feeds.js';
import { momentNames, scalarsOf } from '../optimisers.js';
import { pack, packingOf } from '../packing.js';
import { withFrozen } from '../rates.js';
import { fedTensor, fetched } from './feeds.js';
import { interpret } from './interpreter.js';
import type { T } from './kernels/kernel.js';
import { useBackend, type Loaded } from './packages.js';
import { trainStep } from './step.js';

export class TfjsSession implements Session {
  readonly #loaded: Loaded;
  readonly #program: TrainingProgram;
  readonly #weights = new Map<string, core.Variable>();
  readonly #moments = new Map<string, core.Variable>();
  #step = 0;

  constructor(loaded: Loaded, program: TrainingProgram) {
    this.#loaded = loaded;
    this.#program = withFrozen(program);
  }

  load(state: Pick<SessionState, 'weights'> & Partial<SessionState>): void {
    useBackend(this.#loaded);
    this.#clear();
    const { train, optimiser } = this.#program;
    for (const { name, shape, trainable } of train.parameters) {
      this.#weights.set(name, this.#variable(valuesOf(state.weights, name, shape), shape, trainable));
      if (!trainable) continue;
      for (const moment of momentNames(optimiser).map((prefix) => `${prefix}/${name}`)) {
        const start = state.optimiser && valuesOf(state.optimiser, moment, shape);
        const size = shape.reduce((product, extent) => product * extent, 1);
        this.#moments.set(moment, this.#variable(start ?? new Float32Array(size), shape, false));
      }
    }
    this.#step = state.step ?? 0;
  }

  async train(feeds: Feeds, learningRates: Float32Array): Promise<TrainResult> {
    const { tf } = this.#loaded;
    const { train, optimiser } = this.#program;
    this.#requireWeights();
    checkFeeds(train.inputs, feeds, [learningRates.length]);
    useBackend(this.#loaded);
    const steps = Array.from(learningRates, (rate, k) => {
      const fed = new Map(
        train.inputs.map(({ name }) => [name, fedTensor(tf, present(feeds[name], name), k)]),
      );
      const scalars = scalarsOf(optimiser, rate, this.#step + k + 1);
      const variables = { weights: this.#weights, moments: this.#moments };
      const outputs = trainStep(
        tf,
        this.#program,
        variables,
        (name) => present(fed.get(name), name),
        scalars,
      );
      tf.dispose([...fed.values()]);
      return outputs;
    });
    this.#step += learningRates.length;
    const curves = Object.keys(train.outputs).map(async (name) => {
      const values = steps.map((outputs) => present(outputs[name], name));
      const curve = await Promise.all(values.map(async (value) => (await fetched(value)).data[0] ?? NaN));
      tf.dispose(values);
      return [name, Float32Array.from(curve)] as const;
    });
    return { curves: Object.fromEntries(await Promise.all(curves)) };
  }

  async evaluate(feeds: Feeds): Promise<TensorMap> {
    const { tf } = this.#loaded;
    const { evaluate } = this.#program;
    this.#requireWeights();
    checkFeeds(evaluate.inputs, feeds, []);
    useBackend(this.#loaded);
    const outputs = tf.tidy(() => {
      const leaves = (name: string): T =>
        this.#weights.get(name) ?? fedTensor(tf, present(feeds[name], name));
      const valueOf = interpret(tf, evaluate, Object.values(evaluate.outputs), leaves);
      return Object.fromEntries(
        Object.entries(evaluate.outputs).map(([name, id]) => [name, tf.clone(valueOf(id))]),
      );
    });
    const results = await fetchAll(Object.entries(outputs));
    tf.dispose(outputs);
    return results;
  }

  async read(): Promise<SessionState> {
    this.#requireWeights();
    return {
      weights: await fetchAll(this.#weights),
      optimiser: await fetchAll(this.#moments),
      step: this.#step,
    };
  }

  dispose(): Promise<void> {
    this.#clear();
    return Promise.resolve();
  }

  #variable(values: Float32Array, shape: readonly number[], trainable: boolean): core.Variable {
    const { tf } = this.#loaded;
    return tf.tidy(() => tf.variable(tf.tensor(values, [...shape]), trainable));
  }

  #clear(): void {
    this.#loaded.tf.dispose([...this.#weights.values(), ...this.#moments.values()]);
    this.#weights.clear();
    this.#moments.clear();
  }

  #requireWeights(): void {
    if (this.#weights.size === 0) throw new Error('load weights before training, evaluating or reading');
  }
}

/** A copy of the named values; throws where they are missing or have another shape. */
function valuesOf(tensors: TensorMap, name: string, shape: readonly number[]): Float32Array {
  return pack(packingOf([{ name, shape }]), tensors);
}

async function fetchAll(named: Iterable<readonly [string, T]>): Promise<TensorMap> {
  const entries = [...named].map(async ([name, value]): Promise<[string, Tensor]> => {
    const { data } = await fetched(value);
    return [name, tensor(value.shape, data)];
  });
  return Object.fromEntries(await Promise.all(entries));
}
