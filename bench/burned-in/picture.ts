/** Pictures of a frame before and after, side by side, with blanked pixels in blue. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import type { Look } from '../../src/deidentify/burned-in/look.js';

/** @param folder where the picture is written; none if empty */
export function picture(
  folder: string,
  name: string,
  { look, blanked }: { readonly look: Look; readonly blanked: Uint8Array },
): void {
  if (folder === '') return;
  mkdirSync(folder, { recursive: true });
  const { columns, rows, data } = look;
  const both = new Uint8Array(6 * columns * rows);
  for (let i = 0; i < columns * rows; i++) {
    const [x, y] = [i % columns, Math.floor(i / columns)];
    const pixel = data.subarray(3 * i, 3 * i + 3);
    both.set(pixel, 3 * (2 * y * columns + x));
    const [red = 0, green = 0, blue = 0] = pixel;
    both.set(
      blanked[i] === 1 ? [red / 2, green / 2, 140 + blue / 3] : pixel,
      3 * ((2 * y + 1) * columns + x),
    );
  }
  const png = encode({ width: 2 * columns, height: rows, data: both, channels: 3 });
  writeFileSync(join(folder, `${name}.png`), png);
}
