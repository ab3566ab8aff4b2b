/**
 * The whole lineage for other programs: a Graphviz graph, or a table with a row a candidate.
 */
import type { Ancestor, LineageRow } from '../../api/index.js';

/** Parents point to children; the line of ancestors is drawn bold. */
export function lineageDot(rows: readonly LineageRow[], line: readonly Ancestor[]): string {
  const bold = new Set(line.map(({ number }) => number));
  const nodes = rows.map(({ number, score, status, rung }) => {
    const result = score === null ? status : score.toFixed(4);
    const label = `${number}${rung > 0 ? ` (rung ${rung})` : ''}\\n${result}`;
    return `  ${number} [label="${label}"${bold.has(number) ? ', penwidth=3' : ''}];`;
  });
  const edges = rows.flatMap(({ number, parent, role, mutations }) => {
    if (parent === null) return [];
    const label = mutations.map(({ kind, path }) => `${kind} ${path}`).join('\\n');
    const style = role === 'promotion' ? ', style=dashed' : '';
    const width = bold.has(number) && bold.has(parent) ? ', penwidth=3' : '';
    return [`  ${parent} -> ${number} [label="${quoted(label)}"${style}${width}];`];
  });
  return ['digraph lineage {', '  node [shape=box];', ...nodes, ...edges, '}'].join('\n');
}

const COLUMNS = [
  'number',
  'parent',
  'role',
  'rung',
  'status',
  'score',
  'gain',
  'params',
  'macs',
  'latency',
  'mutations',
  'genome',
] as const;

/** RFC 4180; an empty cell is what does not exist. Mutations are separated by semicolons. */
export function lineageCsv(rows: readonly LineageRow[]): string {
  const lines = rows.map((row) => {
    const { score, parentScore, rung, parentRung } = row;
    const comparable = score !== null && parentScore !== null && rung === parentRung;
    const cells = {
      ...row,
      gain: comparable ? score - parentScore : null,
      mutations: row.mutations.map(({ kind, path }) => `${kind} ${path}`).join('; '),
    };
    return COLUMNS.map((column) => cell(cells[column])).join(',');
  });
  return [COLUMNS.join(','), ...lines].join('\n');
}

function cell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** For the inside of a quoted string of Graphviz's; `\n` stays. */
function quoted(text: string): string {
  return text.replaceAll('"', '\\"');
}
