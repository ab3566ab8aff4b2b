/** The pictures of the documentation: what makes them, and what lies in the repository. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { styledDot } from '../../bench/pictures/lineage-svg.js';
import { screenSvg } from '../../bench/pictures/screen-svg.js';
import { lineageDot } from '../../src/cli/views/lineage-graph.js';
import type { Ancestor, LineageRow } from '../../src/store/index.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'docs', 'pictures');
const pictures = readdirSync(folder);

describe('the picture of a terminal', () => {
  const frame = { columns: 20, title: 'a < b', description: 'says "hello"' };

  it('places each run of text at its column and line', () => {
    const svg = screenSvg(['one  two', ' three four'], frame);
    const texts = [...svg.matchAll(/<text x="([\d.]+)" y="(\d+)" textLength="([\d.]+)"[^>]*>([^<]*)</g)];
    const [first, second, third] = texts.map(([, x, y, length, text]) => ({
      x: Number(x),
      y: Number(y),
      column: Number(length) / (text ?? '').length,
      text,
    }));
    expect(texts.map(([, , , , text]) => text)).toEqual(['one', 'two', 'three four']);
    expect(second!.x - first!.x).toBeCloseTo(5 * first!.column, 0);
    expect(second!.y).toBe(first!.y);
    expect(third!.x - first!.x).toBeCloseTo(first!.column, 0);
    expect(third!.y).toBeGreaterThan(first!.y);
  });

  it('draws a progress bar as two rectangles', () => {
    const bars = screenSvg(['███░'], frame).match(/<rect x="[\d.]+" y="\d+" width="[\d.]+" height="16"/g);
    expect(bars).toHaveLength(2);
  });

  it('escapes what XML would take for markup', () => {
    const svg = screenSvg(['<script> & "more"'], frame);
    expect(svg).toContain('&lt;script&gt; &amp; &quot;more&quot;');
    expect(svg).toContain('a &lt; b');
    expect(svg).not.toContain('<script>');
  });
});

describe('the picture of a lineage', () => {
  const row = (number: number, parent: number | null, score: number): LineageRow => ({
    number,
    parent,
    score,
    rung: 0,
    status: 'done',
    params: 1,
    macs: 1,
    latency: null,
    genome: '{}',
    role: parent === null ? null : 'mutation',
    parentRung: parent === null ? null : 0,
    parentScore: null,
    mutations: parent === null ? [] : [{ kind: 'step', path: '/stem/width' }],
  });
  const dot = lineageDot([row(0, null, 0.1), row(1, null, 0.2), row(2, 1, 0.5), row(3, 1, 0.25)], [
    { number: 1 },
    { number: 2 },
  ] as unknown as Ancestor[]);

  it('has every edge that voxolve lineage --dot writes, and its scores', () => {
    const edges = (text: string): string[] => text.match(/\d+ -> \d+/g) ?? [];
    expect(edges(dot)).toEqual(['1 -> 2', '1 -> 3']);
    expect(edges(styledDot(dot))).toEqual(edges(dot));
    expect(styledDot(dot)).toContain('label="2\\n50.0 %"');
  });

  it('leaves out founders without children, and nobody else', () => {
    const nodes = (styledDot(dot).match(/^ {2}\d+ \[/gm) ?? []).map((line) => parseInt(line, 10));
    expect(nodes).toEqual([1, 2, 3]);
  });

  it('marks the line of ancestors', () => {
    const marked = styledDot(dot)
      .split('\n')
      .filter((line) => line.includes('penwidth'));
    expect(marked.map((line) => line.trim().split(' [')[0])).toEqual(['1', '2', '1 -> 2']);
  });
});

describe('docs/pictures', () => {
  it('holds pictures of less than 200 KiB', () => {
    expect(pictures.length).toBeGreaterThan(0);
    for (const name of pictures) {
      expect(name).toMatch(/^[\w-]+\.(svg|png)$/);
      expect(statSync(join(folder, name)).size, name).toBeLessThan(200 * 1024);
    }
  });

  it('holds no SVG that loads anything or runs code', () => {
    for (const name of pictures.filter((one) => one.endsWith('.svg'))) {
      const svg = readFileSync(join(folder, name), 'utf8');
      expect(svg, name).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
      expect(svg, name).not.toMatch(/<script|\bonload=|(?:href|src)="(?!#)/);
    }
  });
});
