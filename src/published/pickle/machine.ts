/**
 * The stack machine of Python's pickles, without Python: it builds lists, tuples, dictionaries, numbers and text, and
 * whatever else a pickle names is up to the `World` that it is given. Nothing is ever run, imported or looked up.
 *
 * A machine does a bounded amount of work in bounded memory, whatever the file says: operations, text and items that
 * are copied are counted.
 *
 * Source: CPython's Lib/pickletools.py, which describes every opcode of protocols 0 to 5.
 */
import { Unreadable } from '../unreadable.js';
import type { Cursor } from './cursor.js';

/** What a pickle names, such as a class or a function. */
export interface Named {
  readonly name: string;
  /** What calling it gives; absent where it is only a mark. */
  readonly call?: (args: readonly unknown[], machine: Machine) => unknown;
}

export interface World {
  /** Meaning of a name; throws `Unreadable` for all that is not allowed. */
  named(module: string, name: string): Named;
  /** What a persistent id stands for. */
  persistent(id: unknown): unknown;
}

export class Tuple {
  constructor(readonly items: readonly unknown[]) {}
}

/** State-dicts of networks take some ten thousand operations, checkpoints with an optimiser's state a few times as many. */
const MOST_OPERATIONS = 1_000_000;
/** Bytes of all text and byte strings. */
const MOST_TEXT = 1 << 26;

export class Machine {
  readonly memo = new Map<number, unknown>();
  private readonly stack: unknown[] = [];
  /** Heights of the stack at which marks were set. */
  private readonly marks: number[] = [];
  private operations = 0;
  private text = 0;

  constructor(
    readonly cursor: Cursor,
    readonly world: World,
  ) {}

  /** Counts `count` operations, or items that are copied. */
  spend(count: number): void {
    this.operations += count;
    if (this.operations > MOST_OPERATIONS) throw new Unreadable('its pickle is far longer than weights need');
  }

  /** Bytes of text; at most `MOST_TEXT` in all. */
  string(length: number): Buffer {
    this.text += length;
    if (this.text > MOST_TEXT) throw new Unreadable('its pickle holds far more text than weights need');
    return this.cursor.take(length);
  }

  push(value: unknown): void {
    this.stack.push(value);
  }

  pop(): unknown {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw malformed('takes more than it has put');
    return this.stack.pop();
  }

  top(): unknown {
    const value = this.pop();
    this.push(value);
    return value;
  }

  mark(): void {
    this.marks.push(this.stack.length);
  }

  /** All that was put since the last mark, which is removed. */
  popToMark(): unknown[] {
    const mark = this.marks.pop();
    if (mark === undefined) throw malformed('has no mark where it needs one');
    return this.stack.splice(mark);
  }

  /** Drops the topmost value, or the mark where there is none above it. */
  drop(): void {
    if (this.marks.length > 0 && this.marks.at(-1) === this.stack.length) this.marks.pop();
    else this.pop();
  }

  remember(index: number): void {
    this.memo.set(index, this.top());
  }

  recall(index: number): void {
    if (!this.memo.has(index)) throw malformed(`recalls what it has not put (${index})`);
    this.push(this.memo.get(index));
  }

  call(callable: unknown, args: unknown): unknown {
    if (!isNamed(callable) || callable.call === undefined || !(args instanceof Tuple)) {
      const what = isNamed(callable) ? callable.name : typeof callable;
      throw malformed(`calls what cannot be called (${what})`);
    }
    return callable.call(args.items, this);
  }
}

export function isNamed(value: unknown): value is Named {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
}

export function malformed(problem: string): Unreadable {
  return new Unreadable(`its pickle is damaged: it ${problem}`);
}
