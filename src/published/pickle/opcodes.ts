/**
 * What each opcode of a pickle does to the machine.
 *
 * Not among them, since files of weights do without: classes of Python 2 (INST, OBJ), extension codes, buffers out of
 * band, persistent ids in text.
 */
import { malformed, Tuple, type Machine } from './machine.js';
import { decimalOf, escapedOf, floatOf, integerOf, integerOrBooleanOf, quotedOf } from './numbers.js';

type Operation = (machine: Machine) => void;

const push =
  (value: (machine: Machine) => unknown): Operation =>
  (machine) =>
    machine.push(value(machine));

const text = (bytes: Buffer): string => bytes.toString('utf8');
/** Strings of Python 2 are bytes; names of weights are ASCII. */
const oldText = (bytes: Buffer): string => bytes.toString('latin1');

const CONSTANTS: Readonly<Record<string, Operation>> = {
  N: push(() => null),
  '\x88': push(() => true),
  '\x89': push(() => false),
  I: push(({ cursor }) => integerOrBooleanOf(cursor.line())),
  J: push(({ cursor }) => cursor.i32()),
  K: push(({ cursor }) => cursor.u8()),
  M: push(({ cursor }) => cursor.u16()),
  L: push(({ cursor }) => decimalOf(cursor.line())),
  '\x8a': push((machine) => integerOf(machine.string(machine.cursor.u8()))),
  '\x8b': push((machine) => integerOf(machine.string(lengthOf(machine.cursor.i32())))),
  F: push(({ cursor }) => floatOf(cursor.line())),
  G: push(({ cursor }) => cursor.f64BigEndian()),
  S: push(({ cursor }) => quotedOf(cursor.line())),
  T: push((machine) => oldText(machine.string(lengthOf(machine.cursor.i32())))),
  U: push((machine) => oldText(machine.string(machine.cursor.u8()))),
  V: push(({ cursor }) => escapedOf(cursor.line())),
  X: push((machine) => text(machine.string(machine.cursor.u32()))),
  '\x8c': push((machine) => text(machine.string(machine.cursor.u8()))),
  '\x8d': push((machine) => text(machine.string(machine.cursor.u64()))),
  B: push((machine) => machine.string(machine.cursor.u32())),
  C: push((machine) => machine.string(machine.cursor.u8())),
  '\x8e': push((machine) => machine.string(machine.cursor.u64())),
  '\x96': push((machine) => machine.string(machine.cursor.u64())),
};

const CONTAINERS: Readonly<Record<string, Operation>> = {
  ']': push(() => []),
  l: push((machine) => machine.popToMark()),
  ')': push(() => new Tuple([])),
  t: push((machine) => new Tuple(machine.popToMark())),
  '\x85': push((machine) => tupleOf(machine, 1)),
  '\x86': push((machine) => tupleOf(machine, 2)),
  '\x87': push((machine) => tupleOf(machine, 3)),
  '}': push(() => new Map()),
  d: push((machine) => filled(new Map(), machine.popToMark())),
  a: (machine) => {
    const item = machine.pop();
    listAtTop(machine).push(item);
  },
  e: (machine) => {
    const items = machine.popToMark();
    const list = listAtTop(machine);
    for (const item of items) list.push(item);
  },
  s: (machine) => {
    const value = machine.pop();
    const key = machine.pop();
    dictionaryAtTop(machine).set(key, value);
  },
  u: (machine) => {
    const items = machine.popToMark();
    filled(dictionaryAtTop(machine), items);
  },
  '\x8f': push(() => new Set()),
  '\x90': (machine) => {
    const items = machine.popToMark();
    const set = machine.top();
    if (!(set instanceof Set)) throw malformed('adds to what is no set');
    for (const item of items) set.add(item);
  },
  '\x91': push((machine) => new Set(machine.popToMark())),
};

const STACK: Readonly<Record<string, Operation>> = {
  '(': (machine) => machine.mark(),
  '0': (machine) => machine.drop(),
  '1': (machine) => void machine.popToMark(),
  '2': (machine) => machine.push(machine.top()),
  p: (machine) => machine.remember(indexOf(machine.cursor.line())),
  q: (machine) => machine.remember(machine.cursor.u8()),
  r: (machine) => machine.remember(machine.cursor.u32()),
  '\x94': (machine) => machine.remember(machine.memo.size),
  g: (machine) => machine.recall(indexOf(machine.cursor.line())),
  h: (machine) => machine.recall(machine.cursor.u8()),
  j: (machine) => machine.recall(machine.cursor.u32()),
  '\x80': ({ cursor }) => {
    const protocol = cursor.u8();
    if (protocol > 5) throw malformed(`is of protocol ${protocol}, those known are 0 to 5`);
  },
  /** The length of a frame helps those that read from a stream. */
  '\x95': ({ cursor }) => void cursor.u64(),
};

const NAMES: Readonly<Record<string, Operation>> = {
  c: push(({ cursor, world }) => {
    const module = cursor.line();
    return world.named(module, cursor.line());
  }),
  '\x93': push((machine) => {
    const [name, module] = [machine.pop(), machine.pop()];
    if (typeof name !== 'string' || typeof module !== 'string') throw malformed('names what is no name');
    return machine.world.named(module, name);
  }),
  R: push((machine) => {
    const args = machine.pop();
    return machine.call(machine.pop(), args);
  }),
  '\x81': push((machine) => {
    const args = machine.pop();
    return machine.call(machine.pop(), args);
  }),
  '\x92': push((machine) => {
    machine.pop();
    const args = machine.pop();
    return machine.call(machine.pop(), args);
  }),
  /** Attributes, such as a state-dict's `_metadata`, say nothing about weights. */
  b: (machine) => void machine.pop(),
  Q: push((machine) => machine.world.persistent(machine.pop())),
};

export const STOP = '.'.charCodeAt(0);

/** By the code of the byte. */
export const operations: ReadonlyMap<number, Operation> = new Map(
  Object.entries({ ...CONSTANTS, ...CONTAINERS, ...STACK, ...NAMES }).map(([code, operation]) => [
    code.charCodeAt(0),
    operation,
  ]),
);

function lengthOf(length: number): number {
  if (length < 0) throw malformed(`holds text of ${length} bytes`);
  return length;
}

function indexOf(line: string): number {
  const index = decimalOf(line);
  if (typeof index !== 'number' || index < 0) throw malformed('remembers under what is no index');
  return index;
}

function tupleOf(machine: Machine, count: number): Tuple {
  const items = Array.from({ length: count }, () => machine.pop());
  return new Tuple(items.reverse());
}

function listAtTop(machine: Machine): unknown[] {
  const list = machine.top();
  if (!Array.isArray(list)) throw malformed('appends to what is no list');
  return list;
}

function dictionaryAtTop(machine: Machine): Map<unknown, unknown> {
  const dictionary = machine.top();
  if (!(dictionary instanceof Map)) throw malformed('puts entries into what is no dictionary');
  return dictionary;
}

/** Keys and values in turn. */
function filled(dictionary: Map<unknown, unknown>, items: readonly unknown[]): Map<unknown, unknown> {
  if (items.length % 2 !== 0) throw malformed('has a key without a value');
  for (let i = 0; i < items.length; i += 2) dictionary.set(items[i], items[i + 1]);
  return dictionary;
}
