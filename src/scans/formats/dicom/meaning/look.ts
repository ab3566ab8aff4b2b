/**
 * Attributes that divide the frames of one series into scans: kind of picture, echo, diffusion, stack and the like. The
 * same facts are read from classic files and from functional groups, so that one multi-frame file holds as many scans
 * as the classic series would. Moments, cardiac phases and diffusion directions of one b value are frames of one scan.
 *
 * Sources: DICOM PS3.3 C.8.13 (Enhanced MR), C.8.15 (Enhanced CT), C.8.22 (Enhanced PET), C.8.24 (Enhanced US Volume).
 */
import type { DataSet } from 'dicom-parser';
import { sha256 } from '../../../../core/hash.js';
import type { Look } from '../../looks.js';
import { bValueOf, isBy, isMr, isTrace } from './diffusion.js';
import type { FrameAttributes, Stored } from '../elements/frame-groups.js';
import { wordsOf } from './look-words.js';
import type { Directions } from '../frames/plane.js';

/** Tolerance within which cosines are equal. */
const COSINE = 2e-3;
/** Relative tolerance of pixel spacings. */
const PIXEL_SPACING = 1e-3;
const ECHO_MS = 0.1;
/** Tolerance up to 80 s/mm², and relative beyond: scanners include their imaging gradients in stated b values. */
const B_VALUE = { small: 2, large: 0.025 };

const FRAME_TYPE = [
  'x00189226', // MR
  'x00189329', // CT
  'x00189751', // PET
  'x00189412', // XA and XRF
  'x00189504', // X-ray 3D
  'x00189806', // US
  'x00220031', // ophthalmic
];
const ECHO = ['x00189114'];

/** Kinds of picture that are named after the first values of an image type. */
const CONTRASTS =
  /^(WATER|FAT|W|F|IP|OP|IN_PHASE|OUT_PHASE|OPP_PHASE|ADC|TRACEW?|FA|PHASE|MAGNITUDE|REAL|IMAGINARY|VMI|MAT_SPECIFIC)$/;

/** Facts compared exactly: name, functional groups, tag. */
const EXACT: readonly (readonly [string, readonly string[], string])[] = [
  ['component', FRAME_TYPE, 'x00089208'],
  ['stack', ['x00209111'], 'x00209056'],
  ['label or control', ['x00189251'], 'x00189257'],
  ['data', FRAME_TYPE, 'x00189808'],
  ['echo number', [], 'x00180086'],
];

/** Numbers that distinguish scans: name, functional groups, tag, value representation, tolerance. */
const NUMBERS: readonly (readonly [string, readonly string[], string, Stored, number])[] = [
  ['segment', ['x0062000a'], 'x0062000b', 'US', 0.5],
  ['flip angle', ['x00189112'], 'x00181314', 'DS', 0.5],
  ['kV', ['x00189325'], 'x00180060', 'DS', 1],
  ['velocity direction', ['x00189197'], 'x00189090', 'FD', 0.01],
];

interface Placed {
  readonly columns: number;
  readonly rows: number;
  readonly directions: Directions | null;
  readonly pixelSpacing: readonly [number, number] | null;
}

/** @param more facts that are known of this frame alone, by name */
export function lookOf(
  data: DataSet,
  attributes: FrameAttributes,
  { columns, rows, directions, pixelSpacing }: Placed,
  more: Readonly<Record<string, string>> = {},
): Look {
  const type = typeOf(attributes.text(FRAME_TYPE, 'x00089007') ?? data.string('x00080008') ?? '');
  const echo = attributes.numbers(ECHO, 'x00189082', 'FD')?.[0] ?? attributes.numbers([], 'x00180081')?.[0];
  const b = bValueOf(data, attributes);
  const trace = isTrace(data, attributes);
  const exact: Record<string, string> = {
    size: `${columns} × ${rows}`,
    type: type.join(' '),
    sequence: sequenceOf(data),
    part: privatePartOf(data),
    trace: trace ? 'trace' : '',
    ...more,
  };
  for (const [name, groups, tag] of EXACT) exact[name] = attributes.text(groups, tag) ?? '';
  const numbers = NUMBERS.map(([name, groups, tag, stored, tolerance]) => {
    const found = attributes.numbers(groups, tag, stored) ?? [];
    return { name, found, measured: found.map((number) => number / tolerance) };
  });
  const shown = Object.fromEntries(numbers.map(({ name, found }) => [name, found.join(' ')]));
  const measured: (readonly [string, readonly number[]])[] = [
    [
      'orientation',
      directions === null ? [] : [...directions.right, ...directions.down].map((cosine) => cosine / COSINE),
    ],
    ['pixels', (pixelSpacing ?? []).map((mm) => Math.log(mm) / PIXEL_SPACING)],
    ['echo', echo === undefined ? [] : [echo / ECHO_MS]],
    ['b', b === undefined ? [] : [Math.asinh(b / (B_VALUE.small / B_VALUE.large)) / B_VALUE.large]],
    ...numbers.map(({ name, measured: of }) => [name, of] as const),
  ];
  return {
    // Hashed, since the index keeps it and writers may put anything into it.
    exact: sha256(JSON.stringify([exact, measured.map(([name, { length }]) => [name, length])])).slice(0, 16),
    measured: measured.flatMap(([, values]) => values),
    words: wordsOf(
      { ...exact, ...shown, type: type.slice(2).join(' ') },
      { directions, pixelSpacing, echo, b },
    ),
  };
}

/** Values of the image type that name the kind of picture, without those that number files. */
function typeOf(text: string): string[] {
  const values = text.split('\\').map((value) => value.trim().toUpperCase());
  return [...values.slice(0, 4), ...values.slice(4).filter((value) => CONTRASTS.test(value))];
}

/** Sequence name without the number of a diffusion direction, as in `*ep_b1000#12`. */
function sequenceOf(data: DataSet): string {
  return (data.string('x00180024') ?? '').trim().replace(/#\d+$/, '');
}

/** Part of a complex image by GE's private tag: magnitude, phase, real and imaginary share their image type. */
function privatePartOf(data: DataSet): string {
  if (!isMr(data) || !isBy(data, 'x00430010', 'GEMS_PARM_01')) return '';
  const part = data.int16('x0043102f');
  return part === undefined ? '' : (['magnitude', 'phase', 'real', 'imaginary'][part] ?? '');
}
