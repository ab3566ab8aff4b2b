/**
 * Secrets planted everywhere in made files of seven forms and in real ones: none is left in any byte, name, count or cache of
 * what may leave.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pixelBytes, sameBytes } from '../../bench/deidentify/pixel-bytes.js';
import type { OptionName } from '../../src/deidentify/attributes/options.js';
import type { TextModel } from '../../src/deidentify/burned-in/detector.js';
import type { Settings } from '../../src/deidentify/file/context.js';
import { deidentifyFolder } from '../../src/deidentify/folder/deidentify-folder.js';
import { parsePrivateList } from '../../src/deidentify/identity/private-list.js';
import { describeScans } from '../../src/scans/describe.js';
import { ScanOptions } from '../../src/scans/options.js';
import { type Form, type MadeElement, type MadeFile } from './made-file.js';
import { plantedFile, plantedInto } from './planter.js';
import { settingsOf } from './settings.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'voxolve-secrets-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const COMMENT = 'QCOMMENTQ';

/** A JPEG 2000 picture's markers, with a comment; what they enclose is no picture. */
const JPEG2000 = Buffer.concat([
  Buffer.from([0xff, 0x4f, 0xff, 0x51, 0, 4, 0, 0, 0xff, 0x64, 0, 4 + COMMENT.length, 0, 1]),
  Buffer.from(COMMENT),
  Buffer.from([0xff, 0x90, 0, 10, 0, 0, 0, 0, 0, 16, 0, 1, 0xff, 0x93, 1, 2, 0xff, 0xd9]),
]);

const JPEG = Buffer.concat([
  Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 2 + COMMENT.length]),
  Buffer.from(COMMENT),
  Buffer.from([0xff, 0xfe, 0, 2 + COMMENT.length]),
  Buffer.from(COMMENT),
  Buffer.from([0xff, 0xc3, 0, 4, 1, 2, 0xff, 0xda, 0, 4, 1, 2, 9, 0xff, 0, 9, 0xff, 0xd9, 0]),
]);

const even = (bytes: Buffer): Buffer =>
  bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)]);

const RLE = Buffer.alloc(70, 1);
const ENHANCED = '1.2.840.10008.5.1.4.1.1.2.1';
const enhanced: MadeElement[] = [
  [0x00080016, 'UI', ENHANCED],
  [0x00280008, 'IS', '2'],
  [0x7fe00010, 'OW', Buffer.alloc(64, 7)],
  [0x52009229, 'SQ', [[[0x00289110, 'SQ', [[[0x00280030, 'DS', '1\\1']]]]]]],
];

const FILES: readonly { name: string; form: Form; more?: Partial<MadeFile>; base?: MadeElement[] }[] = [
  { name: 'implicit', form: 'implicit' },
  { name: 'big endian', form: 'big' },
  { name: 'deflated', form: 'deflated', more: { open: true } },
  { name: 'RLE', form: 'rle', more: { fragments: [Buffer.alloc(0), RLE] } },
  { name: 'JPEG 2000', form: 'jpeg2000', more: { fragments: [Buffer.alloc(4), even(JPEG2000)] } },
  { name: 'JPEG', form: 'jpeg', more: { fragments: [Buffer.alloc(0), even(JPEG)] } },
  { name: 'enhanced multi-frame', form: 'explicit', more: { open: true }, base: enhanced },
];

const OPTIONS: readonly OptionName[] = [
  'modify-dates',
  'clean-descriptors',
  'clean-structured',
  'clean-graphics',
];

/** Stand-in for a detector that finds no text: what it would find is tested elsewhere. */
const blind: TextModel = (_, rows, columns) => Promise.resolve(new Float32Array(rows * columns));

interface Case {
  readonly bytes: Buffer;
  readonly secrets: readonly string[];
  readonly options: readonly OptionName[];
  readonly more?: Partial<Settings>;
}

/** Everything that a run leaves but the originals, as text byte for byte: files, their names, the cache, what is printed. */
async function leftBy({ bytes, secrets, options, more }: Case): Promise<{ text: string; file: string }> {
  const place = mkdtempSync(join(folder, 'case-'));
  const input = join(place, 'in');
  mkdirSync(input);
  writeFileSync(join(input, `${secrets[0]}.dcm`), bytes);
  const places = { input, output: join(place, 'out'), key: 'key', report: join(place, 'report') };
  const cleaner = options.includes('clean-pixels') ? { model: blind, rules: [] } : null;
  const outcome = await deidentifyFolder({ places, settings: settingsOf(options, more), cleaner });
  expect(outcome.quarantined).toEqual({});
  expect(outcome.written).toBe(1);
  const cacheDirectory = join(place, 'cache');
  const described = await describeScans(places.output, ScanOptions.parse({}), { cacheDirectory });
  const names = readdirSync(place, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => !name.startsWith('in/') && statSync(join(place, name)).isFile());
  const contents = files.flatMap((name) => contentsOf(join(place, name)));
  const kept = names.filter((name) => !name.startsWith('in/'));
  const text = [JSON.stringify(outcome), JSON.stringify(described), ...kept, ...contents].join('\n');
  return { text, file: join(place, files.find((name) => name.endsWith('.dcm')) ?? '') };
}

/** Contents of a file as text, byte for byte, and what a deflated data set holds. */
function contentsOf(path: string): string[] {
  const bytes = readFileSync(path);
  const plain = bytes.toString('latin1');
  const isDeflated = path.endsWith('.dcm') && plain.includes('1.2.840.10008.1.2.1.99');
  return isDeflated ? [plain, inflatedFile(bytes).toString('latin1')] : [plain];
}

/** A deflated file with its data set as it was before. */
function inflatedFile(bytes: Buffer): Buffer {
  const start = 132 + 12 + bytes.readUInt32LE(140);
  return Buffer.concat([bytes.subarray(0, start), inflateRawSync(bytes.subarray(start))]);
}

/** Checks that the secrets are many, of each other different, and in the file. */
function checkPlanted(planted: readonly string[], bytes: Buffer): void {
  expect(new Set(planted).size).toBe(planted.length);
  expect(planted.length).toBeGreaterThanOrEqual(700);
  expect(planted.filter((secret) => !bytes.includes(secret, 0, 'latin1'))).toEqual([]);
}

describe('secrets that were planted everywhere', () => {
  for (const [index, { name, form, more, base }] of FILES.entries())
    it(`are gone from a file that is ${name}`, async () => {
      const mark = String.fromCharCode(65 + index);
      const { bytes, secrets } = plantedFile(form, mark, more, base);
      checkPlanted(secrets.planted, form === 'deflated' ? inflatedFile(bytes) : bytes);
      for (const options of [[], OPTIONS]) {
        const { text } = await leftBy({ bytes, secrets: secrets.planted, options });
        const left = [...secrets.planted, COMMENT].filter((secret) => text.includes(secret));
        expect(left).toEqual([]);
      }
    });

  const formats = fileURLToPath(new URL('../../../shared/data/formats/', import.meta.url));
  describe.skipIf(!existsSync(formats))('in real files, of', () => {
    it.each(REAL)(
      '%s, and the pixels stay',
      async (name, options) => {
        const original = smallest(join(formats, name));
        const { bytes, secrets } = plantedInto(readFileSync(original), 'R');
        checkPlanted(secrets.planted, bytes);
        const privateList = parsePrivateList('SIEMENS MR HEADER (0019,xx0A)', 'list');
        const { text, file } = await leftBy({
          bytes,
          secrets: secrets.planted,
          options,
          more: { privateList, again: true },
        });
        expect(secrets.planted.filter((secret) => text.includes(secret))).toEqual([]);
        const [before, after] = [await pixelBytes(original), await pixelBytes(file)];
        // Compressed pixels lose a comment or are encoded anew; what they decode to is tested elsewhere.
        if (before.length === 1 && !name.includes('j2k')) expect(sameBytes(before, after)).toBe(true);
        else expect(after.length).toBe(before.length);
      },
      60_000,
    );
  });
});

const REAL: readonly (readonly [name: string, options: readonly OptionName[]])[] = [
  ['dicom/GE_4D_epi/0001_t187.dcm', []],
  ['dicom/Siemens_E11_mosaic/0001.dcm', ['retain-safe-private']],
  ['dicom/Siemens_XA10_enhanced_multiframe/6_1.dcm', OPTIONS],
  ['dicom/Siemens_XA10_enhanced_multiframe/6_10.dcm', []],
  ['dicom/CT_j2k_series', OPTIONS],
  ['ultrasound_cine', ['clean-pixels']],
];

/** The file, or the smallest of a folder, so that the test is quick. */
function smallest(path: string): string {
  if (statSync(path).isFile()) return path;
  const files = readdirSync(path)
    .sort()
    .map((name) => join(path, name));
  return files.reduce((a, b) => (statSync(b).size < statSync(a).size ? b : a));
}
