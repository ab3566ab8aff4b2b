/**
 * Genomes as columns: one for each gene, with one value for each candidate.
 *
 * Genes of the items of a list stand in one column, `/stages/[]/width`. A candidate's value there is the mean of its numbers,
 * or the different words it has, sorted and joined by `+`.
 */
import { isJsonArray, type Json } from '../../core/json.js';
import { meanOf } from '../../core/statistics/descriptive.js';
import type { CandidatesView } from './types.js';

type Plain = string | number | boolean | null;

/** A place in genomes: what was found there in the genome under way, and the places below. */
interface Place {
  readonly name: string;
  readonly found: Plain[];
  /** By candidate. */
  readonly values: (number | string | null)[];
  readonly below: Map<string, Place>;
}

export class GeneColumns {
  private readonly root = placeOf('');
  /** Places that hold values, in the order in which they were first seen. */
  private readonly filled = new Set<Place>();
  private count = 0;

  /** Adds the genome of the next candidate. */
  add(genome: Json): void {
    const touched: Place[] = [];
    this.walk(genome, this.root, touched);
    for (const place of touched) {
      this.filled.add(place);
      while (place.values.length < this.count) place.values.push(null);
      place.values.push(summaryOf(place.found));
      place.found.length = 0;
    }
    this.count++;
  }

  columns(): CandidatesView['genes'] {
    return [...this.filled].map((place) => {
      while (place.values.length < this.count) place.values.push(null);
      return columnOf(place.name === '' ? '/' : place.name, place.values);
    });
  }

  private walk(value: Json, place: Place, touched: Place[]): void {
    if (value === null || typeof value !== 'object') keep(value, place, touched);
    else if (isJsonArray(value)) {
      keep(value.length, child(place, ' length'), touched);
      const items = child(place, '/[]');
      for (const item of value) this.walk(item, items, touched);
    } else {
      for (const key in value) this.walk(value[key] as Json, child(place, `/${key}`), touched);
    }
  }
}

function placeOf(name: string): Place {
  return { name, found: [], values: [], below: new Map() };
}

function child(place: Place, step: string): Place {
  const known = place.below.get(step);
  if (known !== undefined) return known;
  const made = placeOf(place.name + step);
  place.below.set(step, made);
  return made;
}

function keep(value: Plain, place: Place, touched: Place[]): void {
  if (place.found.length === 0) touched.push(place);
  place.found.push(value);
}

function summaryOf(found: readonly Plain[]): number | string {
  const [first] = found;
  if (found.length === 1) return typeof first === 'number' ? first : String(first);
  if (found.every((value) => typeof value === 'number')) return meanOf(found);
  return [...new Set(found.map(String))].sort().join('+');
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
