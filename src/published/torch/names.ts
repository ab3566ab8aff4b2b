/**
 * The names that a pickle of weights may use, and what they give here. All others are refused: what a file calls by its
 * pickle would run in Python, and would be no weights.
 *
 * Source: torch/_utils.py, `_rebuild_tensor_v2` and `_rebuild_parameter`; torch/serialization.py.
 */
import { isNamed, malformed, Tuple, type Machine, type Named } from '../pickle/machine.js';
import { NUMBER_KINDS, type NumberKind } from '../numbers.js';
import { viewOf, type Storage, type StoredTensor } from '../stored-tensor.js';
import { shortened, Unreadable } from '../unreadable.js';

/** A type of storages, named as its kind of numbers. */
export interface StorageType extends Named {
  readonly kind: NumberKind;
}

/** What is allowed and says nothing about weights. */
class Inert {
  constructor(readonly name: string) {}
}

const STORAGES: Readonly<Record<string, NumberKind>> = {
  FloatStorage: NUMBER_KINDS.float32,
  DoubleStorage: NUMBER_KINDS.float64,
  HalfStorage: NUMBER_KINDS.float16,
  BFloat16Storage: NUMBER_KINDS.bfloat16,
  LongStorage: NUMBER_KINDS.int64,
  IntStorage: NUMBER_KINDS.int32,
  ShortStorage: NUMBER_KINDS.int16,
  CharStorage: NUMBER_KINDS.int8,
  ByteStorage: NUMBER_KINDS.uint8,
  BoolStorage: NUMBER_KINDS.bool,
  ComplexFloatStorage: NUMBER_KINDS.complex64,
  ComplexDoubleStorage: NUMBER_KINDS.complex128,
};

const CALLED: Readonly<Record<string, NonNullable<Named['call']>>> = {
  'collections.OrderedDict': dictionary,
  'collections.defaultdict': () => new Map(),
  'collections.Counter': () => new Map(),
  'torch._utils._rebuild_tensor': rebuildTensor,
  'torch._utils._rebuild_tensor_v2': rebuildTensor,
  'torch._utils._rebuild_parameter': ([data]) => data,
  'torch.Size': ([sizes]) => sizes,
};

/** Of what checkpoints hold beside weights: options, random states, figures. */
const INERT: ReadonlySet<string> = new Set([
  'argparse.Namespace',
  'types.SimpleNamespace',
  'builtins.set',
  'builtins.list',
  'builtins.dict',
  'builtins.int',
  'builtins.float',
  '__builtin__.set',
  '__builtin__.list',
  '__builtin__.dict',
  '__builtin__.int',
  '__builtin__.float',
  '_codecs.encode',
  'numpy.dtype',
  'numpy.ndarray',
  'numpy.core.multiarray.scalar',
  'numpy.core.multiarray._reconstruct',
  'numpy._core.multiarray.scalar',
  'numpy._core.multiarray._reconstruct',
  'torch.device',
]);

/** Names of PyTorch's types of numbers. */
const DTYPE = /^torch\.(float|double|half|bfloat|int|uint|long|short|bool|complex)\d*$/;

/** Throws `Unreadable` for names that are not allowed. */
export function namedByTorch(module: string, name: string): Named {
  const full = `${module}.${name}`;
  const storage =
    /^torch(\.cuda)?$/.test(module) && Object.hasOwn(STORAGES, name) ? STORAGES[name] : undefined;
  if (storage !== undefined) return { name: full, kind: storage } satisfies StorageType as Named;
  const call = Object.hasOwn(CALLED, full) ? CALLED[full] : undefined;
  if (call !== undefined) return { name: full, call };
  if (INERT.has(full) || DTYPE.test(full)) return { name: full, call: () => new Inert(full) };
  if (/^(torch\.nn\.modules|torchvision|pytorchvideo|__torch__)\b/.test(module)) {
    throw new Unreadable(
      `it holds a whole model (${shortened(full)}), which only its own Python code can read`,
      'save the weights alone: torch.save(model.state_dict(), FILE)',
    );
  }
  throw new Unreadable(
    `its pickle asks for ${shortened(full)}, which is not needed to read weights and could run code; nothing was run`,
    'use a file of weights alone, from a source that you trust',
  );
}

export function storageTypeOf(value: unknown): NumberKind {
  if (isNamed(value) && 'kind' in value) return (value as StorageType).kind;
  throw malformed('names a storage of no known type');
}

/** A whole number of elements. */
export function countOf(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw malformed('has a size that is no whole number');
}

function isStorage(value: unknown): value is Storage {
  return typeof value === 'object' && value !== null && 'kind' in value && 'bytes' in value;
}

export function isStoredTensor(value: unknown): value is StoredTensor {
  return typeof value === 'object' && value !== null && 'shape' in value && 'read' in value;
}

/** `(storage, offset, sizes, strides, …)`. */
function rebuildTensor([storage, offset, sizes, strides]: readonly unknown[]): StoredTensor {
  if (!isStorage(storage)) throw malformed('makes a tensor of what is no storage');
  if (!(sizes instanceof Tuple) || !(strides instanceof Tuple))
    throw malformed('makes a tensor without sizes');
  return viewOf({
    storage,
    offset: countOf(offset),
    shape: sizes.items.map(countOf),
    strides: strides.items.map(countOf),
  });
}

/** Empty, or of a list of pairs. */
function dictionary([pairs = []]: readonly unknown[], machine: Machine): Map<unknown, unknown> {
  if (!Array.isArray(pairs)) throw malformed('makes a dictionary of what is no list');
  machine.spend(pairs.length);
  return new Map(
    pairs.map((pair: unknown): [unknown, unknown] => {
      const items: unknown = pair instanceof Tuple ? pair.items : pair;
      if (!Array.isArray(items) || items.length !== 2)
        throw malformed('makes a dictionary of what are no pairs');
      return [items[0], items[1]];
    }),
  );
}
