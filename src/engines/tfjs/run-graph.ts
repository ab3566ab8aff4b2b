/**
 * Runs any graph once, with parameters from a map; and the gradients of its loss by TensorFlow.js. For tests.
 */
import type * as core from '@tensorflow/tfjs-core';
import { present } from '../../core/errors.js';
import type { Tensor, TensorMap } from '../../core/tensor.js';
import type { Graph } from '../../ir/graph.js';
import type { Feeds } from '../engine.js';
import { fedTensor, fetched } from './feeds.js';
import { interpret } from './interpreter.js';
import type { T, Tf } from './kernels/kernel.js';
import { loadTensorFlow, useBackend, type TfjsDevice } from './packages.js';

/** All outputs of the graph by name; integers and booleans come back as floats. */
export async function runGraph(
  graph: Graph,
  weights: TensorMap,
  feeds: Feeds,
  device: TfjsDevice = 'js',
): Promise<TensorMap> {
  return within(device, (tf) => outputsOf(tf, graph, (name) => leafOf(tf, weights, feeds, name)));
}

/** The gradient of the output `loss` for each trainable parameter. */
export async function lossGradients(
  graph: Graph,
  weights: TensorMap,
  feeds: Feeds,
  device: TfjsDevice = 'js',
): Promise<TensorMap> {
  return within(device, (tf) => {
    const variables = new Map(
      graph.parameters.map(({ name, trainable }) => [
        name,
        tf.variable(leafOf(tf, weights, feeds, name), trainable),
      ]),
    );
    try {
      const leaves = (name: string): T => variables.get(name) ?? leafOf(tf, weights, feeds, name);
      const loss = present(graph.outputs['loss'], 'the output loss');
      const forward = (): core.Scalar => interpret(tf, graph, [loss], leaves)(loss) as core.Scalar;
      const trainable = [...variables].filter(([, variable]) => variable.trainable);
      const { grads } = tf.variableGrads(
        forward,
        trainable.map(([, variable]) => variable),
      );
      return Object.fromEntries(
        trainable.map(([name, variable]) => [name, grads[variable.name] ?? tf.zerosLike(variable)]),
      );
    } finally {
      tf.dispose([...variables.values()]);
    }
  });
}

async function within(device: TfjsDevice, compute: (tf: Tf) => Record<string, T>): Promise<TensorMap> {
  const loaded = loadTensorFlow(device, 1);
  useBackend(loaded);
  const values = loaded.tf.tidy(() => compute(loaded.tf));
  const entries = Object.entries(values).map(async ([name, value]): Promise<[string, Tensor]> => [
    name,
    await fetched(value),
  ]);
  const results = Object.fromEntries(await Promise.all(entries));
  loaded.tf.dispose(values);
  return results;
}

function outputsOf(tf: Tf, graph: Graph, leaves: (name: string) => T): Record<string, T> {
  const valueOf = interpret(tf, graph, Object.values(graph.outputs), leaves);
  return Object.fromEntries(Object.entries(graph.outputs).map(([name, id]) => [name, tf.clone(valueOf(id))]));
}

function leafOf(tf: Tf, weights: TensorMap, feeds: Feeds, name: string): T {
  return fedTensor(tf, present(weights[name] ?? feeds[name], name));
}
