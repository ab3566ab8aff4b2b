/**
 * Terms: modules and their arguments as data, between layers and Python source.
 *
 * A term constructs one instance: `nn.Conv3d(16, 32, kernel_size=(3, 3, 3))`. Arguments are
 * complete (defaults included), so that terms of one callee can be compared argument by argument; the printer
 * leaves the defaults out.
 */
import type { Triple } from '../../core/tensor.js';

/** Meaning of an argument; arguments share one parameter only where they mean the same. */
export type Role = 'channels' | 'kernel' | 'stride' | 'padding' | 'groups' | 'setting' | 'module';

export type Term =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'flag'; readonly value: boolean }
  | { readonly kind: 'triple'; readonly items: Triple }
  | ModuleTerm
  /** No module here: `None` as an argument, `nn.Identity()` as a layer. */
  | { readonly kind: 'absent' };

export interface ModuleTerm {
  readonly kind: 'module';
  /** `nn.Conv3d`, or a class of the exported code. */
  readonly callee: string;
  readonly args: readonly Argument<Term>[];
}

export interface Argument<T> {
  readonly name: string;
  readonly role: Role;
  readonly value: T;
  /** True if the argument is written without its name. */
  readonly positional?: boolean;
  readonly default?: Term;
}

export const ABSENT: Term = { kind: 'absent' };

export function numberTerm(value: number): Term {
  return { kind: 'number', value };
}

export function tripleTerm(items: Triple): Term {
  return { kind: 'triple', items };
}

export function sameTerm(a: Term, b: Term): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case 'number':
      return b.kind === 'number' && a.value === b.value;
    case 'flag':
      return b.kind === 'flag' && a.value === b.value;
    case 'triple':
      return b.kind === 'triple' && a.items.every((item, i) => item === b.items[i]);
    case 'module':
      return (
        b.kind === 'module' &&
        sameSignature(a, b) &&
        a.args.every((arg, i) => sameTerm(arg.value, b.args[i]?.value ?? ABSENT))
      );
    case 'absent':
      return b.kind === 'absent';
  }
}

/** True if both construct the same thing from arguments of the same names. */
export function sameSignature(a: ModuleTerm, b: ModuleTerm): boolean {
  return (
    a.callee === b.callee &&
    a.args.length === b.args.length &&
    a.args.every((arg, i) => arg.name === b.args[i]?.name)
  );
}

export function sameTerms(a: readonly Term[], b: readonly Term[]): boolean {
  return a.length === b.length && a.every((term, i) => sameTerm(term, b[i] ?? ABSENT));
}

export function allSame(terms: readonly Term[]): boolean {
  const [first] = terms;
  return first !== undefined && terms.every((term) => sameTerm(term, first));
}

/** Names that are descriptive only within the module that takes the argument. */
const GENERIC: ReadonlySet<string> = new Set([
  'channels',
  'in_channels',
  'out_channels',
  'in_features',
  'out_features',
  'num_features',
  'num_channels',
  'kernel_size',
  'stride',
]);

/** True if an argument's name is descriptive wherever it is passed on. */
export function isTelling(argument: string): boolean {
  return !GENERIC.has(argument) && !isPosition(argument);
}

/** True if a name is a position in an `nn.Sequential`. */
export function isPosition(name: string): boolean {
  return /^\d+$/.test(name);
}
