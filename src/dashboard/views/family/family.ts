/**
 * A search's family in memory, by number, so that an update reads no more than what is new: a decision never changes, nor does a
 * result.
 */
import type { ExperimentRow, Store } from '../../../store/index.js';
import { lineageTuples, soleMutations } from '../../../store/index.js';
import { Operators } from './operators.js';

/** Columns by number; undefined where a candidate is not decided yet. */
export class Family {
  readonly rungs: number[] = [];
  readonly scores: (number | null)[] = [];
  readonly parents: (number | null)[] = [];
  readonly others: (number | null)[] = [];
  readonly roles: (string | null)[] = [];
  /** 0 of a founder; a promotion keeps its parent's. */
  readonly generations: number[] = [];
  /** Index of the operator of the only mutation; undefined where there are none, or several. */
  readonly operator: (number | undefined)[] = [];
  readonly operators = new Operators();
  /** Numbers below it are all decided. */
  private whole = 0;
  private unfinished: readonly number[] = [];

  constructor(private readonly experiment: number) {}

  /** Reads what is new since the call before. */
  advance(store: Store): void {
    const part = { from: this.whole, numbers: this.unfinished.filter((number) => number < this.whole) };
    const unfinished: number[] = [];
    for (const tuple of lineageTuples(store, this.experiment, part)) {
      const [number, rung, status, score, parent, role, other] = tuple;
      this.rungs[number] = rung;
      this.scores[number] = score;
      this.parents[number] = parent;
      this.others[number] = other;
      this.roles[number] = role;
      this.generations[number] = this.generationOf(number, parent, role);
      if (status === 'pending' || status === 'running') unfinished.push(number);
    }
    for (const [number, kind, path] of soleMutations(store, this.experiment, { ...part, numbers: [] }))
      this.operator[number] = this.operators.of(kind, path);
    while (this.rungs[this.whole] !== undefined) this.whole++;
    this.unfinished = unfinished;
  }

  /** All numbers that are decided, in ascending order. */
  numbers(): readonly number[] {
    const found: number[] = [];
    for (let number = 0; number < this.rungs.length; number++) if (this.has(number)) found.push(number);
    return found;
  }

  has(number: number): boolean {
    return this.rungs[number] !== undefined;
  }

  /** Score less that of the parent at the same rung; null where one of them has none. */
  gain(number: number): number | null {
    const parent = this.parents[number] ?? null;
    const [own, elder] = [this.scores[number] ?? null, parent === null ? null : this.scores[parent]];
    if (parent === null || own === null || elder == null) return null;
    return this.rungs[number] === this.rungs[parent] ? own - elder : null;
  }

  /** Gains of the children of each operator, by its index. */
  gainsByOperator(): ReadonlyMap<number, readonly number[]> {
    const found = new Map<number, number[]>();
    this.operator.forEach((index, number) => {
      const gain = index === undefined ? null : this.gain(number);
      if (index === undefined || gain === null) return;
      const known = found.get(index);
      if (known === undefined) found.set(index, [gain]);
      else known.push(gain);
    });
    return found;
  }

  /** From the founder to a candidate; empty for null. */
  pathTo(number: number | null): readonly number[] {
    const path: number[] = [];
    for (let at = number; at !== null; at = this.elder(at)) path.push(at);
    return path.reverse();
  }

  /** A parent that is no elder, where a table was altered, counts as none. */
  private elder(number: number): number | null {
    const parent = this.parents[number] ?? null;
    return parent !== null && parent < number ? parent : null;
  }

  private generationOf(number: number, parent: number | null, role: string | null): number {
    const elder = parent === null || parent >= number ? undefined : this.generations[parent];
    if (elder === undefined) return 0;
    return role === 'promotion' ? elder : elder + 1;
  }
}

const families = new WeakMap<Store, Map<number, Family>>();

/** The family of an experiment as it is now, kept while its database is open. */
export function familyOf(store: Store, { id }: ExperimentRow): Family {
  const known = families.get(store) ?? new Map<number, Family>();
  families.set(store, known);
  const family = known.get(id) ?? new Family(id);
  known.set(id, family);
  family.advance(store);
  return family;
}
