/**
 * Writes the manifest, and masks into a folder beside it: both are there whole, or neither.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { unfinishedName, writeAtomically } from '../../core/atomic-write.js';
import { niftiOnGrid } from '../../scans/nifti-write.js';
import type { Settled } from '../readers/classes.js';
import type { LabelClass } from '../readers/label-map.js';
import type { SettledMask } from '../readers/masks.js';
import type { Opinion } from '../readers/opinion.js';
import type { Target } from '../scans/target.js';
import type { Place } from './place.js';

interface Row {
  readonly target: Target;
  readonly opinions: readonly Opinion[];
  readonly said: string;
}

type NameOf = (reader: string) => string;

export async function writeClasses(
  { path: csv }: Place,
  rows: readonly Settled[],
  nameOf: NameOf,
): Promise<void> {
  await writeAtomically(
    csv,
    tableText(
      'label',
      rows.map(({ opinions, label }) => ({ target: (opinions[0] as Opinion).target, opinions, said: label })),
      nameOf,
    ),
  );
}

/** Returns the number of rows. */
export async function writeMasks(
  { path: csv, masks }: Place,
  settled: AsyncIterable<SettledMask>,
  classes: readonly LabelClass[],
  nameOf: NameOf,
): Promise<number> {
  const unfinished = unfinishedName(masks);
  const rows: Row[] = [];
  let placed = false;
  mkdirSync(unfinished);
  try {
    for await (const { target, grid, opinions, voxels } of settled) {
      const name = `${String(rows.length + 1).padStart(5, '0')}.nii.gz`;
      writeFileSync(join(unfinished, name), niftiOnGrid(voxels, grid));
      rows.push({ target, opinions, said: `${basename(masks)}/${name}` });
    }
    const list = classes.map(({ number, name }) => `${number},${cell(name)}\n`).join('');
    writeFileSync(join(unfinished, 'classes.csv'), `number,label\n${list}`);
    renameSync(unfinished, masks);
    placed = true;
    await writeAtomically(csv, tableText('labels', rows, nameOf));
  } catch (error) {
    rmSync(placed ? masks : unfinished, { recursive: true, force: true });
    throw error;
  }
  return rows.length;
}

function tableText(column: 'label' | 'labels', rows: readonly Row[], nameOf: NameOf): string {
  const more = [...new Set(rows.flatMap(({ target }) => Object.keys(target.more)))];
  const header = ['path', 'patient', column, ...more, 'reader', 'source'];
  const lines = rows.map(({ target, opinions, said }) => {
    const readers = opinions.map(({ reader }) => nameOf(reader)).filter((name) => name !== '');
    const sources = [...new Set(opinions.flatMap((opinion) => opinion.sources))].sort();
    const own = more.map((name) => target.more[name] ?? '');
    return [target.path, target.patient, said, ...own, readers.join('+'), sources.join('+')];
  });
  return [header, ...lines].map((line) => `${line.map(cell).join(',')}\n`).join('');
}

function cell(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
