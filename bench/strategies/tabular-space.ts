/**
 * Search space of a table: one categorical gene per digit. Codes that the table lacks are never proposed.
 */
import type { Genome } from '../../src/core/records.js';
import { constrained } from '../../src/search/constrained.js';
import { oneOf, record, type Gene } from '../../src/search/genes/index.js';
import { defineSpace, genomeSpace } from '../../src/search/space.js';
import type { GenomeSpace } from '../../src/search/strategy.js';
import type { Table } from './table.js';

export function tabularSpace(table: Table): GenomeSpace {
  const genes = Object.fromEntries(
    table.alphabet.map((digits, i) => [nameOf(i, table.alphabet.length), oneOf(digits)]),
  ) as Record<string, Gene<string>>;
  const gene = record(genes);
  const space = {
    ...genomeSpace(defineSpace({ name: 'table', source: table.path, gene, build: codeOf })),
    // The code is as unique as a hash of it, and much cheaper over hundreds of seeds.
    hash: codeOf,
  };
  const every = table.alphabet.reduce((count, { length }) => count * length, 1);
  if (every === table.codes.length) return space;
  return constrained(space, (genome) => (table.has(codeOf(genome)) ? null : 'is not in the table'));
}

/** Code of a genome. */
export function codeOf(genome: Genome): string {
  return Object.values(genome as Readonly<Record<string, string>>).join('');
}

/** Names that sort as the positions do, since genomes may come back with sorted keys. */
function nameOf(index: number, count: number): string {
  return `g${String(index).padStart(String(count).length, '0')}`;
}
