import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hasModule, pythonOutput } from '../support/python.js';
import { ownFolder, searchedIn } from './searched.js';

interface Cell {
  readonly cell_type: string;
  readonly id: string;
  readonly source: readonly string[];
  readonly outputs?: readonly unknown[];
  readonly execution_count?: number | null;
}

interface Notebook {
  readonly nbformat: number;
  readonly nbformat_minor: number;
  readonly metadata: object;
  readonly cells: readonly Cell[];
}

const path = fileURLToPath(new URL('../../notebooks/lineage.ipynb', import.meta.url));
const notebook = JSON.parse(readFileSync(path, 'utf8')) as Notebook;
const code = notebook.cells.filter(({ cell_type }) => cell_type === 'code');

const folder = ownFolder();

describe('the notebook', () => {
  it('is one of format 4.5, without outputs', () => {
    // https://nbformat.readthedocs.io/en/latest/format_description.html
    expect([notebook.nbformat, notebook.nbformat_minor]).toEqual([4, 5]);
    expect(new Set(notebook.cells.map(({ id }) => id)).size).toBe(notebook.cells.length);
    for (const { cell_type, id, source } of notebook.cells) {
      expect(['code', 'markdown']).toContain(cell_type);
      expect(id).toMatch(/^[a-zA-Z0-9-_]{1,64}$/);
      expect(source.every((line) => typeof line === 'string')).toBe(true);
    }
    expect(code.length).toBeGreaterThan(3);
    for (const { outputs, execution_count } of code) expect([outputs, execution_count]).toEqual([[], null]);
  });

  it.skipIf(!hasModule('pandas, matplotlib'))(
    'draws its plots from a database, and its figures are those of the tables (needs pandas and matplotlib)',
    { timeout: 60_000 },
    async () => {
      const { store, path: database } = await searchedIn(folder, 'a search of #1?.db');
      const script = join(folder, 'cells.py');
      const after = `
import json
for index in plt.get_fignums():
    plt.figure(index).savefig(f"${folder}/{index}.png")
print(json.dumps({
    "best": int(scored.nlargest(1, "score").number.iloc[0]),
    "front": [int(number) for number in front.number],
    "trials": {kind: [int(row.trials), int(row.successes)] for kind, row in success.iterrows()},
}))`;
      const cells = code.map(({ source }) => source.join(''));
      const prelude = `import os, matplotlib\nos.environ["VOXOLVE_DB"] = ${JSON.stringify(database)}\nmatplotlib.use("Agg")`;
      writeFileSync(script, [prelude, ...cells, after].join('\n\n').replaceAll('plt.show()', ''));
      const printed = JSON.parse(pythonOutput(script).trim().split('\n').at(-1) ?? '') as Record<
        string,
        unknown
      >;
      for (const figure of [1, 2, 3]) expect(existsSync(join(folder, `${figure}.png`))).toBe(true);

      interface Row {
        readonly number: number;
        readonly score: number;
        readonly params: number;
      }
      const rows = store
        .statement("SELECT number, score, params FROM candidates WHERE status = 'done'")
        .all() as Row[];
      const best = rows.reduce((a, b) => (b.score > a.score ? b : a));
      const front = rows
        .filter(
          (one) =>
            !rows.some(
              (other) =>
                other.params <= one.params &&
                other.score >= one.score &&
                (other.params < one.params || other.score > one.score),
            ),
        )
        .sort((a, b) => a.params - b.params);
      const scoreOf = new Map(rows.map(({ number, score }) => [number, score]));
      const trials: Record<string, [number, number]> = {};
      const edges = store
        .statement(
          `SELECT c.number AS child, p.number AS parent, group_concat(kind) AS kinds FROM mutations
           JOIN candidates c ON c.id = mutations.candidate
           JOIN candidate_parents e ON e.candidate = c.id AND role = 'parent' JOIN candidates p ON p.id = e.parent
           GROUP BY c.id HAVING count(*) = 1`,
        )
        .all() as { child: number; parent: number; kinds: string }[];
      for (const { child, parent, kinds } of edges) {
        const [own, elder] = [scoreOf.get(child), scoreOf.get(parent)];
        if (own === undefined || elder === undefined) continue;
        const [count, successes] = trials[kinds] ?? [0, 0];
        trials[kinds] = [count + 1, successes + (own > elder ? 1 : 0)];
      }
      expect(Object.keys(trials).length).toBeGreaterThan(1);
      expect(printed).toEqual({ best: best.number, front: front.map(({ number }) => number), trials });
    },
  );
});
