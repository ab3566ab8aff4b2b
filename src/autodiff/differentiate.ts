/**
 * Reverse-mode differentiation of a graph.
 *
 * Nodes are walked from the loss backwards; gradients of values that depend on no trainable parameter (such as the
 * first layer's input) are never built.
 */
import { Builder } from '../ir/builder.js';
import type { Graph, Node, Value } from '../ir/graph.js';
import type { OpName } from '../ir/ops/index.js';
import { printNode } from '../ir/print.js';
import { verify } from '../ir/verify.js';
import { gradients } from './gradients.js';
import type { GradientRule, Site } from './rule.js';

/** Name of the output that holds a parameter's gradient. */
export function gradientName(parameter: string): string {
  return `gradient/${parameter}`;
}

/**
 * Returns the graph with an output `gradient/NAME` for each trainable parameter: the derivative of the scalar output
 * `loss`; zeros if it does not depend on the parameter.
 */
export function differentiate(graph: Graph, loss: string): Graph {
  const lossId = graph.outputs[loss];
  if (lossId === undefined) throw new Error(`the graph has no output ${loss}`);
  const b = new Builder(graph);
  const root = b.value(lossId);
  if (root.shape.length !== 0 || root.dtype !== 'f32') {
    throw new Error(`${loss} must be a scalar, got ${root.dtype}[${root.shape.join(', ')}]`);
  }
  const trainable = new Set(graph.parameters.filter((spec) => spec.trainable).map((spec) => spec.name));
  const bears = nodesAfter(graph, trainable);
  const derivatives = new Map<number, Value>([[lossId, b.scalar(1)]]);
  for (const node of graph.nodes.slice(0, lossId + 1).reverse()) {
    const dy = derivatives.get(node.id);
    if (!dy || !bears.has(node.id) || node.op === 'parameter') continue;
    pullbacks(b, node, dy).forEach((pullback, i) => {
      const source = node.inputs[i];
      if (!pullback || source === undefined || !bears.has(source)) return;
      const known = derivatives.get(source);
      derivatives.set(source, known ? added(b, known, pullback()) : pullback());
    });
  }
  for (const node of graph.nodes) {
    const name = parameterName(node);
    if (name === undefined || !trainable.has(name)) continue;
    b.output(gradientName(name), derivatives.get(node.id) ?? b.constant(node.shape, [0]));
  }
  return verify(b.build());
}

/** The sum of two values of one shape; one that was stretched to it, as the gradient of a mean is, is added as it was before. */
function added(b: Builder, x: Value, y: Value): Value {
  const whole = (value: Value): boolean => b.nodeOf(value).op !== 'broadcastTo';
  const before = (value: Value): Value => b.value(b.nodeOf(value).inputs[0] ?? -1);
  if (whole(x) && !whole(y)) return b.add(x, before(y));
  return whole(y) && !whole(x) ? b.add(before(x), y) : b.add(x, y);
}

/** Ids of the nodes that depend on one of the named parameters. */
function nodesAfter(graph: Graph, parameters: ReadonlySet<string>): ReadonlySet<number> {
  const after = new Set<number>();
  for (const node of graph.nodes) {
    const name = parameterName(node);
    const depends = name === undefined ? node.inputs.some((id) => after.has(id)) : parameters.has(name);
    if (depends) after.add(node.id);
  }
  return after;
}

function parameterName(node: Node): string | undefined {
  return node.op === 'parameter' ? (node as Node<'parameter'>).attributes.name : undefined;
}

function pullbacks(b: Builder, node: Node, dy: Value) {
  const rule = gradients[node.op] as GradientRule<OpName>;
  if (typeof rule !== 'function') {
    if (rule.zero) return [];
    throw new Error(`${printNode(node)} has no gradient: ${rule.reason}`);
  }
  const inputs = node.inputs.map((id) => b.value(id)) as unknown as Site<OpName>['inputs'];
  return rule({ b, inputs, attributes: node.attributes, y: b.value(node.id), dy });
}
