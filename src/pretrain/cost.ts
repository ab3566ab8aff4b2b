/**
 * Cost of training a program, before anything is compiled.
 */
import { differentiate } from '../autodiff/differentiate.js';
import type { TrainingProgram } from '../engines/engine.js';
import type { ProgramCost } from '../core/records.js';
import { sizeOf } from '../core/tensor.js';
import { costOf } from '../ir/cost.js';
import type { Graph, Node } from '../ir/graph.js';

/** Memory of a program by part, in bytes of the graph's own values. */
export interface MemoryParts {
  /** Live values at the worst moment of a step. */
  readonly activations: number;
  /** Weights, gradients, moments before and after the update, weights after it. */
  readonly parameters: number;
  /** Operands of the largest filter gradient, as the engines lay them out for matrix products. */
  readonly filterGradient: number;
}

/**
 * Predicted bytes = fixed + what an engine takes per byte of each part: copies on the way in and out, padding of the
 * allocator, workspace of kernels. Fitted once to measured peaks (`npm run bench:memory`, docs/engines.md), and
 * constant: what decides whether a candidate is feasible must be the same on every machine.
 */
const ENGINES = {
  onnx: { fixed: 40 * 2 ** 20, activations: 2.2, parameters: 3, filterGradient: 7 },
  tfjs: { fixed: 40 * 2 ** 20, activations: 2.2, parameters: 3, filterGradient: 7 },
  // A process of Python with its libraries, and a GPU's context; the rest is not fitted to it.
  torch: { fixed: 640 * 2 ** 20, activations: 2.2, parameters: 3, filterGradient: 7 },
} as const;

/** 32-bit copies of each parameter that a step holds: value and gradient, old and new moments, new value. */
const copies = { adamw: 7, lamb: 7, sgd: 5 } as const;

/** `engine`: the one that the experiment names; `auto` counts as onnx, the default one. */
export function programCost(program: TrainingProgram, engine = 'onnx'): ProgramCost {
  const { params, macs } = costOf(program.evaluate);
  return { params, macs, trainingBytes: predictedBytes(memoryParts(program), engine) };
}

export function predictedBytes(parts: MemoryParts, engine: string): number {
  const per = ENGINES[engine === 'tfjs' || engine === 'torch' ? engine : 'onnx'];
  const { activations, parameters, filterGradient } = parts;
  return Math.round(
    per.fixed +
      per.activations * activations +
      per.parameters * parameters +
      per.filterGradient * filterGradient,
  );
}

export function memoryParts(program: TrainingProgram): MemoryParts {
  const graph = differentiate(program.train, 'loss');
  const { params, peakActivationBytes } = costOf(graph);
  return {
    activations: peakActivationBytes,
    parameters: 4 * params * copies[program.optimiser.kind],
    filterGradient: Math.max(0, ...graph.nodes.map((node) => filterGradientBytes(graph, node))),
  };
}

/** Without groups, the taps along the longest axis are rows of one operand; in groups, channels are shuffled once. */
function filterGradientBytes(graph: Graph, node: Node): number {
  if (node.op !== 'convFilterGrad') return 0;
  const { filterShape, groups } = (node as Node<'convFilterGrad'>).attributes;
  const [x, dy] = node.inputs.map((id) => 4 * sizeOf(graph.nodes[id]?.shape ?? [])) as [number, number];
  return groups === 1 ? Math.max(...filterShape.slice(2)) * x + dy : 2 * x;
}
