/**
 * `npm run bench:burned-in -- [--clips N] [--from SEED] [--frames N] [--brief N] [--only clips|single] [--real DIR] [--every N] [--pictures DIR]`: what cleaning
 * of pixels finds and what it costs, on synthetic ultrasound clips and single frames with text in known places, and on files
 * without text, which it should leave alone.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { openTextModel, openTextReader } from '../../src/api/text-model.js';
import type { TextModel } from '../../src/deidentify/burned-in/detector.js';
import { maskOf } from '../../src/deidentify/burned-in/mask.js';
import { sectorOf } from '../../src/deidentify/burned-in/sector.js';
import { count } from '../arguments.js';
import { addTo, emptyTally, ratesOf } from './measures.js';
import { picture } from './picture.js';
import { realFiles } from './real-files.js';
import { syntheticClip } from './synthetic.js';

const { values } = parseArgs({
  options: {
    clips: { type: 'string', default: '24' },
    from: { type: 'string', default: '0' },
    frames: { type: 'string', default: '8' },
    real: { type: 'string', default: '' },
    brief: { type: 'string', default: '0' },
    only: { type: 'string', default: '' },
    every: { type: 'string', default: '1' },
    pictures: { type: 'string', default: '' },
  },
});

async function synthetic(what: string, frames: number, model: TextModel): Promise<void> {
  const tally = emptyTally();
  const first = Number(values.from);
  let [dirty, slowest, busiest] = [0, 0, 0];
  for (let seed = first; seed < first + count('clips', values.clips); seed++) {
    const clip = await syntheticClip(seed, {
      frames,
      texts: [8, 2],
      brief: frames > 1 ? Number(values.brief) : 0,
    });
    const [start, before] = [performance.now(), process.cpuUsage()];
    const sector = sectorOf(clip.frames);
    const { blanked, isClean } = await maskOf(clip.frames, { boxes: [], sector }, model, {
      // As files are treated: see the use of the reader in cleaning of pixels.
      reader: frames > 1 ? reader : undefined,
    });
    slowest = Math.max(slowest, performance.now() - start);
    if (!isClean) dirty++;
    const cpu = process.cpuUsage(before);
    busiest = Math.max(busiest, (cpu.user + cpu.system) / 1e6);
    addTo(tally, clip, blanked, { sector, name: `seed ${seed}` });
    console.log(`  seed ${seed}: ${tally.found} of ${tally.texts} texts gone so far, ${cpu.user / 1e6} s`);
    const [look] = clip.frames;
    if (look !== undefined)
      picture(values.pictures, `${what}-${seed}`.replaceAll(' ', '-'), { look, blanked });
  }
  console.log(`${what}: ${tally.texts} texts, ${tally.inSector} of them in the sector`);
  for (const [name, rate] of Object.entries(ratesOf(tally))) console.log(`  ${name}: ${rate.toFixed(4)}`);
  console.log(
    `  held back since text was left: ${dirty}; slowest ${(slowest / 1000).toFixed(1)} s, ` +
      `at most ${busiest.toFixed(1)} s of processor time`,
  );
  for (const missed of tally.missed) console.log(`  missed: ${missed}`);
}

console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores`);
const [model, reader] = [await openTextModel(), await openTextReader()];
if (values.real === '') {
  if (values.only !== 'single') await synthetic('clips', count('frames', values.frames), model);
  if (values.only !== 'clips') await synthetic('single frames', 1, model);
} else
  await realFiles(values.real, {
    every: count('every', values.every),
    pictures: values.pictures,
    model,
    reader: await openTextReader(),
  });
