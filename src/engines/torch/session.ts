/**
 * A session of engine torch: weights lie as packed vectors in the Python process, and steps are taken there.
 */
import { present } from '../../core/errors.js';
import { tensor, type AnyTensor, type Tensor, type TensorMap } from '../../core/tensor.js';
import type { InputSpec } from '../../ir/graph.js';
import type { Feeds, Session, SessionState, TrainingProgram, TrainResult } from '../engine.js';
import { checkFeeds } from '../feeds.js';
import { momentNames, scalarsOf } from '../optimisers.js';
import { pack, unpack, type Packing } from '../packing.js';
import { momentName, STATES, type Groups } from '../training-graph.js';
import type { PythonChild } from './child.js';
import type { Reply } from './frames.js';

export interface Opened {
  readonly child: PythonChild;
  /** Its number in the process. */
  readonly id: number;
  readonly program: TrainingProgram;
  readonly groups: Groups;
}

const SCALARS = 'step/scalars';

export class TorchSession implements Session {
  readonly #opened: Opened;
  #loaded: Promise<Reply> | undefined;
  #step = 0;

  constructor(opened: Opened) {
    this.#opened = opened;
  }

  load(state: Pick<SessionState, 'weights'> & Partial<SessionState>): void {
    const vectors: Record<string, AnyTensor> = {};
    const add = (name: string, packing: Packing, values: Float32Array): void => {
      vectors[name] = tensor([packing.size], values);
    };
    const { groups } = this.#opened;
    for (const { name, packing } of groups.weights) add(name, packing, pack(packing, state.weights));
    if (groups.states.size > 0) add(STATES, groups.states, pack(groups.states, state.weights));
    for (const { vector, packing, moment } of this.#moments()) {
      const slots = packing.slots.map((slot) => ({ ...slot, name: `${moment}/${slot.name}` }));
      const start = state.optimiser && pack({ ...packing, slots }, state.optimiser);
      add(vector, packing, start ?? new Float32Array(packing.size));
    }
    this.#step = state.step ?? 0;
    this.#loaded = this.#request('load', vectors);
    this.#loaded.catch(() => undefined); // told by the next call
  }

  async train(feeds: Feeds, learningRates: Float32Array): Promise<TrainResult> {
    const { train, optimiser } = this.#opened.program;
    await this.#requireWeights();
    const count = learningRates.length;
    const fed = fedTo(train.inputs, feeds, [count]);
    const scalars = Array.from(learningRates, (rate, k) => scalarsOf(optimiser, rate, this.#step + k + 1));
    const rows = tensor([count, 3], Float32Array.from(scalars.flat()));
    const { header, tensors } = await this.#request('train', { ...fed, [SCALARS]: rows });
    sayOnce(header['notice']);
    this.#step += count;
    const names = Object.keys(train.outputs);
    const { data } = present(tensors['curves'], 'curves');
    const curve = (i: number) =>
      Float32Array.from({ length: count }, (_, k) => data[k * names.length + i] ?? NaN);
    return { curves: Object.fromEntries(names.map((name, i) => [name, curve(i)])) };
  }

  async evaluate(feeds: Feeds): Promise<TensorMap> {
    await this.#requireWeights();
    return (await this.#request('evaluate', fedTo(this.#opened.program.evaluate.inputs, feeds, []))).tensors;
  }

  /** Gradients of the loss by PyTorch's autograd, for one batch. For tests. */
  async gradients(feeds: Feeds): Promise<TensorMap> {
    await this.#requireWeights();
    const { tensors } = await this.#request('gradients', fedTo(this.#opened.program.train.inputs, feeds, []));
    return this.#unpacked(tensors);
  }

  async read(): Promise<SessionState> {
    await this.#requireWeights();
    const { groups } = this.#opened;
    const { tensors } = await this.#request('read');
    const states = groups.states.size > 0 ? unpack(groups.states, vectorOf(tensors, STATES)) : {};
    const optimiser: Record<string, Tensor> = {};
    for (const { vector, packing, moment } of this.#moments()) {
      for (const [name, value] of Object.entries(unpack(packing, vectorOf(tensors, vector)))) {
        optimiser[`${moment}/${name}`] = value;
      }
    }
    return { weights: { ...this.#unpacked(tensors), ...states }, optimiser, step: this.#step };
  }

  async dispose(): Promise<void> {
    // The memory of a process that ended is free already.
    if (!this.#opened.child.ended) await this.#request('close').catch(() => undefined);
  }

  /** Trainable parameters, cut out of their groups' vectors. */
  #unpacked(tensors: TensorMap): TensorMap {
    const parts = this.#opened.groups.weights.map(({ name, packing }) =>
      unpack(packing, vectorOf(tensors, name)),
    );
    return Object.assign({}, ...parts) as TensorMap;
  }

  /** The optimiser's vectors, each with the packing of the weights that it belongs to. */
  #moments(): { vector: string; moment: string; packing: Packing }[] {
    const { program, groups } = this.#opened;
    return momentNames(program.optimiser).flatMap((moment) =>
      groups.weights.map((group) => ({ vector: momentName(moment, group), moment, packing: group.packing })),
    );
  }

  #request(kind: string, tensors: Readonly<Record<string, AnyTensor>> = {}): Promise<Reply> {
    return this.#opened.child.request({ kind, session: this.#opened.id }, tensors);
  }

  async #requireWeights(): Promise<void> {
    if (this.#loaded === undefined) throw new Error('load weights before training, evaluating or reading');
    await this.#loaded;
  }
}

const said = new Set<unknown>();

/** What the user is to know while training goes on: once in a process. */
function sayOnce(notice: unknown): void {
  if (typeof notice !== 'string' || said.has(notice)) return;
  said.add(notice);
  process.stderr.write(`engine torch: ${notice}\n`);
}

/** What the graph's inputs are fed, and nothing else. */
function fedTo(specs: readonly InputSpec[], feeds: Feeds, leading: readonly number[]): Feeds {
  checkFeeds(specs, feeds, leading);
  return Object.fromEntries(specs.map(({ name }) => [name, present(feeds[name], name)]));
}

function vectorOf(tensors: TensorMap, name: string): Float32Array {
  return present(tensors[name], name).data;
}
