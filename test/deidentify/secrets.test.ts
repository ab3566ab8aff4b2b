/**
 * Secrets planted everywhere in files of six forms: none is left in any byte, name or count of what may leave.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OptionName } from '../../src/deidentify/attributes/options.js';
import { deidentifyFolder } from '../../src/deidentify/folder/deidentify-folder.js';
import { type Form, type MadeElement, type MadeFile } from './made-file.js';
import { plantedFile } from './planter.js';
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

function everyFile(at: string): string[] {
  return readdirSync(at, { recursive: true, encoding: 'utf8' });
}

describe('secrets that were planted everywhere', () => {
  for (const [index, { name, form, more, base }] of FILES.entries())
    it(`are gone from a file that is ${name}`, async () => {
      const { bytes, secrets } = plantedFile(form, String.fromCharCode(65 + index), more, base);
      expect(new Set(secrets.planted).size).toBe(secrets.planted.length);
      expect(secrets.planted.length).toBeGreaterThanOrEqual(700);
      // They are in the file that is given.
      if (form !== 'deflated')
        expect(secrets.planted.filter((secret) => !bytes.includes(secret, 0, 'latin1'))).toEqual([]);
      for (const options of [[], OPTIONS]) {
        const place = mkdtempSync(join(folder, 'case-'));
        const input = join(place, 'in');
        mkdirSync(input);
        writeFileSync(join(input, `${secrets.planted[0]}.dcm`), bytes);
        const places = { input, output: join(place, 'out'), key: 'key', report: join(place, 'report') };
        const outcome = await deidentifyFolder({ places, settings: settingsOf(options), cleaner: null });
        expect(outcome.quarantined).toEqual({});
        expect(outcome.written).toBe(1);
        const names = [...everyFile(places.output), ...everyFile(places.report)];
        const contents = names.flatMap((file) => contentsOf(places, file, form));
        const all = [JSON.stringify(outcome), ...names, ...contents].join('\n');
        const left = [...secrets.planted, COMMENT, 'Doe', 'P-001'].filter((secret) => all.includes(secret));
        expect(left).toEqual([]);
      }
    });
});

/** Contents of a file as text, byte for byte, and what its deflated part holds. */
function contentsOf(places: { output: string; report: string }, file: string, form: Form): string[] {
  for (const root of [places.output, places.report])
    try {
      const bytes = readFileSync(join(root, file));
      const plain = bytes.toString('latin1');
      if (form !== 'deflated' || !file.endsWith('.dcm')) return [plain];
      const start = 132 + 12 + bytes.readUInt32LE(140);
      return [plain, inflateRawSync(bytes.subarray(start)).toString('latin1')];
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
    }
  return [];
}
