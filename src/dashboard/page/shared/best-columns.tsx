/** Columns of tables of the best candidates: which one, and its score in the search. */
import { linkTo } from '../data.js';
import { number } from './format.js';
import type { Column } from './table.js';

interface Best {
  readonly number: number;
  readonly searchScore: number;
}

export const BEST_COLUMNS: readonly Column<Best>[] = [
  {
    title: 'Candidate',
    value: ({ number: which }) => which,
    show: ({ number: which }) => <a href={linkTo(`candidate/${which}`)}>{which}</a>,
  },
  {
    title: 'In the search',
    value: ({ searchScore }) => searchScore,
    show: ({ searchScore }) => number(searchScore, 4),
  },
];
