/**
 * PyTorch's files before 1.6: five pickles one after another (a magic number, the version, facts about the machine, the
 * value, the keys of its storages), then each storage as a count of 64 bits and its numbers.
 *
 * Source: torch/serialization.py, `_legacy_save` and `_legacy_load`.
 */
import { Cursor } from '../pickle/cursor.js';
import { malformed, Tuple } from '../pickle/machine.js';
import { unpickle } from '../pickle/unpickle.js';
import type { NumberKind } from '../numbers.js';
import type { Storage } from '../stored-tensor.js';
import { shortened, Unreadable } from '../unreadable.js';
import { countOf, namedByTorch, storageTypeOf } from './names.js';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const VERSION = 1001;

/** A storage that the pickle names, before the place of its numbers is known. */
interface Announced {
  readonly kind: NumberKind;
  readonly count: number;
  bytes: Uint8Array | undefined;
}

export function readLegacyCheckpoint(file: Buffer): unknown {
  const cursor = new Cursor(file);
  const plain = { named: namedByTorch, persistent: () => refuse('refers to a storage too early') };
  if (unpickle(cursor, plain) !== MAGIC) {
    throw new Unreadable(
      'it is a pickle, but none that torch.save wrote',
      'save the weights with torch.save(model.state_dict(), FILE)',
    );
  }
  if (unpickle(cursor, plain) !== VERSION) throw new Unreadable('it is of an unknown version of torch.save');
  unpickle(cursor, plain);
  const announced = new Map<string, Announced>();
  const value = unpickle(cursor, { named: namedByTorch, persistent: (id) => storageOf(id, announced) });
  const keys = unpickle(cursor, plain);
  if (!Array.isArray(keys)) throw malformed('lists no storages');
  for (const key of keys) place(cursor, announced.get(keyOf(key)), keyOf(key));
  const [missing] = [...announced].find(([, { bytes }]) => bytes === undefined) ?? [];
  if (missing !== undefined) throw new Unreadable(`it is damaged: storage ${shortened(missing)} is missing`);
  return value;
}

/** `('storage', type, key, location, count, view)`; a view is `(key, offset, count)` or None. */
function storageOf(id: unknown, announced: Map<string, Announced>): Storage {
  const [tag, type, key, , numbers, view] = id instanceof Tuple ? id.items : [];
  if (tag !== 'storage') throw malformed('refers to what is no storage');
  const [name, kind, count] = [keyOf(key), storageTypeOf(type), countOf(numbers)];
  const whole = announced.get(name) ?? { kind, count, bytes: undefined };
  if (whole.count !== count || whole.kind !== kind) throw malformed('names one storage with two sizes');
  announced.set(name, whole);
  const [offset, length] =
    view instanceof Tuple ? [countOf(view.items[1]), countOf(view.items[2])] : [0, count];
  if (offset < 0 || length < 0 || offset + length > count) throw malformed('has a view beyond its storage');
  const bytes = (): Uint8Array => {
    const all = whole.bytes ?? refuse('reads a storage that is not there');
    return all.subarray(offset * kind.bytes, (offset + length) * kind.bytes);
  };
  return { kind, count: length, littleEndian: true, bytes };
}

/** Takes the numbers of a storage from the file. */
function place(cursor: Cursor, storage: Announced | undefined, key: string): void {
  const count = cursor.u64();
  if (storage === undefined) throw malformed(`holds a storage that nothing refers to (${shortened(key)})`);
  if (count !== storage.count) {
    throw new Unreadable(
      `it is damaged: storage ${shortened(key)} has ${count} numbers, ${storage.count} were announced`,
    );
  }
  storage.bytes = cursor.take(count * storage.kind.bytes);
}

function keyOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw malformed('names a storage by what is no text');
}

function refuse(problem: string): never {
  throw malformed(problem);
}
