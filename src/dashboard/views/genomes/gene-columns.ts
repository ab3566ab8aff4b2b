/**
 * Genomes as columns: one for each gene, with one value for each candidate.
 *
 * Genes of the items of a list stand in one column. A candidate's value there is the mean of its numbers, or the different
 * words it has, sorted and joined by `+`.
 */
import type { Json } from '../../../core/json.js';
import { meanOf } from '../../../core/statistics/descriptive.js';
import { GenomePlaces, type Plain } from './genome-places.js';
import type { CandidatesView } from '../types.js';

interface Column {
  readonly name: string;
  /** Values of the genome under way. */
  readonly found: Plain[];
  /** By candidate. */
  readonly values: (number | string | null)[];
}

export class GeneColumns {
  /** In the order in which they were first seen. */
  private readonly all: Column[] = [];
  private readonly touched: Column[] = [];
  private readonly places = new GenomePlaces<Column>(
    (name) => {
      const column = { name, found: [], values: [] };
      this.all.push(column);
      return column;
    },
    (column, value) => {
      if (column.found.length === 0) this.touched.push(column);
      column.found.push(value);
    },
  );
  private count = 0;

  /** Adds the genome of the next candidate. */
  add(genome: Json): void {
    this.places.walk(genome);
    for (const { found, values } of this.touched) {
      while (values.length < this.count) values.push(null);
      values.push(summaryOf(found));
      found.length = 0;
    }
    this.touched.length = 0;
    this.count++;
  }

  columns(): CandidatesView['genes'] {
    return this.all.map(({ name, values }) => {
      while (values.length < this.count) values.push(null);
      return columnOf(name, values);
    });
  }
}

function summaryOf(found: readonly Plain[]): number | string {
  const [first] = found;
  if (found.length === 1) return typeof first === 'number' ? first : String(first);
  if (found.every((value) => typeof value === 'number')) return meanOf(found);
  const words = new Set(found);
  return words.size === 1 ? String(first) : [...words].map(String).sort().join('+');
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
