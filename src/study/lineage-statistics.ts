/**
 * Statistics of a lineage: which mutations helped, which genes matter, how varied the search still is.
 */
import { entropyOf, meanOf, squaredDeviations } from '../core/statistics/descriptive.js';
import { wilson } from '../core/statistics/intervals.js';
import { isJsonArray, type Json } from '../core/json.js';
import type { LineageRow } from '../store/lineage.js';

/** Success of one kind of mutation. */
export interface OperatorSuccess {
  /** The operator and the gene it changed; places in lists stand as `[]`: `step /stages/[]/width`. */
  readonly kind: string;
  readonly gene: string;
  /** Children of one mutation whose score and whose parent's are known, at the same rung. */
  readonly trials: number;
  /** Children with a higher score than their parent. */
  readonly successes: number;
  /** Share of successes, with its 95 % Wilson interval. */
  readonly rate: number;
  readonly interval: readonly [number, number];
  readonly meanGain: number;
}

/** By number of trials, most first. Children of several mutations say nothing about any one of them. */
export function operatorSuccess(rows: readonly LineageRow[]): readonly OperatorSuccess[] {
  const groups = new Map<string, { kind: string; gene: string; gains: number[] }>();
  for (const { score, rung, parentScore, parentRung, mutations } of rows) {
    const [only, another] = mutations;
    if (only === undefined || another !== undefined || score === null || parentScore === null) continue;
    if (rung !== parentRung) continue;
    const gene = generalPath(only.path);
    const key = `${only.kind} ${gene}`;
    const group = groups.get(key) ?? { kind: only.kind, gene, gains: [] };
    groups.set(key, group);
    group.gains.push(score - parentScore);
  }
  return [...groups.values()]
    .map(({ kind, gene, gains }) => {
      const successes = gains.filter((gain) => gain > 0).length;
      return {
        kind,
        gene,
        trials: gains.length,
        successes,
        rate: successes / gains.length,
        interval: wilson(successes, gains.length),
        meanGain: meanOf(gains),
      };
    })
    .sort((a, b) => b.trials - a.trials || (`${a.kind} ${a.gene}` < `${b.kind} ${b.gene}` ? -1 : 1));
}

/** Scores by a gene's value. An association, not a cause: the search does not choose values at random. */
export interface GeneEffect {
  readonly gene: string;
  /** Share of the scores' variance between values (eta squared). */
  readonly explained: number;
  /** By mean score, best first. */
  readonly values: readonly { readonly value: Json; readonly candidates: number; readonly mean: number }[];
}

/** Over candidates with a score at the highest rung reached; the most telling gene first. */
export function geneEffects(rows: readonly LineageRow[]): readonly GeneEffect[] {
  const top = rows.reduce((most, { rung, score }) => (score === null ? most : Math.max(most, rung)), 0);
  const scored = rows.filter(({ rung, score }) => rung === top && score !== null);
  const scores = scored.map(({ score }) => score ?? 0);
  const total = squaredDeviations(scores);
  const genes = new Map<string, Map<string, number[]>>();
  for (const { genome, score } of scored) {
    for (const [gene, value] of leaves(JSON.parse(genome) as Json)) {
      const values = genes.get(gene) ?? new Map<string, number[]>();
      genes.set(gene, values);
      const key = JSON.stringify(value);
      const known = values.get(key);
      if (known === undefined) values.set(key, [score ?? 0]);
      else known.push(score ?? 0);
    }
  }
  return [...genes]
    .filter(([, values]) => values.size > 1)
    .map(([gene, values]) => {
      const groups = [...values].map(([value, own]) => ({ value: JSON.parse(value) as Json, own }));
      // A gene of list items occurs several times in a genome; its own variance is the yardstick then.
      const all = groups.flatMap(({ own }) => own);
      const within = groups.reduce((sum, { own }) => sum + squaredDeviations(own), 0);
      const whole = all.length === scores.length ? total : squaredDeviations(all);
      return {
        gene,
        explained: whole === 0 ? 0 : 1 - within / whole,
        values: groups
          .map(({ value, own }) => ({ value, candidates: own.length, mean: meanOf(own) }))
          .sort((a, b) => b.mean - a.mean),
      };
    })
    .sort((a, b) => b.explained - a.explained);
}

/** Diversity of the candidates proposed in one stretch of the search. */
export interface Diversity {
  readonly from: number;
  /** The last number of the stretch. */
  readonly to: number;
  /** Share of genomes that no other of the stretch equals. */
  readonly distinct: number;
  /** Mean entropy of the genes, as a share of that of equally frequent values among all seen: 1 is random. */
  readonly entropy: number;
  readonly best: number | null;
}

export function diversityOverTime(rows: readonly LineageRow[], stretches = 10): readonly Diversity[] {
  const length = Math.max(1, Math.ceil(rows.length / stretches));
  const alphabet = new Map<string, Set<string>>();
  const parts: { readonly rows: readonly LineageRow[]; readonly counts: Counts }[] = [];
  for (let from = 0; from < rows.length; from += length) {
    const part = rows.slice(from, from + length);
    const counts = countValues(part);
    for (const [gene, values] of counts) {
      const known = alphabet.get(gene) ?? new Set<string>();
      for (const value of values.keys()) known.add(value);
      alphabet.set(gene, known);
    }
    parts.push({ rows: part, counts });
  }
  return parts.map(({ rows: part, counts }, i) => {
    const shares = [...counts].flatMap(([gene, values]) => {
      const size = alphabet.get(gene)?.size ?? 1;
      return size < 2 ? [] : [entropyOf([...values.values()]) / Math.log(size)];
    });
    const scores = part.flatMap(({ score }) => (score === null ? [] : [score]));
    return {
      from: part[0]?.number ?? i * length,
      to: part.at(-1)?.number ?? i * length,
      distinct: new Set(part.map(({ genome }) => genome)).size / part.length,
      entropy: meanOf(shares),
      best: scores.length === 0 ? null : scores.reduce((a, b) => Math.max(a, b)),
    };
  });
}

/** By gene and value, as JSON, how often it occurs. */
type Counts = ReadonlyMap<string, ReadonlyMap<string, number>>;

function countValues(rows: readonly LineageRow[]): Counts {
  const counts = new Map<string, Map<string, number>>();
  for (const { genome } of rows) {
    for (const [gene, value] of leaves(JSON.parse(genome) as Json)) {
      const known = counts.get(gene) ?? new Map<string, number>();
      const key = JSON.stringify(value);
      counts.set(gene, known.set(key, (known.get(key) ?? 0) + 1));
    }
  }
  return counts;
}

/** `/stages/2/width` → `/stages/[]/width`; the genome itself is `/`. */
export function generalPath(path: string): string {
  return path === '' ? '/' : path.replace(/\/\d+(?=\/|$)/g, '/[]');
}

/** The plain values in a genome with their general paths; of lists the length as well. */
function leaves(value: Json, path = '', found: [string, Json][] = []): readonly (readonly [string, Json])[] {
  if (value === null || typeof value !== 'object') found.push([path === '' ? '/' : path, value]);
  else if (isJsonArray(value)) {
    found.push([`${path} length`, value.length]);
    for (const item of value) leaves(item, `${path}/[]`, found);
  } else {
    for (const [key, inner] of Object.entries(value)) leaves(inner, `${path}/${key}`, found);
  }
  return found;
}
