/**
 * Checkpoints of one evaluation's training: which one to go on from, when to save the next. Nothing that goes wrong with them
 * may change or end an evaluation: it is remarked, and training starts anew or goes on without.
 */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { messageOf } from '../../core/errors.js';
import { sameShape, sizeOf, type Shape, type TensorMap } from '../../core/tensor.js';
import { momentNames } from '../../engines/optimisers.js';
import type { TrainingProgram } from '../../engines/engine.js';
import type { Checkpointing, Snapshot } from '../../pretrain/pretrain.js';
import { CHECKPOINT_FILE, readCheckpoint, Unusable, writeCheckpoint } from './checkpoint-file.js';
import type { Continuing } from './continuation.js';

export interface Trained {
  /** Hash of everything that decides the training. */
  readonly identity: string;
  readonly program: TrainingProgram;
  /** Steps of the whole training. */
  readonly steps: number;
  /** True if the trained network is measured afterwards, which may take as long. */
  readonly measured: boolean;
}

/** Bytes that a checkpoint may have besides its tensors' values: for each step, for each tensor, and besides. */
const STEP_BYTES = 1024;
const TENSOR_BYTES = 1024;
const OTHER_BYTES = 2 ** 20;

export class TrainingCheckpoints implements Checkpointing {
  readonly #path: string;
  readonly #started = performance.now();
  #latest = performance.now();
  #earlier = 0;

  constructor(
    private readonly continuing: Continuing,
    private readonly trained: Trained,
  ) {
    this.#path = join(continuing.folder, CHECKPOINT_FILE);
  }

  /** Seconds that the evaluation has taken, in all its attempts. */
  get seconds(): number {
    return this.#earlier + (performance.now() - this.#started) / 1000;
  }

  /** What to go on from; undefined where there is nothing that could be used. */
  read(): Snapshot | undefined {
    try {
      const found = readCheckpoint(this.#path, this.#limit());
      if (found === undefined) return undefined;
      const { identity, seconds, snapshot } = found;
      if (identity !== this.trained.identity) throw new Unusable('it belongs to another evaluation');
      this.#requireFit(snapshot);
      this.#earlier = seconds;
      return snapshot;
    } catch (thrown) {
      this.#remark(`the checkpoint is not used, and training starts anew: ${messageOf(thrown)}`);
      return undefined;
    }
  }

  due(): boolean {
    return performance.now() - this.#latest >= 1000 * this.continuing.everySeconds;
  }

  whenInterrupted(): boolean {
    return this.continuing.handsBack();
  }

  atEnd(): boolean {
    return this.trained.measured;
  }

  save(snapshot: Snapshot): Promise<void> {
    const { identity } = this.trained;
    try {
      writeCheckpoint(this.#path, { identity, seconds: this.seconds, snapshot });
      this.continuing.tell({ kind: 'checkpoint', step: snapshot.state.step });
    } catch (thrown) {
      this.#remark(`the checkpoint could not be saved: ${messageOf(thrown)}`);
    }
    this.#latest = performance.now();
    return Promise.resolve();
  }

  #remark(text: string): void {
    this.continuing.tell({ kind: 'remark', text: `${this.#path}: ${text}` });
  }

  #limit(): number {
    const shapes = Object.values(this.#expected()).flatMap((shapesOf) => [...shapesOf.values()]);
    const values = shapes.reduce((sum, shape) => sum + 4 * sizeOf(shape), 0);
    return values + TENSOR_BYTES * shapes.length + STEP_BYTES * this.trained.steps + OTHER_BYTES;
  }

  /** Shapes of a state's tensors, by name. */
  #expected(): Record<'weights' | 'optimiser', ReadonlyMap<string, Shape>> {
    const { train, optimiser } = this.trained.program;
    const trainable = train.parameters.filter((one) => one.trainable);
    return {
      weights: new Map(train.parameters.map(({ name, shape }) => [name, shape])),
      optimiser: new Map(
        momentNames(optimiser).flatMap((moment) =>
          trainable.map(({ name, shape }) => [`${moment}/${name}`, shape] as const),
        ),
      ),
    };
  }

  #requireFit({ state, curves, ended }: Snapshot): void {
    const { weights, optimiser } = this.#expected();
    if (state.step > this.trained.steps) throw new Unusable('it is of a longer training');
    if (!fit(state.weights, weights) || !fit(state.optimiser, optimiser)) {
      throw new Unusable('its tensors are not those of the network');
    }
    const losses = curves.find(({ name }) => name === 'train/loss')?.steps ?? [];
    const validated = curves.some(
      ({ name, steps }) => name.startsWith('validation/') && steps.at(-1) === state.step,
    );
    if (!losses.every((step, i) => step === i) || losses.length !== state.step || (ended && !validated)) {
      throw new Unusable('its curves are not those of its steps');
    }
  }
}

function fit(tensors: TensorMap, expected: ReadonlyMap<string, Shape>): boolean {
  const names = Object.keys(tensors);
  return (
    names.length === expected.size &&
    names.every((name) => {
      const shape = expected.get(name);
      return shape !== undefined && sameShape(shape, tensors[name]?.shape ?? []);
    })
  );
}
