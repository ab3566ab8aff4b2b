/** What must not leave does not, file by file and as a whole: documents, full disks, a second time. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deidentify, type DeidentifyOptions, type DeidentifyOutcome } from '../../src/api/deidentify.js';
import type { TextModel } from '../../src/deidentify/burned-in/detector.js';
import type { OptionName } from '../../src/deidentify/attributes/options.js';
import { deidentifyFolder } from '../../src/deidentify/folder/deidentify-folder.js';
import { madeFile, slice, us, type MadeElement } from './made-file.js';
import { settingsOf } from './settings.js';

let home: string;
const at = (...names: string[]): string => join(home, ...names);
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'voxolve-closed-'));
  mkdirSync(at('in'));
  writeFileSync(at('key'), Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7)), { mode: 0o600 });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function put(name: string, more: readonly MadeElement[] = []): void {
  writeFileSync(at('in', name), madeFile({ form: 'explicit', elements: slice('explicit', more) }));
}

async function run(more: Partial<DeidentifyOptions> = {}): Promise<DeidentifyOutcome> {
  return deidentify({ input: at('in'), output: at('out'), key: at('key'), ...more });
}

function tree(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    names
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name), 'latin1')]),
  );
}

const STORAGE = '1.2.840.10008.5.1.4.1.1.';

describe('a folder whose files must not leave', () => {
  const cases: readonly (readonly [string, MadeElement[], string])[] = [
    ['a DICOMDIR by its class', [[0x00080016, 'UI', '1.2.840.10008.1.3.10']], 'directory'],
    ['an encapsulated PDF', [[0x00080016, 'UI', `${STORAGE}104.1`]], 'document'],
    ['an encapsulated CDA', [[0x00080016, 'UI', `${STORAGE}104.2`]], 'document'],
    ['a document within a picture', [[0x00420011, 'OB', Buffer.from('%PDF')]], 'document'],
    ['a structured report', [[0x00080016, 'UI', `${STORAGE}88.33`]], 'report'],
    ['a dose report', [[0x00080016, 'UI', `${STORAGE}88.67`]], 'dose-report'],
    ['a dose report as a picture', [[0x0008103e, 'LO', 'Dose Report']], 'dose-report'],
    ['a secondary capture', [[0x00080016, 'UI', `${STORAGE}7`]], 'secondary-capture'],
    ['ultrasound', [[0x00080016, 'UI', `${STORAGE}6.1`]], 'ultrasound'],
    ['burned-in text', [[0x00280301, 'CS', 'YES']], 'burned-in'],
    [
      'an overlay in bits of the pixels',
      [
        [0x60000010, 'US', us(4)],
        [0x60000100, 'US', us(16)],
        [0x60000102, 'US', us(12)],
      ],
      'overlay',
    ],
    ['pixels that do not fit', [[0x7fe00010, 'OW', Buffer.alloc(40, 9)]], 'pixels'],
  ];
  it.each(cases)('leaves nothing: %s', async (_, elements, code) => {
    put('a.dcm', elements);
    expect(await run()).toMatchObject({ written: 0, quarantined: { [code]: 1 } });
    expect(readdirSync(home).sort()).toEqual(['in', 'key']);
  });

  it('leaves nothing of a file that is cut off, but the others', async () => {
    put('a.dcm');
    writeFileSync(at('in', 'b.dcm'), readFileSync(at('in', 'a.dcm')).subarray(0, 400));
    expect(await run()).toMatchObject({ written: 1, quarantined: { damaged: 1 } });
    const files = Object.keys(tree(at('out'))).filter((name) => name.endsWith('.dcm'));
    expect(files).toHaveLength(1);
  });

  it('is not read through links, of files and of folders', async () => {
    put('a.dcm');
    mkdirSync(at('elsewhere'));
    writeFileSync(at('elsewhere', 'b.dcm'), readFileSync(at('in', 'a.dcm')));
    symlinkSync(at('elsewhere'), at('in', 'folder'));
    symlinkSync(at('elsewhere', 'b.dcm'), at('in', 'file.dcm'));
    expect(await run()).toMatchObject({ written: 1, duplicates: 0, quarantined: { link: 2 } });
  });

  it('is not written where the key would lie in it, nor over what is there', async () => {
    put('a.dcm');
    mkdirSync(at('out'));
    writeFileSync(at('out', 'key'), readFileSync(at('key')), { mode: 0o600 });
    await expect(run({ key: at('out', 'key') })).rejects.toThrow(/exists already|whoever gets the scans/);
    writeFileSync(at('file'), 'here already');
    await expect(run({ output: at('file') })).rejects.toThrow(/exists already/);
    expect(readFileSync(at('file'), 'utf8')).toBe('here already');
    // A link to nowhere is there, too.
    symlinkSync(at('nowhere'), at('link'));
    await expect(run({ output: at('link') })).rejects.toThrow(/exists already/);
  });
});

describe('a disk that is full', () => {
  it('leaves nothing in OUT, and gives one line', async ({ skip }) => {
    mkdirSync(at('disk'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=32k', 'tmpfs', at('disk')]).status === 0;
    if (!mounted) skip('needs the right to mount a small disk');
    try {
      put('a.dcm', [[0x7fe00010, 'OW', Buffer.alloc(2 * 128 * 128, 7)], ...sides(128)]);
      await expect(run({ output: at('disk', 'out') })).rejects.toThrow(/cannot be written to \(ENOSPC/);
      expect(readdirSync(at('disk'))).toEqual([]);
    } finally {
      spawnSync('umount', [at('disk')]);
    }
  });
});

function sides(length: number): MadeElement[] {
  return [
    [0x00280010, 'US', us(length)],
    [0x00280011, 'US', us(length)],
  ];
}

describe('a second run', () => {
  const blind: TextModel = (_, rows, columns) => Promise.resolve(new Float32Array(rows * columns));
  const sets: readonly (readonly OptionName[])[] = [
    [],
    ['modify-dates', 'retain-patient', 'clean-descriptors', 'clean-graphics'],
    ['clean-pixels'],
  ];

  it.each(sets.map((options) => ({ options, title: options.join(', ') || 'basic' })))(
    'gives the same bytes, and takes what left only on request: $title',
    async ({ options }) => {
      put('a.dcm', [
        [0x00080020, 'DA', '20200229'],
        [0x0008103e, 'LO', 'T2 sag knee'],
        [0x00101010, 'AS', '045Y'],
      ]);
      if (options.includes('clean-pixels'))
        put('b.dcm', [[0x00080016, 'UI', `${STORAGE}6.1`], [0x00080018, 'UI', '1.2.3.8'], ...colours()]);
      const cleaner = options.includes('clean-pixels') ? { model: blind, rules: [] } : null;
      const again = async (input: string, output: string, more = {}): Promise<number> => {
        const places = { input: at(input), output: at(output), key: at('key') };
        const outcome = await deidentifyFolder({ places, settings: settingsOf(options, more), cleaner });
        if (outcome.written === 0)
          expect(outcome.quarantined).toEqual({ again: expect.any(Number) as number });
        return outcome.written;
      };
      const written = await again('in', 'first');
      expect(written).toBe(options.includes('clean-pixels') ? 2 : 1);
      expect(await again('in', 'second')).toBe(written);
      expect(tree(at('second'))).toEqual(tree(at('first')));
      // The table of metadata is held back as no DICOM file; it goes first.
      rmSync(at('first', 'metadata.csv'));
      expect(await again('first', 'third')).toBe(0);
      expect(existsSync(at('third'))).toBe(false);
      expect(await again('first', 'fourth', { again: true })).toBe(written);
    },
  );
});

/** A clip of ultrasound: five frames in which a square moves, a rule's place beside it. */
function colours(): MadeElement[] {
  const [frames, side] = [5, 64];
  const pixels = Buffer.alloc(frames * side * side * 3);
  for (let frame = 0; frame < frames; frame++)
    for (let y = 16; y < 32; y++)
      for (let x = 16; x < 32; x++)
        pixels.fill(
          40 * frame + x + y,
          3 * ((frame * side + y) * side + x),
          3 * ((frame * side + y) * side + x) + 3,
        );
  // Something in a corner that stands still: it lies outside of what moves.
  pixels.fill(200, 0, 30);
  return [
    [0x00080060, 'CS', 'US'],
    [0x00280002, 'US', us(3)],
    [0x00280004, 'CS', 'RGB'],
    [0x00280006, 'US', us(0)],
    [0x00280008, 'IS', String(frames)],
    ...sides(side),
    [0x00280100, 'US', us(8)],
    [0x00280101, 'US', us(8)],
    [0x00280102, 'US', us(7)],
    [0x7fe00010, 'OB', pixels],
  ];
}
