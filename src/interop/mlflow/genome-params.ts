/**
 * A genome as parameters: one for each gene, named by its place.
 */
import type { Json } from '../../core/json.js';
import { param, type Pair } from './limits.js';

/** `{"stages": [{"width": 8}]}` becomes `genome/stages/0/width` of `8`. */
export function genomeParams(genome: string): readonly Pair[] {
  return [...leaves('genome', JSON.parse(genome) as Json)];
}

function* leaves(path: string, value: Json): Iterable<Pair> {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (inner.length === 0) yield param(path, typeof value === 'string' ? value : JSON.stringify(value));
  for (const [key, child] of inner) yield* leaves(`${path}/${key}`, child);
}
