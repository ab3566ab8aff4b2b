/**
 * Genomes as columns: one for each gene, with one value for each candidate.
 *
 * Genes of the items of a list stand in one column. A candidate's value there is the mean of its numbers, or the different
 * words it has, sorted and joined by `+`.
 */
import type { Json } from '../../../core/json.js';
import { GenomePlaces, type Plain } from './genome-places.js';
import type { CandidatesView } from '../types.js';

/** Values of one gene: of the genome under way, and by candidate. */
class Column {
  readonly values: (number | string | null)[] = [];
  private count = 0;
  private sum = 0;
  private first: Plain = null;
  private onlyNumbers = true;
  /** Undefined while all are the same. */
  private different: Set<Plain> | undefined;

  constructor(readonly name: string) {}

  /** Returns true if it is the first value of its genome. */
  add(value: Plain): boolean {
    if (typeof value === 'number') this.sum += value;
    else this.onlyNumbers = false;
    if (this.count++ === 0) {
      this.first = value;
      return true;
    }
    if (this.different !== undefined) this.different.add(value);
    else if (value !== this.first) this.different = new Set([this.first, value]);
    return false;
  }

  /** Ends the genome of a candidate. */
  close(candidate: number): void {
    this.fill(candidate);
    this.values.push(this.summary());
    this.count = 0;
    this.sum = 0;
    this.onlyNumbers = true;
    this.different = undefined;
  }

  /** Candidates up to this one that lack the gene have null. */
  fill(candidates: number): void {
    while (this.values.length < candidates) this.values.push(null);
  }

  private summary(): number | string {
    const { first, different } = this;
    if (this.onlyNumbers) return different === undefined ? Number(first) : this.sum / this.count;
    return different === undefined ? String(first) : [...different].map(String).sort().join('+');
  }
}

export class GeneColumns {
  /** In the order in which they were first seen. */
  private readonly all: Column[] = [];
  private readonly touched: Column[] = [];
  private readonly places = new GenomePlaces<Column>(
    (name) => {
      const column = new Column(name);
      this.all.push(column);
      return column;
    },
    (column, value) => {
      if (column.add(value)) this.touched.push(column);
    },
  );
  private count = 0;

  /** Adds the genome of the next candidate. */
  add(genome: Json): void {
    this.places.walk(genome);
    for (const column of this.touched) column.close(this.count);
    this.touched.length = 0;
    this.count++;
  }

  columns(): CandidatesView['genes'] {
    return this.all.map((column) => {
      column.fill(this.count);
      return columnOf(column.name, column.values);
    });
  }
}

/** A column in which one candidate has a word holds words alone. */
function columnOf(
  name: string,
  values: readonly (number | string | null)[],
): CandidatesView['genes'][number] {
  if (!values.some((value) => typeof value === 'string'))
    return { name, levels: null, values: values as readonly (number | null)[] };
  const indices = new Map<string, number>();
  const indexOf = (word: string): number => {
    const known = indices.get(word);
    if (known !== undefined) return known;
    indices.set(word, indices.size);
    return indices.size - 1;
  };
  const own = values.map((value) => (value === null ? null : indexOf(String(value))));
  return { name, levels: [...indices.keys()], values: own };
}
