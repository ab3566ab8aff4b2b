/**
 * Synthetic ultrasound clips with text burned in, whose places are known: a sector of moving speckle over dark and bright
 * tissue, a black surround, names and numbers of 9 to 24 pixels on and off the sector. Seeded; the font comes with voxolve.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { rngOf, type Rng } from '../../src/core/random.js';
import type { Box, Look } from '../../src/deidentify/burned-in/look.js';

export interface PlacedText {
  readonly text: string;
  /** Names, and numbers that identify; others are settings of the scanner. */
  readonly identifies: boolean;
  readonly size: number;
  readonly inSector: boolean;
  /** The line's box: from the top of its highest to the bottom of its lowest possible letter. */
  readonly box: Box;
  /** Pixels that letters cover by more than a half. */
  readonly ink: readonly number[];
}

export interface SyntheticClip {
  readonly columns: number;
  readonly rows: number;
  readonly frames: readonly Look[];
  readonly texts: readonly PlacedText[];
  /** 1 in the sector. */
  readonly sector: Uint8Array;
}

const SIZES: readonly (readonly [columns: number, rows: number])[] = [
  [640, 480],
  [800, 600],
  [1024, 768],
];
const FIRST =
  'Anna Bruno Carla Dieter Emilia Farid Greta Hassan Irene Jonas Keiko Lars Maria Nadia Olu Priya'.split(' ');
const LAST = 'MUELLER SCHMIDT OKAFOR TANAKA GARCIA NOVAK ROSSI KOWALSKI SINGH ANDERSEN DUBOIS HAYWARD'.split(
  ' ',
);
const SETTINGS =
  'MI 0.8|TIs 0.4|FR 32Hz|2D 58%|Gain 52|DR 60 dB|Depth 16 cm|C5-2|Abd Gen|Persist Med|P 100%|Zoom 1.5x'.split(
    '|',
  );

function words(rng: Rng): { text: string; identifies: boolean } {
  const digits = (count: number): string => Array.from({ length: count }, () => rng.int(10)).join('');
  const [first, last] = [rng.pick(FIRST), rng.pick(LAST)];
  const kind = rng.int(8);
  const made = [
    `${last}, ${first}`,
    `${last}^${first.toUpperCase()}`,
    `${first} ${last[0] ?? ''}${last.slice(1).toLowerCase()}`,
    digits(6 + rng.int(4)),
    `ID: ${digits(4)}-${digits(3)}`,
    `${1 + rng.int(28)}.${1 + rng.int(12)}.19${10 + rng.int(89)}`,
  ][kind];
  return made === undefined
    ? { text: rng.pick(SETTINGS), identifies: false }
    : { text: made, identifies: true };
}

const require = createRequire(import.meta.url);
let ready: Promise<void> | undefined;
const FONTS = ['400', '600'].map((weight) =>
  readFileSync(require.resolve(`@fontsource/source-sans-3/files/source-sans-3-latin-${weight}-normal.woff2`)),
);

/** Coverage 0 to 255 of a line of text whose em is `size` pixels: `[rows, columns]`. */
function drawnText(
  text: string,
  size: number,
  weight: number,
): { columns: number; rows: number; cover: Uint8Array } {
  const [columns, rows] = [Math.ceil(text.length * size * 0.75) + 8, Math.ceil(size * 1.3)];
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${columns}" height="${rows}">` +
    `<text x="2" y="${Math.round(size)}" font-family="Source Sans 3" font-weight="${weight}" font-size="${size}" fill="#fff">${escaped}</text></svg>`;
  const font = { fontBuffers: FONTS, defaultFontFamily: 'Source Sans 3' };
  const { pixels } = new Resvg(svg, { font }).render();
  return {
    columns,
    rows,
    cover: Uint8Array.from({ length: columns * rows }, (_, i) => pixels[4 * i + 3] as number),
  };
}

/** Smooth noise: random numbers on a lattice with cells of `cell` pixels, interpolated linearly. */
function smooth(rng: Rng, columns: number, rows: number, cell: number): Float32Array {
  const [wide, high] = [Math.ceil(columns / cell) + 2, Math.ceil(rows / cell) + 2];
  const points = Float32Array.from({ length: wide * high }, () => rng.float());
  return Float32Array.from({ length: columns * rows }, (_, i) => {
    const [x, y] = [(i % columns) / cell, Math.floor(i / columns) / cell];
    const [u, v] = [Math.floor(x), Math.floor(y)];
    const point = (a: number, b: number): number => points[b * wide + a] as number;
    const upper = point(u, v) * (1 - x + u) + point(u + 1, v) * (x - u);
    const lower = point(u, v + 1) * (1 - x + u) + point(u + 1, v + 1) * (x - u);
    return upper * (1 - y + v) + lower * (y - v);
  });
}

function sectorOf(rng: Rng, columns: number, rows: number): Uint8Array {
  const [apexX, apexY] = [columns * rng.uniform(0.45, 0.55), rows * rng.uniform(-0.15, 0.1)];
  const [near, far] = [rows * rng.uniform(0.08, 0.25), rows * rng.uniform(0.75, 0.9)];
  const half = rng.uniform(0.45, 0.75);
  return Uint8Array.from({ length: columns * rows }, (_, i) => {
    const [x, y] = [(i % columns) - apexX, Math.floor(i / columns) - apexY];
    const radius = Math.hypot(x, y);
    return radius > near && radius < far && Math.abs(Math.atan2(x, y)) < half ? 1 : 0;
  });
}

interface Drawn extends PlacedText {
  readonly cover: Uint8Array;
  readonly colour: readonly [number, number, number];
}

/** A place for a line of text, in the sector or outside of it, that overlaps no other; null where none was found. */
function placed(
  rng: Rng,
  clip: Pick<SyntheticClip, 'columns' | 'rows' | 'sector'>,
  others: readonly PlacedText[],
  wantsSector: boolean,
): Drawn | null {
  const { columns, rows, sector } = clip;
  const size = 9 + rng.int(16);
  const { text, identifies } = words(rng);
  const drawn = drawnText(text, size, rng.bool(0.5) ? 400 : 600);
  const covered = (x: number): boolean =>
    Array.from({ length: drawn.rows }, (_, y) => drawn.cover[y * drawn.columns + x] as number).some(
      (value) => value > 0,
    );
  const used = Array.from({ length: drawn.columns }, (_, x) => x).filter(covered);
  const [first, end] = [used[0] ?? 0, (used.at(-1) ?? 0) + 1];
  for (let trial = 0; trial < 60; trial++) {
    const left = rng.int(Math.max(columns - drawn.columns, 1));
    const top = rng.bool(0.15) ? 0 : rng.int(rows - drawn.rows);
    const box = { left: left + first, right: left + end, top, bottom: top + drawn.rows };
    const free = others.every(
      ({ box: other }) =>
        box.left > other.right + 12 ||
        other.left > box.right + 12 ||
        box.top > other.bottom + 8 ||
        other.top > box.bottom + 8,
    );
    const ins = [0, 0.25, 0.5, 0.75, 1].flatMap((part) =>
      [box.top, box.bottom - 1].map(
        (y) => sector[y * columns + Math.round(box.left + part * (box.right - 1 - box.left))],
      ),
    );
    if (!free || !ins.every((value) => value === (wantsSector ? 1 : 0))) continue;
    const ink: number[] = [];
    const cover = new Uint8Array(columns * rows);
    for (let y = 0; y < drawn.rows; y++)
      for (let x = 0; x < drawn.columns && left + x < columns; x++) {
        const value = drawn.cover[y * drawn.columns + x] as number;
        const at = (top + y) * columns + left + x;
        cover[at] = value;
        if (value > 127) ink.push(at);
      }
    const colour = rng.pick([
      [255, 255, 255],
      [255, 255, 255],
      [250, 240, 120],
      [140, 255, 160],
      [140, 230, 255],
    ] as const);
    return { text, identifies, size, inSector: wantsSector, box, ink, cover, colour };
  }
  return null;
}

export interface Wanted {
  readonly frames: number;
  /** Lines of text off and on the sector. */
  readonly texts: readonly [off: number, on: number];
  /** Lines on the sector that show for two frames only. */
  readonly brief?: number;
}

export async function syntheticClip(
  seed: number,
  { frames, texts: [off, on], brief = 0 }: Wanted,
): Promise<SyntheticClip> {
  ready ??= initWasm(readFileSync(require.resolve('@resvg/resvg-wasm/index_bg.wasm')));
  await ready;
  const rng = rngOf(seed, 'synthetic ultrasound');
  const [columns, rows] = rng.pick(SIZES);
  const sector = sectorOf(rng, columns, rows);
  const texts: Drawn[] = [];
  for (let i = 0; i < off + on + brief; i++) {
    const next = placed(rng.split('text', i), { columns, rows, sector }, texts, i >= off);
    if (next !== null) texts.push(next);
  }
  const tissue = smooth(rng.split('tissue'), columns, rows, 60);
  const bright = smooth(rng.split('bright'), columns, rows, 90);
  const pictures = Array.from({ length: frames }, (_, k) => {
    const noise = rng.split('speckle', k);
    const [grain, coarse] = [
      smooth(noise, columns, rows, 3),
      smooth(noise.split('coarse'), columns, rows, 7),
    ];
    const data = new Uint8Array(3 * columns * rows);
    for (let i = 0; i < columns * rows; i++) {
      const mean =
        20 +
        110 * (tissue[i] as number) +
        ((bright[i] as number) > 0.6 ? 300 * ((bright[i] as number) - 0.6) : 0);
      const speckle = 0.25 + 0.9 * (grain[i] as number) + 0.6 * (coarse[i] as number);
      const grey = sector[i] === 1 ? Math.min(255, mean * speckle) : 0;
      data.fill(Math.round(grey), 3 * i, 3 * i + 3);
    }
    const shown = texts.filter((_, i) => i < texts.length - brief || k >> 1 === (5 + 7 * i) % (frames >> 1));
    for (const { cover, colour } of shown)
      for (let i = 0; i < cover.length; i++) {
        const part = (cover[i] as number) / 255;
        if (part > 0)
          for (let c = 0; c < 3; c++)
            data[3 * i + c] = Math.round(
              (data[3 * i + c] as number) * (1 - part) + (colour[c] as number) * part,
            );
      }
    return { columns, rows, data };
  });
  return { columns, rows, frames: pictures, texts, sector };
}
