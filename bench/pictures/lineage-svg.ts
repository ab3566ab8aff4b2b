/**
 * Graph of `voxolve lineage DB --dot`, laid out by Graphviz from left to right so that it fits a page: candidates are
 * coloured by score, labels of edges are split in two lines, and founders without children are left out.
 */
import { Graphviz } from '@hpcc-js/wasm-graphviz';

const NODE = /^ {2}(?<number>\d+) \[label="\d+\\n(?<score>[\d.]+)"(?<line>, penwidth=3)?\];$/;
const EDGE = /^ {2}(?<from>\d+) -> (?<to>\d+) \[label="(?<label>.*?)"(?<line>, penwidth=3)?\];$/;
const FONT = 'fontname="Helvetica,Arial,sans-serif"';
const ANCESTRY = ', penwidth=2.5, color="#1a7f37"';

type Groups = Readonly<Record<string, string | undefined>>;

function matches(dot: string, pattern: RegExp): Groups[] {
  return dot.split('\n').flatMap((line) => {
    const groups = pattern.exec(line)?.groups;
    return groups === undefined ? [] : [groups];
  });
}

/** Returns the graph with a page's layout and colours. */
export function styledDot(dot: string): string {
  const edges = matches(dot, EDGE);
  const related = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const nodes = matches(dot, NODE).filter(({ number }) => related.has(number));
  const scores = nodes.map(({ score }) => Number(score));
  const [least, most] = [Math.min(...scores), Math.max(...scores)];
  return [
    'digraph lineage {',
    '  graph [rankdir=LR, nodesep=0.2, ranksep=0.2, bgcolor=white, pad=0.15];',
    `  node [shape=box, style="filled,rounded", color="#57606a", ${FONT}, fontsize=11, height=0.4, width=0.65, margin="0.06,0.03"];`,
    `  edge [color="#57606a", arrowsize=0.6, ${FONT}, fontsize=10, fontcolor="#24292f"];`,
    ...nodes.map(({ number, score, line }) => {
      const fill = fillOf((Number(score) - least) / Math.max(1e-9, most - least));
      const label = `${number}\\n${(100 * Number(score)).toFixed(1)} %`;
      return `  ${number} [label="${label}", fillcolor="${fill}"${line === undefined ? '' : ANCESTRY}];`;
    }),
    ...edges.map(({ from, to, label = '', line }) => {
      const broken = label.replaceAll(' ', '\\n');
      return `  ${from} -> ${to} [label="${broken}"${line === undefined ? '' : ANCESTRY}];`;
    }),
    '}',
  ].join('\n');
}

/** Fill colour from nearly white to green, as Graphviz's hue, saturation and value. */
function fillOf(share: number): string {
  return [0.39, 0.05 + 0.5 * share, 0.97 - 0.3 * share].map((part) => part.toFixed(3)).join(' ');
}

export async function lineageSvg(dot: string): Promise<string> {
  const graphviz = await Graphviz.load();
  return graphviz.layout(styledDot(dot), 'svg', 'dot').replace(/^[\s\S]*?(?=<svg)/, '');
}
