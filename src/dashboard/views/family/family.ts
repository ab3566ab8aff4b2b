/**
 * A search's family in memory, by number, so that an update reads no more than what is new: a decision never changes, nor does a
 * result.
 */
import { lineageTuples, soleMutations, type Store } from '../../../store/index.js';
import { Growth } from '../kept/growth.js';
import { keeping } from '../kept/keep.js';
import type { LineageView } from '../types.js';
import { Operators } from './operators.js';

/** Columns by number; undefined where a candidate is not decided yet. */
class Family {
  readonly rungs: number[] = [];
  readonly scores: (number | null)[] = [];
  readonly parents: (number | null)[] = [];
  readonly others: (number | null)[] = [];
  readonly roles: (string | null)[] = [];
  /** 0 of a founder; a promotion keeps its parent's. */
  readonly generations: number[] = [];
  /** Index of the operator of the only mutation; undefined where there are none, or several. */
  readonly operator: (number | undefined)[] = [];
  private readonly operators = new Operators();
  private readonly growth: Growth;
  /** Mutations of numbers below it were read. */
  private mutated = 0;

  constructor(private readonly experiment: number) {
    this.growth = new Growth(experiment);
  }

  /** Reads what is new since the call before; false where what was read before is gone. */
  advance(store: Store): boolean {
    const complete = this.growth.advance(store, lineageTuples, (tuple) => {
      const [number, , rung, score, parent, role, other] = tuple;
      this.rungs[number] = rung;
      this.scores[number] = score;
      this.parents[number] = parent;
      this.others[number] = other;
      this.roles[number] = role;
      this.generations[number] = this.generationOf(number, parent, role);
    });
    for (const [number, kind, path] of soleMutations(store, this.experiment, {
      from: this.mutated,
      numbers: [],
    }))
      this.operator[number] = this.operators.of(kind, path);
    this.mutated = this.growth.from;
    return complete;
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

  /** What each operator was worth, in an order that does not depend on which was met first, and its place there by its index. */
  operatorsInOrder(): { readonly summaries: LineageView['operators']; readonly places: readonly number[] } {
    const summaries = this.operators.summaries(this.gainsByOperator());
    const order = summaries
      .map((summary, index) => ({ summary, index, key: JSON.stringify([summary.kind, summary.gene]) }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const places: number[] = [];
    order.forEach(({ index }, place) => (places[index] = place));
    return { summaries: order.map(({ summary }) => summary), places };
  }

  /** Gains of the children of each operator, by its index. */
  private gainsByOperator(): ReadonlyMap<number, readonly number[]> {
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

/** The family of an experiment as it is now, kept while its database is open. */
export const familyOf = keeping(({ id }) => new Family(id));
