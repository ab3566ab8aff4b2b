import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { lineageCsv, lineageDot } from '../../../src/cli/views/lineage-graph.js';
import type { Ancestor, LineageRow } from '../../../src/store/index.js';

const founder: LineageRow = {
  number: 0,
  rung: 0,
  status: 'done',
  score: 0.25,
  params: 10,
  macs: 20,
  latency: 1.5,
  genome: '{"a":"x, y"}',
  parent: null,
  role: null,
  parentRung: null,
  parentScore: null,
  mutations: [],
};
const child: LineageRow = {
  ...founder,
  number: 1,
  score: 0.5,
  parent: 0,
  role: 'parent',
  parentRung: 0,
  parentScore: 0.25,
  mutations: [{ kind: 'step', path: '/a' }],
};
const promoted: LineageRow = {
  ...founder,
  number: 2,
  rung: 1,
  score: 0.75,
  parent: 1,
  role: 'promotion',
  parentRung: 0,
  parentScore: 0.5,
};
const failed: LineageRow = { ...child, number: 3, status: 'failed', score: null };
const rows = [founder, child, promoted, failed];

describe('a lineage as a table', () => {
  it('has a row a candidate that reads back, with gains only between equals in fidelity', () => {
    const read = parse<Record<string, string>>(lineageCsv(rows), { columns: true });
    expect(read.map(({ number, parent, role }) => [number, parent, role])).toEqual([
      ['0', '', ''],
      ['1', '0', 'parent'],
      ['2', '1', 'promotion'],
      ['3', '0', 'parent'],
    ]);
    expect(read.map(({ gain }) => gain)).toEqual(['', '0.25', '', '']);
    expect(read[0]?.['genome']).toBe('{"a":"x, y"}');
    expect(read[1]?.['mutations']).toBe('step /a');
  });
});

describe('a lineage as a graph', () => {
  it('has a node a candidate and an edge a parent, the ancestry bold and promotions dashed', () => {
    const line = [founder, child].map((row): Ancestor => ({ ...row, mutations: [], gain: null }));
    const text = lineageDot(rows, line);
    expect(text.split('\n')).toEqual([
      'digraph lineage {',
      '  node [shape=box];',
      '  0 [label="0\\n0.2500", penwidth=3];',
      '  1 [label="1\\n0.5000", penwidth=3];',
      '  2 [label="2 (rung 1)\\n0.7500"];',
      '  3 [label="3\\nfailed"];',
      '  0 -> 1 [label="step /a", penwidth=3];',
      '  1 -> 2 [label="", style=dashed];',
      '  0 -> 3 [label="step /a"];',
      '}',
    ]);
  });
});
