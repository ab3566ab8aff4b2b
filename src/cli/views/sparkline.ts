/**
 * A curve on one line of text, in eight heights: ▁▂▃▄▅▆▇█.
 *
 * Longer curves than fit are drawn by the means of equal stretches, so the whole run is always in sight.
 */
import { meanOf } from '../../core/statistics/descriptive.js';
const heights = '▁▂▃▄▅▆▇█';

/** @param width characters at most; values that are not finite leave a gap */
export function sparkline(values: readonly number[], width: number): string {
  const columns = Math.min(width, values.length);
  const means = Array.from({ length: columns }, (_, column) => {
    const part = values.slice(
      Math.floor((column * values.length) / columns),
      Math.floor(((column + 1) * values.length) / columns),
    );
    return meanOf(part);
  });
  const finite = means.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  return means
    .map((mean) => {
      if (!Number.isFinite(mean)) return ' ';
      // A level curve runs through the middle.
      const share = high > low ? (mean - low) / (high - low) : 0.5;
      return heights[Math.round(share * (heights.length - 1))];
    })
    .join('');
}
