/** Candidates as the server sends them by and by, merged: rows by number, genes by name, levels by what they are called. */
import type { CandidatesView } from '../../views/types.js';
import { mergeBy, type Merge } from './rows.js';

type Genes = CandidatesView['genes'];

/** What is held, with the rows of `news` in place of older ones; rows ascend by number. */
export function merged(held: CandidatesView, news: CandidatesView): CandidatesView {
  if (news.changes === undefined || news.changes.since === null) return news;
  if (news.numbers.length === 0) return { ...held, changes: news.changes };
  const column = mergeBy(held.numbers, news.numbers);
  return {
    changes: news.changes,
    numbers: column(held.numbers, news.numbers),
    rungs: column(held.rungs, news.rungs),
    statuses: column(held.statuses, news.statuses),
    scores: column(held.scores, news.scores),
    params: column(held.params, news.params),
    macs: column(held.macs, news.macs),
    latencies: column(held.latencies, news.latencies),
    seconds: column(held.seconds, news.seconds),
    genes: mergedGenes(held, news, column),
  };
}

function mergedGenes(held: CandidatesView, news: CandidatesView, column: Merge): Genes {
  const names = new Set([...held.genes, ...news.genes].map(({ name }) => name));
  return [...names].map((name) => {
    const old = held.genes.find((gene) => gene.name === name);
    const fresh = news.genes.find((gene) => gene.name === name);
    const levels = levelsOf(old, fresh);
    const absent = (length: number) => Array.from({ length }, () => null);
    return {
      name,
      levels,
      values: column(
        old === undefined ? absent(held.numbers.length) : renamed(old, levels),
        fresh === undefined ? absent(news.numbers.length) : renamed(fresh, levels),
      ),
    };
  });
}

type Gene = Genes[number];

/** Levels of both; a gene that was a number so far and is none now gets its numbers as levels. */
function levelsOf(old: Gene | undefined, fresh: Gene | undefined): readonly string[] | null {
  const both = [old, fresh].filter((gene) => gene !== undefined);
  if (both.every(({ levels }) => levels === null)) return null;
  return [...new Set(both.flatMap(called))];
}

const called = ({ levels, values }: Gene): readonly string[] =>
  levels ?? values.flatMap((value) => (value === null ? [] : [String(value)]));

/** Values as indices into other levels. */
function renamed({ levels, values }: Gene, into: readonly string[] | null): readonly (number | null)[] {
  if (into === null || levels?.every((level, place) => level === into[place]) === true) return values;
  const places = new Map(into.map((level, place) => [level, place]));
  return values.map((value) => {
    if (value === null) return null;
    return places.get(levels === null ? String(value) : (levels[value] ?? '')) ?? null;
  });
}
