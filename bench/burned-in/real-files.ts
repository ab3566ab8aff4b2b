/** Files of which somebody knows that they show no text, cleaned as a user's files are: how many lose anything. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TextModel } from '../../src/deidentify/burned-in/detector.js';
import type { ReaderModel } from '../../src/deidentify/burned-in/reader.js';
import type { Look } from '../../src/deidentify/burned-in/look.js';
import { textAt } from '../../src/deidentify/file/data-set.js';
import { parseFile } from '../../src/deidentify/file/part10.js';
import { Refusal } from '../../src/deidentify/file/refusal.js';
import {
  isUltrasound,
  searched,
  type PixelCleaner,
  type Searched,
} from '../../src/deidentify/pixels/clean-pixels.js';
import { isSearchable, storedFrames } from '../../src/deidentify/pixels/stored-frames.js';
import { picture } from './picture.js';

interface RealOptions {
  /** Every how many-th file, by name. */
  readonly every: number;
  readonly pictures: string;
  readonly model: TextModel;
  readonly reader: ReaderModel;
}

export async function realFiles(
  folder: string,
  { every, pictures, model, reader }: RealOptions,
): Promise<void> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
    .filter((_, i) => i % every === 0);
  let [files, touched, cut, held, slowest, busiest] = [0, 0, 0, 0, 0, 0];
  for (const name of names) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    const found = await searchedFile(name, { model, reader });
    if (found === null) continue;
    const { texts, isClean, blanked, sector, looks } = found;
    files++;
    slowest = Math.max(slowest, performance.now() - start);
    const cpu = process.cpuUsage(before);
    busiest = Math.max(busiest, (cpu.user + cpu.system) / 1e6);
    const lost = lostOf(looks, blanked, sector);
    if (texts > 0) touched++;
    if (!isClean) held++;
    if (lost.beside > CUT) cut++;
    if (texts === 0 && isClean && lost.beside <= CUT) continue;
    const percent = (part: number): string => `${(100 * part).toFixed(2)} %`;
    console.log(
      `  ${name}: ${texts} texts${isClean ? '' : ', and text left'}; of what is not black ` +
        `${percent(lost.beside)} lies outside of the sector and ${percent(lost.inside)} went inside`,
    );
    picture(pictures, `real-${name.split('/').slice(-2).join('-')}`, { look: looks.at(-1) as Look, blanked });
  }
  console.log(
    `${files} files in ${folder}: text found in ${touched}, held back ${held}, cut by the sector ${cut}; ` +
      `slowest ${(slowest / 1000).toFixed(1)} s, at most ${busiest.toFixed(1)} s of processor time`,
  );
}

/** Part of what is not black that a sector may cut off without being counted. */
const CUT = 0.005;

async function searchedFile(name: string, models: Omit<PixelCleaner, 'rules'>): Promise<Searched | null> {
  try {
    const file = parseFile(readFileSync(name));
    const stored = isSearchable(file) ? storedFrames(file) : null;
    if (stored === null) return null;
    return await searched(stored, file, isUltrasound(file, textAt(file, 0x00080016)), {
      ...models,
      rules: [],
    });
  } catch (error) {
    if (error instanceof Refusal && error.code !== 'not-dicom') console.log(`  ${name}: ${error.code}`);
    if (error instanceof Refusal || error instanceof RangeError) return null;
    throw error;
  }
}

/** Parts of the pixels brighter than what compression leaves of black that are blanked. */
function lostOf(
  looks: readonly Look[],
  blanked: Uint8Array,
  sector: Uint8Array | null,
): { beside: number; inside: number } {
  let [bright, beside, inside] = [0, 0, 0];
  for (const { data } of looks)
    for (let i = 0; i < blanked.length; i++) {
      if (Math.max(data[3 * i] as number, data[3 * i + 1] as number, data[3 * i + 2] as number) <= 16)
        continue;
      bright++;
      if (blanked[i] === 0) continue;
      if (sector?.[i] === 0) beside++;
      else inside++;
    }
  return { beside: beside / Math.max(bright, 1), inside: inside / Math.max(bright, 1) };
}
