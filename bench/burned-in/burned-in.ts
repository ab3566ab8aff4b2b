/**
 * `npm run bench:burned-in -- [--clips N] [--frames N] [--real DIR] [--pictures DIR]`: what cleaning of pixels finds and what it
 * costs, on synthetic ultrasound clips and single frames with text in known places, and on clips without text, which it
 * should leave alone.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encode } from 'fast-png';
import { openTextModel } from '../../src/api/text-model.js';
import type { TextModel } from '../../src/deidentify/burned-in/detector.js';
import type { Look } from '../../src/deidentify/burned-in/look.js';
import { maskOf } from '../../src/deidentify/burned-in/mask.js';
import { sectorOf } from '../../src/deidentify/burned-in/sector.js';
import { parseFile } from '../../src/deidentify/file/part10.js';
import { storedFrames } from '../../src/deidentify/pixels/stored-frames.js';
import { count } from '../arguments.js';
import { addTo, emptyTally, ratesOf } from './measures.js';
import { syntheticClip } from './synthetic.js';

const { values } = parseArgs({
  options: {
    clips: { type: 'string', default: '24' },
    frames: { type: 'string', default: '8' },
    real: { type: 'string', default: '' },
    pictures: { type: 'string', default: '' },
  },
});

function picture(name: string, look: Look, blanked: Uint8Array): void {
  if (values.pictures === '') return;
  mkdirSync(values.pictures, { recursive: true });
  const { columns, rows, data } = look;
  const both = new Uint8Array(6 * columns * rows);
  for (let i = 0; i < columns * rows; i++) {
    const [x, y] = [i % columns, Math.floor(i / columns)];
    const pixel = data.subarray(3 * i, 3 * i + 3);
    both.set(pixel, 3 * (2 * y * columns + x));
    both.set(blanked[i] === 1 ? [0, 0, 140] : pixel, 3 * ((2 * y + 1) * columns + x));
  }
  const png = encode({ width: 2 * columns, height: rows, data: both, channels: 3 });
  writeFileSync(join(values.pictures, `${name}.png`), png);
}

async function synthetic(what: string, frames: number, model: TextModel): Promise<void> {
  const tally = emptyTally();
  let [dirty, slowest] = [0, 0];
  for (let seed = 0; seed < count('clips', values.clips); seed++) {
    const clip = await syntheticClip(seed, { frames, texts: [8, 2] });
    const start = performance.now();
    const sector = sectorOf(clip.frames);
    const { blanked, isClean } = await maskOf(clip.frames, { boxes: [], sector }, model);
    slowest = Math.max(slowest, performance.now() - start);
    if (!isClean) dirty++;
    addTo(tally, clip, blanked, sector);
    if (seed < 6) picture(`${what}-${seed}`.replaceAll(' ', '-'), clip.frames[0] as Look, blanked);
  }
  console.log(`${what}: ${tally.texts} texts, ${tally.inSector} of them in the sector`);
  for (const [name, rate] of Object.entries(ratesOf(tally))) console.log(`  ${name}: ${rate.toFixed(4)}`);
  console.log(`  held back since text was left: ${dirty}; slowest ${(slowest / 1000).toFixed(1)} s`);
  for (const missed of tally.missed) console.log(`  missed: ${missed}`);
}

/** DICOM clips in which nobody sees text: how many of them lose anything that is not black. */
async function real(folder: string, model: TextModel): Promise<void> {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.dcm'))
    .sort();
  let [touched, slowest] = [0, 0];
  for (const name of names) {
    const stored = storedFrames(parseFile(readFileSync(join(folder, name))));
    if (stored === null) continue;
    const start = performance.now();
    const looks: Look[] = [];
    for (let i = 0; i < stored.picture.frames; i++) looks.push(stored.look(await stored.samples(i)));
    const { blanked, texts, isClean } = await maskOf(looks, { boxes: [], sector: null }, model);
    slowest = Math.max(slowest, performance.now() - start);
    if (texts === 0 && isClean) continue;
    touched++;
    console.log(`  text found in ${name}: ${texts}${isClean ? '' : ', and left'}`);
    picture(`real-${name.replace('.dcm', '')}`, looks[0] as Look, blanked);
  }
  console.log(
    `clips in ${folder}: text found in ${touched} of ${names.length}; slowest ${(slowest / 1000).toFixed(1)} s`,
  );
}

const model = await openTextModel();
await synthetic('clips', count('frames', values.frames), model);
await synthetic('single frames', 1, model);
if (values.real !== '') await real(values.real, model);
