/**
 * Which tensor of a file is which of a network: by the names that a layout gives them, behind whatever prefix the file
 * puts before all of them, such as `module.`.
 */
import type { Shape } from '../core/tensor.js';
import type { Architecture } from '../nn/architecture.js';
import { encoderParameters } from '../nn/parameters.js';
import type { Layout } from './layouts/layout.js';
import type { StoredTensor } from './stored-tensor.js';
import { shortened } from './unreadable.js';

export interface Match {
  readonly network: string;
  /** Channels of the scans that the network in the file reads. */
  readonly channels: 1 | 3;
  readonly pairs: readonly Pair[];
  /** Names of the file that are neither a weight, nor the classifier's, nor a counter, though they stand among the weights. */
  readonly superfluous: readonly string[];
  readonly leftOut: readonly string[];
}

export interface Pair {
  readonly ours: string;
  readonly theirs: string;
  readonly shape: Shape;
  readonly stored: StoredTensor | undefined;
}

/** Batch norms count their batches; nothing is computed from it. */
const COUNTER = /\.num_batches_tracked$/;

/** Undefined where the file has no tensor of the name that the layout gives the first convolution. */
export function matchNames(
  network: string,
  layout: Layout,
  tensors: ReadonlyMap<string, StoredTensor>,
  architectureFor: (channels: number) => Architecture,
): Match | undefined {
  const [first] = encoderParameters(architectureFor(3));
  if (first === undefined) return undefined;
  const anchor = layout.nameOf(first.name);
  const found = [...tensors.keys()]
    .filter((name) => name === anchor || name.endsWith(`.${anchor}`))
    .sort((a, b) => a.length - b.length)[0];
  if (found === undefined) return undefined;
  const prefix = found.slice(0, found.length - anchor.length);
  const channels = tensors.get(found)?.shape[1] === 1 ? 1 : 3;
  const pairs = encoderParameters(architectureFor(channels)).map(({ name, shape }): Pair => {
    const theirs = prefix + layout.nameOf(name);
    return { ours: name, theirs, shape, stored: tensors.get(theirs) };
  });
  const used = new Set(pairs.map(({ theirs }) => theirs));
  const rest = [...tensors.keys()].filter((name) => !used.has(name));
  const within = rest.filter((name) => name.startsWith(prefix));
  const superfluous = within.filter((name) => {
    const inner = name.slice(prefix.length);
    return !layout.classifier.test(inner) && !COUNTER.test(inner);
  });
  return { network, channels, pairs, superfluous, leftOut: rest.filter((name) => !COUNTER.test(name)) };
}

/** What is wrong with the first tensor that is; undefined where all are there, of the right shape, and none is too many. */
export function misfitOf({ network, pairs, superfluous }: Match): string | undefined {
  for (const { theirs, shape, stored } of pairs) {
    if (stored === undefined) return `lacks ${theirs} [${shape.join(', ')}] of ${network}`;
    if (!sameNumbers(stored.shape, shape)) {
      return `${theirs} is [${stored.shape.slice(0, 8).join(', ')}], ${network} has [${shape.join(', ')}]`;
    }
  }
  const [extra] = superfluous;
  return extra === undefined ? undefined : `holds ${shortened(extra)}, which ${network} has not`;
}

/** True for equal shapes, and for those that differ in axes of one index behind: a linear layer as a convolution of 1³. */
function sameNumbers(a: Shape, b: Shape): boolean {
  return trimmed(a).join() === trimmed(b).join();
}

function trimmed(shape: Shape): Shape {
  const end = shape.findLastIndex((extent) => extent !== 1);
  return shape.slice(0, end + 1);
}
