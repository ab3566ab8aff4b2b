/**
 * Text in a frame, found by a network that gives each pixel the probability of being the core of a line of text.
 *
 * Source: M. Liao et al., "Real-time Scene Text Detection with Differentiable Binarization", AAAI 2020: regions of high
 * probability are shrunken lines, which grow by area · ratio / perimeter (section 3.4).
 */
import { BORDER, enlarged } from './enlarged.js';
import { clipped, type Box, type Look } from './look.js';

/** Returns the probabilities `[rows, columns]` of an input `[1, 3, rows, columns]`. */
export type TextModel = (pixels: Float32Array, rows: number, columns: number) => Promise<Float32Array>;

/** A pixel is part of a core from this probability on. */
const CORE = 0.2;
/** Mean probability of a core that counts as text. */
const TEXT = 0.5;
const GROWTH = 1.8;
/** Longer side after enlarging, which stops at four times: beyond it, speckle becomes letters. */
const [LONG_SIDE, MOST_SCALE] = [1344, 4];
/** Lines of text are lower than this part of a frame: what is higher is anatomy. */
const HIGHEST = 0.08;

/**
 * Rectangles around lines of text.
 *
 * @param part what of the look is searched; by default all of it
 * @param zoom how many times larger than usual it is looked at
 */
export async function textBoxes(
  look: Look,
  model: TextModel,
  part = wholeOf(look),
  zoom = 1,
): Promise<Box[]> {
  const scale = zoom * Math.min(Math.max(LONG_SIDE / Math.max(look.rows, look.columns), 1), MOST_SCALE);
  const { rows, columns, pixels } = enlarged(look, part, scale);
  const cores = coresOf(await model(pixels, rows, columns), rows, columns);
  return cores.flatMap((core) => {
    const box = moved(grown(core, scale), part);
    const isLine = box.bottom - box.top <= HIGHEST * look.rows || box.right - box.left <= HIGHEST * look.rows;
    const inside = clipped(box, look.columns, look.rows);
    return isLine && inside.right > inside.left && inside.bottom > inside.top ? [inside] : [];
  });
}

function wholeOf({ columns, rows }: Look): Box {
  return { left: 0, top: 0, right: columns, bottom: rows };
}

function moved(box: Box, { left, top }: Box): Box {
  return {
    left: box.left + left,
    right: box.right + left,
    top: box.top + top,
    bottom: box.bottom + top,
  };
}

/** From a core in the enlarged frame to the line in the frame. */
function grown({ left, top, right, bottom }: Box, scale: number): Box {
  const [width, height] = [right - left, bottom - top];
  const by = (GROWTH * width * height) / (2 * (width + height));
  return {
    left: Math.floor((left - by - BORDER) / scale),
    top: Math.floor((top - by - BORDER) / scale),
    right: Math.ceil((right + by - BORDER) / scale),
    bottom: Math.ceil((bottom + by - BORDER) / scale),
  };
}

/** Bounding boxes of connected cores whose mean probability is that of text. */
function coresOf(map: Float32Array, rows: number, columns: number): Box[] {
  const seen = new Uint8Array(map.length);
  const found: Box[] = [];
  const stack: number[] = [];
  for (let start = 0; start < map.length; start++) {
    if ((map[start] as number) < CORE || seen[start] === 1) continue;
    let [left, right, top, bottom, sum, count] = [columns, 0, rows, 0, 0, 0];
    seen[start] = 1;
    stack.push(start);
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const [x, y] = [at % columns, Math.floor(at / columns)];
      sum += map[at] as number;
      count++;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
      for (let v = Math.max(y - 1, 0); v <= Math.min(y + 1, rows - 1); v++)
        for (let u = Math.max(x - 1, 0); u <= Math.min(x + 1, columns - 1); u++) {
          const next = v * columns + u;
          if (seen[next] === 1 || (map[next] as number) < CORE) continue;
          seen[next] = 1;
          stack.push(next);
        }
    }
    if (sum / count >= TEXT && count >= FEWEST) found.push({ left, top, right, bottom });
  }
  return found;
}

/** Pixels of the smallest core, after enlarging. */
const FEWEST = 6;
