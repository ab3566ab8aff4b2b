/**
 * What a session is fed, checked before it goes to another language or library.
 */
import type { Shape } from '../core/tensor.js';
import type { InputSpec } from '../ir/graph.js';
import type { Feeds } from './engine.js';

/** Checks feeds against what a graph expects; `leading` axes come before the shapes that it declares. */
export function checkFeeds(specs: readonly InputSpec[], feeds: Feeds, leading: Shape): void {
  for (const { name, shape, dtype } of specs) {
    const fed = feeds[name];
    const wanted = [...leading, ...shape].join(', ');
    if (!fed) throw new Error(`no feed for input ${name} of shape [${wanted}]`);
    if (fed.dtype !== dtype || fed.shape.join(', ') !== wanted) {
      throw new Error(`input ${name} needs ${dtype}[${wanted}], got ${fed.dtype}[${fed.shape.join(', ')}]`);
    }
  }
}
