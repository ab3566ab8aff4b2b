/**
 * A session of the ONNX engine: two compiled models over one set of packed vectors.
 */
import { tensor, type Tensor, type TensorMap } from '../../core/tensor.js';
import type { Graph } from '../../ir/graph.js';
import type { Feeds, Session, SessionState, TrainingProgram, TrainResult } from '../engine.js';
import { momentNames, scalarsOf } from '../optimisers.js';
import { pack, unpack, type Packing } from '../packing.js';
import { momentName, SCALARS, STATES, type Groups } from '../training-graph.js';
import { feedTensors } from './feeds.js';
import { OUTPUT } from './inference-model.js';
import { floats, ort, valuesOf, type Model } from './runtime.js';
import { STEP_COUNT } from './train-model.js';

export interface Compiled {
  readonly program: TrainingProgram;
  readonly groups: Groups;
  readonly step: Graph;
  readonly train: Model;
  readonly evaluate: Model;
}

export class OnnxSession implements Session {
  readonly #compiled: Compiled;
  /** Packed vectors by name. */
  readonly #vectors = new Map<string, Float32Array>();
  #step = 0;

  constructor(compiled: Compiled) {
    this.#compiled = compiled;
  }

  load(state: Pick<SessionState, 'weights'> & Partial<SessionState>): void {
    const { groups } = this.#compiled;
    for (const { name, packing } of groups.weights) this.#vectors.set(name, pack(packing, state.weights));
    if (groups.states.size > 0) this.#vectors.set(STATES, pack(groups.states, state.weights));
    for (const { vector, packing, moment } of this.#moments()) {
      const stored = state.optimiser;
      const renamed = stored && {
        ...packing,
        slots: packing.slots.map((s) => ({ ...s, name: `${moment}/${s.name}` })),
      };
      this.#vectors.set(vector, renamed ? pack(renamed, stored) : new Float32Array(packing.size));
    }
    this.#step = state.step ?? 0;
  }

  async train(feeds: Feeds, learningRates: Float32Array): Promise<TrainResult> {
    const { program, step, train } = this.#compiled;
    const count = learningRates.length;
    const scalars = Array.from(learningRates, (rate, k) =>
      scalarsOf(program.optimiser, rate, this.#step + k + 1),
    );
    const tensors: Record<string, ort.Tensor> = {
      ...feedTensors(program.train.inputs, feeds, [count]),
      [STEP_COUNT]: new ort.Tensor('int64', [BigInt(count)], []),
    };
    SCALARS.forEach((name, i) => {
      tensors[name] = floats(
        Float32Array.from(scalars, (values) => values[i] ?? 0),
        [count],
      );
    });
    for (const { name, shape } of step.parameters)
      tensors[`${name}/before`] = floats(this.#vector(name), shape);
    const results = await train.run(tensors);
    for (const { name } of step.parameters) this.#vectors.set(name, valuesOf(results[name]));
    this.#step += count;
    const curves = Object.keys(step.outputs).map(
      (name) => [name, valuesOf(results[`curve/${name}`])] as const,
    );
    return { curves: Object.fromEntries(curves) };
  }

  async evaluate(feeds: Feeds): Promise<TensorMap> {
    const { program, groups, evaluate } = this.#compiled;
    const tensors = feedTensors(program.evaluate.inputs, feeds, []);
    for (const { name, packing } of groups.weights)
      tensors[name] = floats(this.#vector(name), [packing.size]);
    if (groups.states.size > 0) tensors[STATES] = floats(this.#vector(STATES), [groups.states.size]);
    const results = await evaluate.run(tensors);
    const named = Object.keys(program.evaluate.outputs).map((name): [string, Tensor] => {
      const value = results[OUTPUT + name];
      return [name, tensor(value?.dims ?? [], valuesOf(value))];
    });
    return Object.fromEntries(named);
  }

  read(): Promise<SessionState> {
    const { groups } = this.#compiled;
    const weights: Record<string, Tensor> = {};
    for (const { name, packing } of groups.weights)
      Object.assign(weights, unpack(packing, this.#vector(name)));
    if (groups.states.size > 0) Object.assign(weights, unpack(groups.states, this.#vector(STATES)));
    const optimiser: Record<string, Tensor> = {};
    for (const { vector, packing, moment } of this.#moments()) {
      for (const [name, value] of Object.entries(unpack(packing, this.#vector(vector)))) {
        optimiser[`${moment}/${name}`] = value;
      }
    }
    return Promise.resolve({ weights, optimiser, step: this.#step });
  }

  async dispose(): Promise<void> {
    this.#vectors.clear();
    await this.#compiled.train.release();
    await this.#compiled.evaluate.release();
  }

  /** The optimiser's vectors, each with the packing of the weights that it belongs to. */
  #moments(): { vector: string; moment: string; packing: Packing }[] {
    const { program, groups } = this.#compiled;
    return momentNames(program.optimiser).flatMap((moment) =>
      groups.weights.map((group) => ({ vector: momentName(moment, group), moment, packing: group.packing })),
    );
  }

  #vector(name: string): Float32Array {
    const vector = this.#vectors.get(name);
    if (!vector) throw new Error(`${name}: load weights before training, evaluating or reading`);
    return vector;
  }
}
