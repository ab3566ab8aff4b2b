/**
 * A strategy whose every decision is held against the contract (strategy.ts), for strategies that come from elsewhere: a
 * decision that breaks it ends the search before it is written down, with the rule, the value and the candidate.
 *
 * A decision that rests on more than it may is found by asking twice with equal generators. What a strategy draws elsewhere
 * while it is told is found when the log is replayed (`voxolve verify`, and on resume).
 */
import type { Genome } from '../core/records.js';
import { UserError } from '../core/errors.js';
import { canonicalJson, type Json, plainJson } from '../core/json.js';
import { rngOf, type Rng } from '../core/random.js';
import type { Proposal, SequentialStrategy, Strategy } from './strategy.js';

export interface Contract {
  /** Name of the strategy in messages: its file. */
  readonly subject: string;
  readonly lookahead: number;
  /** Problem of a genome; null where it is one of the space's. */
  readonly problem: (genome: Genome) => string | null;
}

export function checked(strategy: Strategy, contract: Contract): Strategy {
  const { rungs } = strategy;
  const { subject, lookahead } = contract;
  if (rungs !== undefined && !areRungs(rungs)) {
    throw broken(subject, `"rungs" must ascend within (0, 1] and end with 1; they are ${show(rungs)}`);
  }
  const valid = (number: number, proposal: Proposal): Proposal => {
    const problem = proposalProblem(proposal, number, rungs?.length ?? 1, contract);
    if (problem === null) return proposal;
    throw broken(subject, `the proposal for candidate ${number} ${problem}`);
  };
  if (strategy.kind === 'sequential') {
    return {
      ...strategy,
      ask: (number, rng) => valid(number, strategy.ask(number, rng)),
    } satisfies SequentialStrategy;
  }
  return {
    ...strategy,
    needs: (number, rng) => {
      const named = strategy.needs(number, rng);
      if (areNeeds(named, number - lookahead)) return named;
      const known =
        number < lookahead ? 'none, since none is known' : `those from 0 to ${number - lookahead}`;
      throw broken(
        subject,
        `"needs" of candidate ${number} may name, once each, ${known}; it names ${show(named)}`,
      );
    },
    ask: (number, rng, needed) => valid(number, strategy.ask(number, rng, needed)),
  };
}

/** Asks twice, with equal generators. `rng` must be fresh, as the study's is. */
export function repeatable(strategy: Strategy, subject: string): Strategy {
  const twice = <T>(what: string, number: number, rng: Rng, make: (rng: Rng) => T): T => {
    const first = make(rng);
    if (canonicalJson(plainJson(first)) === canonicalJson(plainJson(make(rngOf(...rng.key))))) return first;
    throw broken(
      subject,
      `${what} candidate ${number} differs when it is asked for again with an equal generator; it may rest only on results and on that generator`,
    );
  };
  const proposal = 'the proposal for';
  if (strategy.kind === 'sequential') {
    return {
      ...strategy,
      ask: (number, rng) => twice(proposal, number, rng, (draws) => strategy.ask(number, draws)),
    } satisfies SequentialStrategy;
  }
  return {
    ...strategy,
    needs: (number, rng) => twice('"needs" of', number, rng, (draws) => strategy.needs(number, draws)),
    ask: (number, rng, needed) =>
      twice(proposal, number, rng, (draws) => strategy.ask(number, draws, needed)),
  };
}

function broken(subject: string, problem: string): UserError {
  return new UserError({
    subject,
    problem,
    fix: 'correct it; docs/adding-a-strategy.md states the contract',
  });
}

function areRungs(rungs: unknown): boolean {
  return (
    Array.isArray(rungs) &&
    rungs.at(-1) === 1 &&
    rungs.every((share, i) => typeof share === 'number' && share > (i === 0 ? 0 : (rungs[i - 1] as number)))
  );
}

function areNeeds(named: unknown, last: number): named is number[] {
  return (
    Array.isArray(named) &&
    new Set(named).size === named.length &&
    named.every((one) => Number.isInteger(one) && one >= 0 && one <= last)
  );
}

const ROLES: readonly unknown[] = ['parent', 'crossover', 'promotion'];

function proposalProblem(
  proposal: unknown,
  number: number,
  rungs: number,
  { lookahead, problem }: Contract,
): string | null {
  if (typeof proposal !== 'object' || proposal === null) return `is ${show(proposal)}, not an object`;
  const { genome, parents, mutations, rung = 0 } = proposal as Partial<Record<keyof Proposal, unknown>>;
  const invalid =
    genome === undefined ? 'is missing' : isJson(genome) ? problem(genome) : 'is not plain JSON';
  if (invalid !== null) return `has a genome that is not of the space: ${invalid}`;
  if (!Number.isInteger(rung) || (rung as number) < 0 || (rung as number) >= rungs) {
    return `has the rung ${show(rung)}; there are ${rungs}, counted from 0`;
  }
  if (!Array.isArray(parents) || !Array.isArray(mutations))
    return 'needs the lists "parents" and "mutations"';
  for (const parent of parents as readonly unknown[]) {
    const { number: elder, role } = (parent ?? {}) as { readonly number?: unknown; readonly role?: unknown };
    if (!ROLES.includes(role)) return `has a parent of the role ${show(role)}; roles are ${ROLES.join(', ')}`;
    if (!Number.isInteger(elder) || (elder as number) < 0 || (elder as number) > number - lookahead) {
      return `names candidate ${show(elder)} as a parent; with a lookahead of ${lookahead} it knows those from 0 to ${number - lookahead}`;
    }
  }
  for (const mutation of mutations as readonly unknown[]) {
    const { kind, path, before, after } = (mutation ?? {}) as Partial<Record<string, unknown>>;
    const whole = typeof kind === 'string' && typeof path === 'string' && isJson(before) && isJson(after);
    if (!whole) return `has the mutation ${show(mutation)}; it needs kind, path, before and after`;
  }
  return null;
}

function isJson(value: unknown): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  return typeof value === 'object' && Object.values(value).every((one) => one === undefined || isJson(one));
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
