/**
 * Plain tables, CSV or TSV: a row for each statement. What it is of: `path` (or `file`), `SOPInstanceUID`, `SeriesInstanceUID`
 * or `StudyInstanceUID`; what is said: `label`, or `labels`, the path of a NIfTI mask; by whom: `reader`.
 */
import { dirname, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { UserError } from '../../core/errors.js';
import { textOf } from '../../core/read-text.js';
import { loadAll } from '../../scans/formats/bytes.js';
import { nifti } from '../../scans/formats/nifti.js';
import { remark } from '../statement.js';
import type { TargetIndex } from '../scans/target-index.js';
import type { Target } from '../scans/target.js';
import { namesClasses } from './class-names.js';
import { stateMask } from './nifti-mask.js';
import { checkedLabel, ELSEWHERE, onlyTarget, type LabelFile, type Reading, type Source } from './source.js';

const MOST_BYTES = 2 ** 27;
type Row = Readonly<Partial<Record<string, string>>>;

const WHERE = ['path', 'file', 'sopinstanceuid', 'seriesinstanceuid', 'studyinstanceuid'];
const MISSING = /^(na|n\/a|nan|null)$/i;

export const csv: Source = {
  kind: 'csv',
  async read(file, reading) {
    const rows = rowsOf(textOf(await loadAll(file.path, MOST_BYTES), file.path), file.path);
    const columns = Object.keys(rows[0] ?? {});
    if (namesClasses(columns)) return;
    const lacking = ['label', 'labels', 'p_'].some((name) =>
      columns.some(
        (column) =>
          column === name || (name === 'p_' && reading.options.predicted && column.startsWith(name)),
      ),
    )
      ? WHERE.some((column) => columns.includes(column))
        ? null
        : 'path, SOPInstanceUID, SeriesInstanceUID or StudyInstanceUID'
      : 'label or labels';
    if (lacking !== null)
      throw new UserError({
        subject: file.path,
        problem: `is neither a file of annotations that is known nor a table with a column ${lacking}`,
        fix: 'name the columns in its first line',
      });
    for (const [at, row] of rows.entries()) await state(row, `${file.path}, row ${at + 1}`, file, reading);
  },
};

async function state(row: Row, subject: string, file: LabelFile, reading: Reading): Promise<void> {
  const { collected, options, index } = reading;
  const { labels = '', reader: named = '' } = row;
  const label = options.predicted ? predictedClass(row, subject) : (row['label'] ?? '');
  const targets = targetsOf(row, subject, file, index);
  if (targets.length === 0) return remark(collected, ELSEWHERE);
  const reader = options.readerOf(file) ?? named;
  const said = label !== '' && !MISSING.test(label);
  const masked = labels !== '' && !MISSING.test(labels);
  if (said && masked)
    throw new UserError({
      subject,
      problem: 'has both a label and a file of labels',
      fix: 'give them a row each',
    });
  for (const target of targets) {
    collected.looked.push({ target, reader, source: 'csv' });
    if (said)
      collected.statements.push({
        target,
        reader,
        label: checkedLabel(label, subject),
        parent: null,
        source: 'csv',
        file: file.number,
        region: null,
      });
    if (masked) {
      const path = resolve(dirname(file.path), labels);
      const scan = await nifti.read(path);
      await stateMask({ file: { ...file, path }, scan, target, source: 'csv', reader }, reading);
    }
  }
}

/** The class of highest probability, by the columns `p_CLASS`; the first of equal ones. */
function predictedClass(row: Row, subject: string): string {
  const chances = Object.entries(row).filter(([column]) => column.startsWith('p_'));
  const [best] = chances
    .map(([column, value]) => ({ name: column.slice(2), chance: Number(value || NaN) }))
    .sort((a, b) => b.chance - a.chance);
  if (best !== undefined && chances.every(([, value]) => Number.isFinite(Number(value || NaN))))
    return best.name;
  throw new UserError({
    subject,
    problem:
      best === undefined
        ? 'has no columns p_CLASS, which --predicted reads'
        : 'has a probability that is no number',
    fix: 'give predictions.csv of finetune, or leave --predicted out',
  });
}

function targetsOf(row: Row, subject: string, { path }: LabelFile, index: TargetIndex): readonly Target[] {
  const name = row['path'] ?? row['file'] ?? '';
  if (name !== '') {
    const beside = index.byName(resolve(dirname(path), name));
    const found = onlyTarget(beside.length > 0 ? beside : index.byName(name), subject, name);
    return found === null ? [] : [found];
  }
  const instance = row['sopinstanceuid'] ?? '';
  if (instance !== '') return [...new Set(index.byInstance(instance).map(({ target }) => target))];
  const series = row['seriesinstanceuid'] ?? '';
  const study = row['studyinstanceuid'] ?? '';
  if (series === '' && study === '')
    throw new UserError({
      subject,
      problem: 'does not say of which scan it is',
      fix: 'fill in its path or UID',
    });
  return series !== '' ? index.bySeries(series) : index.byStudy(study);
}

/** Rows by column, the names of columns in lower case; the first line tells commas, semicolons and tabs apart. */
function rowsOf(text: string, path: string): Row[] {
  const [first = ''] = text.split(/\r?\n/, 1);
  const delimiter = ['\t', ';', ','].find((each) => first.includes(each)) ?? ',';
  try {
    return parse<Row>(text, {
      columns: (names: string[]) => names.map((name) => (name.startsWith('p_') ? name : name.toLowerCase())),
      trim: true,
      skip_empty_lines: true,
      delimiter,
    });
  } catch (cause) {
    // The message would quote the row.
    const problem =
      'is neither a file of annotations that is known nor a table with as many cells in each row';
    throw new UserError({ subject: path, problem, fix: 'correct it' }, { cause });
  }
}
