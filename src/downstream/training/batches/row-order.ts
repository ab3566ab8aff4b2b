/**
 * Which rows a step learns from; drawn from (key, step) alone, so that any step can be made again.
 */
import { rngOf, type Key } from '../../../core/random.js';

/** Each pass goes through the rows in an order of its own and leaves out the few that fill no batch. */
export function rowsInPasses(key: Key, all: number, size: number, step: number): number[] {
  const perPass = Math.floor(all / size);
  const order = rngOf(...key, 'pass', Math.floor(step / perPass)).shuffle([...Array(all).keys()]);
  const first = (step % perPass) * size;
  return order.slice(first, first + size);
}

/**
 * Rows of all strata in turn, each stratum in passes of its own: over steps all are equally frequent, in a batch within one.
 * Small strata come again sooner.
 */
export function rowsBalanced(
  key: Key,
  strata: readonly (readonly number[])[],
  size: number,
  step: number,
): number[] {
  const orders = new Map<string, readonly number[]>();
  return Array.from({ length: size }, (_, i) => {
    const turn = step * size + i;
    const number = turn % strata.length;
    const stratum = strata[number] ?? [];
    const drawn = Math.floor(turn / strata.length);
    const pass = Math.floor(drawn / stratum.length);
    const name = `${number} ${pass}`;
    const order = orders.get(name) ?? rngOf(...key, 'stratum', number, 'pass', pass).shuffle(stratum);
    orders.set(name, order);
    return order[drawn % stratum.length] ?? -1;
  });
}
