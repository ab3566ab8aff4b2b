/**
 * PyTorch's files since 1.6: a zip archive with one pickle, `data.pkl`, and a file for each storage.
 *
 * Source: torch/serialization.py, `_save` and `_load`.
 */
import { Cursor } from '../pickle/cursor.js';
import { malformed, Tuple } from '../pickle/machine.js';
import { unpickle } from '../pickle/unpickle.js';
import type { Storage } from '../stored-tensor.js';
import { shortened, Unreadable } from '../unreadable.js';
import { countOf, namedByTorch, storageTypeOf } from './names.js';
import { Zip } from './zip.js';

const LARGEST_PICKLE = 1 << 26;

export function readZipCheckpoint(file: Buffer): unknown {
  const zip = new Zip(file);
  const root = rootOf(zip);
  const size = zip.sizeOf(`${root}data.pkl`) ?? 0;
  if (size > LARGEST_PICKLE) {
    throw new Unreadable(`its pickle of ${size} bytes is far longer than weights need`);
  }
  const order = `${root}byteorder`;
  const littleEndian =
    zip.sizeOf(order) === undefined || Buffer.from(zip.read(order)).toString('latin1', 0, 8).trim() !== 'big';
  const cursor = new Cursor(zip.read(`${root}data.pkl`));
  return unpickle(cursor, {
    named: namedByTorch,
    persistent: (id) => storageOf(id, zip, root, littleEndian),
  });
}

/** Folder within the archive, with its slash. */
function rootOf(zip: Zip): string {
  const names = zip.names();
  const roots = names.flatMap((name) => /^([^/]*\/)data\.pkl$/.exec(name)?.[1] ?? []);
  const [root, second] = roots;
  if (root === undefined) {
    throw new Unreadable('it is a zip archive, but none that torch.save wrote: it has no data.pkl');
  }
  if (second !== undefined) throw new Unreadable('it holds two pickles, and it is not clear which counts');
  if (names.includes(`${root}constants.pkl`)) {
    throw new Unreadable(
      'it holds a TorchScript program, not weights',
      'save the weights alone: torch.save(model.state_dict(), FILE)',
    );
  }
  return root;
}

/** `('storage', type, key, location, count)`. */
function storageOf(id: unknown, zip: Zip, root: string, littleEndian: boolean): Storage {
  const [tag, type, key, , numbers] = id instanceof Tuple ? id.items : [];
  if (tag !== 'storage' || typeof key !== 'string') throw malformed('refers to what is no storage');
  const [kind, count] = [storageTypeOf(type), countOf(numbers)];
  const name = `${root}data/${key}`;
  const size = zip.sizeOf(name);
  if (size !== count * kind.bytes) {
    throw new Unreadable(
      `it is damaged: ${shortened(name)} ${size === undefined ? 'is missing' : `has ${size} bytes, ${count} ${kind.name} numbers have ${count * kind.bytes}`}`,
    );
  }
  return { kind, count, littleEndian, bytes: () => zip.read(name) };
}
