import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluateTable } from '../../../src/api/evaluate.js';
import { reportMarkdown } from '../../../src/api/reporting/markdown.js';
import { escaped } from '../../../src/api/reporting/markdown-text.js';
import type { Report } from '../../../src/api/reporting/report.js';
import { writeReport } from '../../../src/api/reporting/write.js';
import { rngOf } from '../../../src/core/random.js';
import { temporaryFolder } from '../../support/tiny.js';

const folder = temporaryFolder();

const hostile = [
  'a | b',
  '<img src=x onerror=alert(1)>',
  '[click](javascript:alert(1))',
  '![x](http://evil.example/x.png)',
  '`code` *bold* _it_ # head',
  '\u202egnp.exe\u0000',
  'https://evil.example www.evil.example',
  '- item',
  '12. item',
];

function reportOf(groups: readonly string[]): Report {
  const rng = rngOf('markdown');
  const rows = Array.from({ length: 60 }, (_, i) => {
    const label = i % 2;
    const p = (0.25 + 0.5 * label + 0.25 * rng.float()).toFixed(4);
    const group = (groups[i % groups.length] ?? '').replaceAll('"', '""');
    return `p${i},${['well', 'ill'][label] ?? ''},${(1 - Number(p)).toFixed(4)},${p},"${group}",${i < 30 ? 'train' : 'test'}`;
  });
  const path = join(folder, 'table.csv');
  writeFileSync(path, ['patient,label,p_well,p_ill,s_sex,split', ...rows].join('\n'));
  return evaluateTable({ predictions: path });
}

/** Cells of each row of each table. */
const cellsOf = (markdown: string): string[][] =>
  markdown
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

/** All numbers of a report. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

describe('report.md', () => {
  it('tells splits, groups, gaps and calibration, and no figure that is not in report.json', async () => {
    const report = reportOf(['male', 'female']);
    await writeReport(join(folder, 'run'), report);
    expect(JSON.parse(readFileSync(join(folder, 'run', 'report.json'), 'utf8'))).toEqual(report);
    const text = readFileSync(join(folder, 'run', 'report.md'), 'utf8');
    for (const heading of ['## Metrics', '## Fairness', '## Groups', '### sex, test', '## Calibration'])
      expect(text).toContain(heading);
    const known = numbersIn(report).flatMap((value) => [
      value.toFixed(3),
      value.toFixed(1),
      value.toFixed(0),
      String(value),
    ]);
    const told = cellsOf(text)
      .flat()
      .flatMap((cell) => cell.match(/-?\d+\.\d+|(?<![\w.])\d+(?![\w.])/g) ?? []);
    expect(told.length).toBeGreaterThan(100);
    expect(told.filter((number) => !known.includes(number))).toEqual([]);
  });

  it('shows hostile names as text: no link, picture, HTML or further cell comes of them', () => {
    const text = reportMarkdown({ ...reportOf(hostile), remarks: hostile, task: hostile[2] ?? '' });
    const tables = cellsOf(text);
    let width = 0;
    for (const [i, cells] of tables.entries()) {
      if (/^:?-+:?$/.test(tables[i + 1]?.[0] ?? '')) width = cells.length;
      expect(cells, cells.join(' | ')).toHaveLength(width);
    }
    expect(text).not.toMatch(/<[a-z!/]/i);
    expect(text).not.toMatch(/(?<!\\)\]\(/);
    expect(text).not.toMatch(/(?<!\\)`/);
    expect(text).not.toMatch(/https?:\/\/|www\./);
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/);
    expect(escaped('12. item')).toBe('12\\. item');
    expect(escaped('- item')).toBe('\\- item');
  });

  it('says what the rows do not identify, once for each reason', () => {
    const path = join(folder, 'one.csv');
    writeFileSync(path, ['label,p_well,p_ill', 'ill,0.3,0.7', 'ill,0.2,0.8'].join('\n'));
    const text = reportMarkdown(evaluateTable({ predictions: path }));
    expect(text).toContain('is not identified, on 2 rows');
    const section = text.slice(text.indexOf('## What the rows do not identify'));
    expect(section).toMatch(/- all rows: auroc.*class/);
  });
});
