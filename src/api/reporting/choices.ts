/**
 * What the fitted models of a run chose from their rows, and its section of `report.md`.
 */
import { escaped, markdownTable } from './markdown-text.js';

export interface ModelChoices {
  /** On half the squared weights, as `penalty` of a task's `training`, where it was chosen. */
  readonly penalty?: number;
  /** Steps taken; absent where the head was solved exactly. */
  readonly steps?: number;
  /** The step whose weights were kept: the last one where no rows are held out. */
  readonly best_step?: number;
  /** By which probabilities are calibrated. */
  readonly temperature?: number;
  /** Weight of each part of a stack. */
  readonly weights?: Readonly<Record<string, number>>;
}

/** By the names of models, as those of their folders. */
export type Choices = Readonly<Record<string, ModelChoices>>;

export function choicesSection(choices: Choices | undefined): string | null {
  const models = Object.entries(choices ?? {});
  const columns = COLUMNS.filter(([, tell]) => models.some(([, one]) => tell(one) !== undefined));
  if (columns.length === 0) return null;
  const rows = models.map(([name, one]) => [escaped(name), ...columns.map(([, tell]) => tell(one) ?? '–')]);
  const header = ['model', ...columns.map(([title]) => title)];
  return `## What models chose from their rows\n\n${markdownTable(header, rows)}`;
}

const short = (value: number | undefined): string | undefined => value?.toPrecision(3);

const COLUMNS: readonly (readonly [string, (of: ModelChoices) => string | undefined])[] = [
  ['penalty', ({ penalty }) => short(penalty)],
  [
    'step kept, of steps',
    ({ steps, best_step: best }) => (steps === undefined ? undefined : `${best ?? steps} of ${steps}`),
  ],
  ['temperature', ({ temperature }) => short(temperature)],
  [
    'weights of parts',
    ({ weights }) =>
      weights &&
      Object.entries(weights)
        .map(([part, weight]) => `${escaped(part)} ${short(weight) ?? ''}`)
        .join(', '),
  ],
];
