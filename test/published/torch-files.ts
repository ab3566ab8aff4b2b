/**
 * Files as torch.save writes them, made of bytes: without Python, and with whatever a hostile one would put in.
 */
import { zipSync } from 'fflate';

type Part = string | Uint8Array;

/** Text counts as latin1, one byte a letter. */
export function joined(...parts: readonly Part[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
}

/** Operations of pickles, each as the bytes that put its value. */
export const pickled = {
  text: (value: string): Buffer => joined('X', u32(Buffer.byteLength(value)), Buffer.from(value)),
  int: (value: number): Buffer => {
    const bytes = Buffer.alloc(5, 'J');
    bytes.writeInt32LE(value, 1);
    return bytes;
  },
  named: (module: string, name: string): Buffer => joined(`c${module}\n${name}\n`),
  tuple: (...items: readonly Part[]): Buffer => joined('(', ...items, 't'),
  call: (callable: Part, ...args: readonly Part[]): Buffer => joined(callable, pickled.tuple(...args), 'R'),
  dictionary: (entries: Readonly<Record<string, Part>>): Buffer =>
    joined('}(', ...Object.entries(entries).flatMap(([key, value]) => [pickled.text(key), value]), 'u'),
};

export interface TensorParts {
  readonly key: string;
  readonly count: number;
  readonly type?: string;
  readonly offset?: number;
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  /** The persistent id of the older format has a view behind the count. */
  readonly legacy?: boolean;
}

export function pickledTensor({
  key,
  count,
  type = 'FloatStorage',
  offset = 0,
  ...rest
}: TensorParts): Buffer {
  const { text, int, named, tuple, call } = pickled;
  const id = [text('storage'), named('torch', type), text(key), text('cpu'), int(count)];
  const storage = joined(tuple(...id, ...(rest.legacy === true ? ['N'] : [])), 'Q');
  return call(
    named('torch._utils', '_rebuild_tensor_v2'),
    storage,
    int(offset),
    tuple(...rest.sizes.map(int)),
    tuple(...rest.strides.map(int)),
    '\x89',
    call(named('collections', 'OrderedDict')),
  );
}

/** The pickle of a value, complete. */
export function pickleOf(value: Part): Buffer {
  return joined('\x80\x02', value, '.');
}

export function zipOf(
  pickle: Part,
  storages: Readonly<Record<string, Uint8Array>>,
  level: 0 | 9 = 0,
): Buffer {
  const data = Object.entries(storages).map(([key, bytes]) => [`archive/data/${key}`, bytes] as const);
  const files = {
    'archive/data.pkl': joined(pickle),
    ...Object.fromEntries(data),
    'archive/version': joined('3\n'),
  };
  return Buffer.from(zipSync(files, { level, mtime: new Date(1980, 0, 1) }));
}

/** `counts`: numbers that each storage is said to have. */
export function legacyOf(
  pickle: Part,
  storages: Readonly<Record<string, Uint8Array>>,
  counts: Readonly<Record<string, number>>,
): Buffer {
  const keys = joined(']', '(', ...Object.keys(storages).map(pickled.text), 'e');
  const data = Object.entries(storages).map(([key, bytes]) => {
    const count = Buffer.alloc(8);
    count.writeBigInt64LE(BigInt(counts[key] ?? 0));
    return joined(count, bytes);
  });
  const magic = joined('\x8a\x0a', Buffer.from('6cfc9c46f9206aa85019', 'hex'));
  return joined(
    pickleOf(magic),
    pickleOf('M\xe9\x03'),
    pickleOf(pickled.dictionary({ little_endian: '\x88' })),
    pickle,
    pickleOf(keys),
    ...data,
  );
}

/** Values as little-endian float32. */
export function floats(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeFloatLE(value, i * 4));
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
