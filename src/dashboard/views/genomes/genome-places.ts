/**
 * The plain values of genomes by their place, without building the places' names for every genome anew.
 *
 * Items of a list share a place, `/stages/[]/width`; a list's length is a value of its own, `/stages length`.
 */
import { isJsonArray, type Json } from '../../../core/json.js';

export type Plain = string | number | boolean | null;

/** A place, and what the caller keeps there. */
class Place<T> {
  own: T | undefined;
  /** Of a list. */
  length: Place<T> | undefined;
  items: Place<T> | undefined;
  /** Of an object, by key. */
  readonly members = new Map<string, Place<T>>();

  constructor(readonly name: string) {}

  member(key: string): Place<T> {
    const known = this.members.get(key);
    if (known !== undefined) return known;
    const made = new Place<T>(`${this.name}/${key}`);
    this.members.set(key, made);
    return made;
  }
}

export class GenomePlaces<T> {
  private readonly root = new Place<T>('');

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
      this.found((place.length ??= new Place(`${place.name} length`)), value.length);
      const items = (place.items ??= new Place(`${place.name}/[]`));
      for (const item of value) this.at(items, item);
    } else {
      for (const key in value) this.at(place.member(key), value[key] as Json);
    }
  }

  private found(place: Place<T>, value: Plain): void {
    place.own ??= this.make(place.name === '' ? '/' : place.name);
    this.visit(place.own, value);
  }
}
