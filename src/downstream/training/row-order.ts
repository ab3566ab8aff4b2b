/**
 * Which rows a step learns from; drawn from (key, step) alone, so that any step can be made again.
 */
import { rngOf, type Key } from '../../core/random.js';

/** Each pass goes through the rows in an order of its own and leaves out the few that fill no batch. */
export function rowsInPasses(key: Key, all: number, size: number, step: number): number[] {
  const perPass = Math.floor(all / size);
  const order = rngOf(...key, 'pass', Math.floor(step / perPass)).shuffle([...Array(all).keys()]);
  const first = (step % perPass) * size;
  return order.slice(first, first + size);
}
