/**
 * A graph under construction: typed nodes are appended and checked; `builder.ts` adds convenient methods.
 */
import type { DType, Shape } from '../core/tensor.js';
import { present } from '../core/errors.js';
import type { Graph, Initialiser, InputSpec, Node, ParameterSpec, Value } from './graph.js';
import { definitionOf, type OpAttributes, type OpName } from './ops/index.js';

export interface ParameterOptions {
  /** True (the default) if trained by gradients; false for a state. */
  readonly trainable?: boolean;
  /** True if weight decay applies; by default it does to trainable parameters of two axes or more. */
  readonly decay?: boolean;
  /** True if declaring it again returns the same value, such as for one encoder applied to several inputs. */
  readonly shared?: boolean;
  /** True (the default) if the scope is prefixed to its name; states of the whole program have no scope. */
  readonly scoped?: boolean;
}

export class NodeList {
  readonly #nodes: Node[] = [];
  readonly #inputs: InputSpec[] = [];
  readonly #parameters: ParameterSpec[] = [];
  readonly #outputs = new Map<string, number>();
  readonly #updates = new Map<string, number>();
  #scope = '';

  /** Starts from `graph`, whose values keep their ids, or from an empty graph. */
  constructor(graph?: Graph) {
    if (!graph) return;
    this.#nodes.push(...graph.nodes);
    this.#inputs.push(...graph.inputs);
    this.#parameters.push(...graph.parameters);
    for (const [name, id] of Object.entries(graph.outputs)) this.#outputs.set(name, id);
    for (const [name, id] of Object.entries(graph.updates)) this.#updates.set(name, id);
  }

  /** Appends a node; its shape and type follow from the op's rule. */
  node<K extends OpName>(op: K, inputs: readonly Value[], attributes: OpAttributes[K]): Value {
    const { shape, dtype } = definitionOf(op).infer(inputs, attributes);
    const id = this.#nodes.length;
    this.#nodes.push({ id, op, inputs: inputs.map((value) => value.id), attributes, shape, dtype });
    return { id, shape, dtype };
  }

  input(name: string, shape: Shape, dtype: DType = 'f32'): Value {
    if (this.#inputs.some((other) => other.name === name))
      throw new Error(`the graph has an input ${name} already`);
    this.#inputs.push({ name, shape, dtype });
    return this.node('input', [], { name, shape, dtype });
  }

  /** Prefixes `scope` to the names of all parameters that `build` declares; an inner scope replaces an outer one. */
  within<T>(scope: string, build: () => T): T {
    const outer = this.#scope;
    this.#scope = scope;
    try {
      return build();
    } finally {
      this.#scope = outer;
    }
  }

  parameter(local: string, shape: Shape, initialiser: Initialiser, options: ParameterOptions = {}): Value {
    const name = options.scoped === false ? local : this.#scope + local;
    const known = this.#parameters.find((other) => other.name === name);
    if (known !== undefined) {
      if (options.shared === true && known.shape.join() === shape.join()) return this.#parameterValue(name);
      throw new Error(`the graph has a parameter ${name} already`);
    }
    const trainable = options.trainable ?? true;
    const decay = options.decay ?? (trainable && shape.length > 1);
    this.#parameters.push({ name, shape, initialiser, trainable, decay });
    return this.node('parameter', [], { name, shape, dtype: 'f32' });
  }

  output(name: string, value: Value): void {
    if (this.#outputs.has(name)) throw new Error(`the graph has an output ${name} already`);
    this.#outputs.set(name, value.id);
  }

  #parameterValue(name: string): Value {
    const named = (node: Node): boolean =>
      node.op === 'parameter' && (node as Node<'parameter'>).attributes.name === name;
    return this.value(present(this.#nodes.find(named), `parameter ${name}`).id);
  }

  /** Latest value of a state, from which a further update starts: its pending update, or the state itself. */
  latest(state: string): Value {
    const id = this.#updates.get(state);
    return id === undefined ? this.#parameterValue(state) : this.value(id);
  }

  /** Sets the next value of a state; a later update, made from the `latest` value, replaces it. */
  update(state: string, value: Value): void {
    const spec = this.#parameters.find(({ name }) => name === state);
    if (!spec) throw new Error(`no parameter ${state} to update`);
    if (spec.shape.join() !== value.shape.join()) {
      throw new Error(
        `state ${state} has shape [${spec.shape.join(', ')}], its update [${value.shape.join(', ')}]`,
      );
    }
    this.#updates.set(state, value.id);
  }

  /** Returns the node that made a value. */
  nodeOf(value: Value): Node {
    return present(this.#nodes[value.id], `node ${value.id}`);
  }

  /** Returns the value of a node, by its id. */
  value(id: number): Value {
    const { shape, dtype } = present(this.#nodes[id], `node ${id}`);
    return { id, shape, dtype };
  }

  build(): Graph {
    return {
      nodes: [...this.#nodes],
      inputs: [...this.#inputs],
      parameters: [...this.#parameters],
      outputs: Object.fromEntries(this.#outputs),
      updates: Object.fromEntries(this.#updates),
    };
  }
}
