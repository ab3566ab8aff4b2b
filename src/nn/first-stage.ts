/**
 * The first stage of an encoder: its first layers up to the first that is not linear, such as a stem. What it tells of textures
 * and edges later layers may leave out, where that does not help what they were trained for.
 */
import type { Architecture, Layer, Named } from './architecture.js';
import { walk } from './modules.js';

/** The children of an encoder's sequence, in two parts; undefined where there is no second one, or no module to begin it. */
export function firstStageOf({
  encoder,
}: Architecture): { readonly first: readonly Named[]; readonly rest: readonly Named[] } | undefined {
  if (encoder.kind !== 'sequence') return undefined;
  const last = encoder.children.findIndex(({ layer }) => isCurved(layer));
  const next = encoder.children[last + 1];
  if (last < 0 || next === undefined || next.layer.kind === 'activation') return undefined;
  return { first: encoder.children.slice(0, last + 1), rest: encoder.children.slice(last + 1) };
}

/** True if a layer is more than a linear map. */
function isCurved(layer: Layer): boolean {
  return [...walk(layer)].some(({ layer: { kind } }) =>
    ['activation', 'residual', 'squeezeExcite', 'cell', 'maxPool'].includes(kind),
  );
}
