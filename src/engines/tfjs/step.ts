/**
 * One training step: forward, gradients by TensorFlow.js, clipping and the optimiser's update.
 */
import type * as core from '@tensorflow/tfjs-core';
import { present } from '../../core/errors.js';
import type { TrainingProgram } from '../engine.js';
import { momentNames } from '../optimisers.js';
import { rateOf } from '../rates.js';
import { interpret } from './interpreter.js';
import type { T, Tf } from './kernels/kernel.js';
import { clipScale, updated, type StepScalars } from './optimiser.js';

/** Content of a session, by name: parameters and states, and the optimiser's tensors as `MOMENT/NAME`. */
export interface Variables {
  readonly weights: ReadonlyMap<string, core.Variable>;
  readonly moments: ReadonlyMap<string, core.Variable>;
}

/** Takes a step; returns the outputs of the train graph, which the caller disposes of. */
export function trainStep(
  tf: Tf,
  program: TrainingProgram,
  variables: Variables,
  feed: (name: string) => T,
  scalars: StepScalars,
): Readonly<Record<string, T>> {
  const { train } = program;
  const kept = new Map<number, T>();
  const outputs = tf.tidy(() => {
    const trainable = train.parameters.filter((spec) => spec.trainable);
    const wanted = [...Object.values(train.outputs), ...Object.values(train.updates)];
    const weight = (name: string): core.Variable => present(variables.weights.get(name), name);
    const forward = (): core.Scalar => {
      const leaves = (name: string): T => variables.weights.get(name) ?? feed(name);
      const valueOf = interpret(tf, train, wanted, leaves);
      // The tape's scope ends here: what is needed after it is kept, and disposed of below.
      for (const id of wanted) kept.set(id, tf.keep(tf.cast(valueOf(id), 'float32').clone()));
      return valueOf(present(train.outputs['loss'], 'the output loss')) as core.Scalar;
    };
    const { grads } = tf.variableGrads(
      forward,
      trainable.map(({ name }) => weight(name)),
    );
    const raw = trainable.map(({ name, shape }) => grads[weight(name).name] ?? tf.zeros([...shape]));
    const scale = program.clipNorm === undefined ? undefined : clipScale(tf, raw, program.clipNorm);
    trainable.forEach(({ name, decay }, i) => {
      const gradient = present(raw[i], name);
      const names = momentNames(program.optimiser).map((moment) => `${moment}/${name}`);
      const moments = names.map((moment) => present(variables.moments.get(moment), moment));
      const next = updated(
        tf,
        program.optimiser,
        { weights: weight(name), gradient: scale ? tf.mul(gradient, scale) : gradient, moments, decay },
        scaled(scalars, rateOf(program, name)),
      );
      weight(name).assign(next.weights);
      moments.forEach((moment, k) => moment.assign(present(next.moments[k], name)));
    });
    const valueOf = (id: number): T => tf.clone(present(kept.get(id), `node ${id}`));
    for (const [name, id] of Object.entries(train.updates)) weight(name).assign(valueOf(id));
    return Object.fromEntries(Object.entries(train.outputs).map(([name, id]) => [name, valueOf(id)]));
  });
  for (const value of kept.values()) value.dispose();
  return outputs;
}

/** A step's scalars at a share of its rate; the correction of the second moment is none. */
function scaled([rate, first, second]: StepScalars, factor: number): StepScalars {
  return factor === 1 ? [rate, first, second] : [rate * factor, first * factor, second];
}
