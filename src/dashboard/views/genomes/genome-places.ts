/**
 * The plain values of genomes by their place, without building the places' names for every genome anew.
 *
 * Items of a list share a place, `/stages/[]/width`; a list's length is a value of its own, `/stages length`.
 */
import { isJsonArray, type Json } from '../../../core/json.js';

export type Plain = string | number | boolean | null;

/** A place, and what the caller keeps there. */
interface Place<T> {
  readonly name: string;
  own: T | undefined;
  readonly below: Map<string, Place<T>>;
}

export class GenomePlaces<T> {
  private readonly root: Place<T> = { name: '', own: undefined, below: new Map() };

  /**
   * @param make what is kept at a place, when a value is found there for the first time
   * @param visit is called for every value of a genome with what is kept at its place
   */
  constructor(
    private readonly make: (name: string) => T,
    private readonly visit: (own: T, value: Plain) => void,
  ) {}

  /** Visits every value of a genome. */
  walk(genome: Json): void {
    this.at(this.root, genome);
  }

  private at(place: Place<T>, value: Json): void {
    if (value === null || typeof value !== 'object') this.found(place, value);
    else if (isJsonArray(value)) {
      this.found(child(place, ' length'), value.length);
      const items = child(place, '/[]');
      for (const item of value) this.at(items, item);
    } else {
      for (const key of Object.keys(value)) this.at(child(place, `/${key}`), value[key] as Json);
    }
  }

  private found(place: Place<T>, value: Plain): void {
    place.own ??= this.make(place.name === '' ? '/' : place.name);
    this.visit(place.own, value);
  }
}

function child<T>(place: Place<T>, step: string): Place<T> {
  const known = place.below.get(step);
  if (known !== undefined) return known;
  const made: Place<T> = { name: place.name + step, own: undefined, below: new Map() };
  place.below.set(step, made);
  return made;
}
