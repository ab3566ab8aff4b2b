/**
 * Patterns: terms with holes, found by least general generalisation of several instances of one class
 * (anti-unification; Plotkin 1970).
 *
 * Where all instances agree the pattern is that constant; where they differ it is a hole, which becomes a
 * parameter of the class. Places that differ in the same way, and mean the same, share one hole.
 */
import type { Triple } from '../../core/tensor.js';
import { samePadding } from '../../nn/layers.js';
import {
  ABSENT,
  allSame,
  isTelling,
  numberTerm,
  sameSignature,
  sameTerms,
  type Argument,
  type ModuleTerm,
  type Role,
  type Term,
} from './terms.js';

export type Pattern =
  | { readonly kind: 'constant'; readonly term: Term }
  | { readonly kind: 'hole'; readonly hole: Hole }
  | { readonly kind: 'triple'; readonly items: readonly [Pattern, Pattern, Pattern] }
  | { readonly kind: 'module'; readonly callee: string; readonly args: readonly Argument<Pattern>[] }
  /** Padding that keeps the extent: half the kernel, rounded down. */
  | { readonly kind: 'half'; readonly of: Pattern };

/** A place where instances differ. */
export interface Hole {
  readonly role: Role;
  /** Name of the argument, where it is descriptive. */
  readonly meaning: string;
  /** One value per instance. */
  readonly values: readonly Term[];
  /** Place of the hole: the class's attribute, and the argument of the module constructed there. */
  readonly uses: { readonly attribute: string; readonly argument: string }[];
}

/** Generalises the attributes of one class, collecting its holes in the order of first use. */
export class Generaliser {
  readonly holes: Hole[] = [];
  #attribute = '';

  /** `terms`: this attribute of each instance. */
  attribute(name: string, terms: readonly Term[]): Pattern {
    this.#attribute = name;
    return this.#generalise(terms, 'module', name);
  }

  #generalise(terms: readonly Term[], role: Role, argument: string): Pattern {
    const [first = ABSENT] = terms;
    if (
      first.kind === 'module' &&
      terms.every((term) => term.kind === 'module' && sameSignature(term, first))
    ) {
      return this.#module(terms as readonly ModuleTerm[], first);
    }
    // Channels are parameters even where they happen to be the same everywhere: that is how modules are written.
    if (allSame(terms) && role !== 'channels') return { kind: 'constant', term: first };
    if (terms.every((term) => term.kind === 'triple')) {
      return this.#triple(
        terms.map((term) => term.items),
        role,
        argument,
      );
    }
    return this.#hole(terms, role, argument);
  }

  #module(terms: readonly ModuleTerm[], first: ModuleTerm): Pattern {
    const column = (name: string): readonly Term[] =>
      terms.map((term) => term.args.find((arg) => arg.name === name)?.value ?? ABSENT);
    const args: Argument<Pattern>[] = [];
    for (const arg of first.args) {
      const values = column(arg.name);
      const kernel = args.find((other) => other.role === 'kernel');
      const like = first.args.find(
        (other) => other.role === 'channels' && sameTerms(column(other.name), values),
      );
      const value =
        arg.role === 'padding' && kernel && isHalfOf(values, column(kernel.name))
          ? half(kernel.value)
          : arg.role === 'groups' && like && !values.every(isOne)
            ? (args.find((other) => other.name === like.name)?.value ??
              this.#hole(values, arg.role, arg.name))
            : this.#generalise(values, arg.role, arg.name);
      args.push({ ...arg, value });
    }
    return { kind: 'module', callee: first.callee, args };
  }

  /** A tuple is written out, such as `(1, k, k)`, where a single number varies; else passed as a whole. */
  #triple(triples: readonly Triple[], role: Role, argument: string): Pattern {
    const columns = ([0, 1, 2] as const).map((axis) => triples.map((triple) => numberTerm(triple[axis])));
    const varying = columns.filter((column) => !allSame(column));
    const [one] = varying;
    if (one === undefined || varying.some((column) => !sameTerms(column, one))) {
      return this.#hole(
        triples.map((items) => ({ kind: 'triple', items })),
        role,
        argument,
      );
    }
    const [a, b, c] = columns.map((column): Pattern =>
      allSame(column) ? { kind: 'constant', term: column[0] ?? ABSENT } : this.#hole(column, role, argument),
    );
    return { kind: 'triple', items: [a, b, c] as [Pattern, Pattern, Pattern] };
  }

  #hole(values: readonly Term[], role: Role, argument: string): Pattern {
    // Numbers that two modules name differently are equal by chance.
    const meaning = isTelling(argument) ? argument : '';
    const known = this.holes.find(
      (hole) => hole.role === role && hole.meaning === meaning && sameTerms(hole.values, values),
    );
    const hole = known ?? { role, meaning, values, uses: [] };
    if (!known) this.holes.push(hole);
    hole.uses.push({ attribute: this.#attribute, argument });
    return { kind: 'hole', hole };
  }
}

function half(of: Pattern): Pattern {
  if (of.kind === 'constant' && of.term.kind === 'triple') {
    return { kind: 'constant', term: { kind: 'triple', items: samePadding(of.term.items) } };
  }
  if (of.kind === 'constant' && of.term.kind === 'number') {
    return { kind: 'constant', term: numberTerm(Math.floor(of.term.value / 2)) };
  }
  if (of.kind === 'triple') {
    const [a, b, c] = of.items;
    return { kind: 'triple', items: [half(a), half(b), half(c)] };
  }
  return { kind: 'half', of };
}

function isHalfOf(paddings: readonly Term[], kernels: readonly Term[]): boolean {
  return paddings.every((padding, i) => {
    const kernel = kernels[i];
    return (
      padding.kind === 'triple' &&
      kernel?.kind === 'triple' &&
      samePadding(kernel.items).every((extent, axis) => extent === padding.items[axis])
    );
  });
}

function isOne(term: Term): boolean {
  return term.kind === 'number' && term.value === 1;
}
