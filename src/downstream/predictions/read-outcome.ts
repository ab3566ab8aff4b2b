/**
 * The target's and the predictions' columns of a table.
 */
import { UserError } from '../../core/errors.js';
import type { ClassOutcome, Outcome, TimeOutcome } from '../../metrics/outcome-table.js';
import { numberIn, numbersIn, refusal, type Rows } from './fields.js';

/** How far the probabilities of a row may be from a sum of 1, since tables round them. */
const ROUNDING = 0.01;

export function readOutcome(table: Rows): {
  readonly outcome: Outcome;
  readonly raw?: readonly (readonly number[])[];
} {
  const { columns } = table;
  const has = (...names: readonly string[]): boolean => names.every((name) => columns.includes(name));
  if (has('time', 'event', 'risk')) return { outcome: timeOutcome(table) };
  if (has('value', 'prediction')) {
    const [values, predictions] = [numbersIn(table, 'value'), numbersIn(table, 'prediction')];
    return { outcome: { kind: 'value', values, predictions } };
  }
  if (has('label') && columns.some((column) => column.startsWith('p_'))) {
    const outcome = classOutcome(table);
    const calibrated = has(...outcome.names.map((name) => `raw_p_${name}`));
    return { outcome, ...(calibrated ? { raw: probabilitiesOf(table, outcome.names, 'raw_p_') } : {}) };
  }
  throw new UserError({
    subject: table.path,
    problem: `has the columns ${columns.join(', ')}`,
    fix: 'give label and p_CLASS for each class, or value and prediction, or time, event and risk',
  });
}

/** A single column `p_…` is that of the second of two classes. */
function classOutcome(table: Rows): ClassOutcome {
  const named = table.columns.flatMap((column) => (column.startsWith('p_') ? [column.slice(2)] : []));
  const texts = table.records.map((record) => record['label'] ?? '');
  const names = named.length === 1 ? pairOf(table, named[0] ?? '', texts) : named;
  const labels = texts.map((text, index) => {
    const label = names.indexOf(text);
    if (label >= 0) return label;
    throw refusal(
      table,
      index,
      `label "${text}" has no column p_${text}`,
      'add the column, or correct the label',
    );
  });
  if (named.length > 1)
    return { kind: 'classes', names, labels, probabilities: probabilitiesOf(table, names, 'p_') };
  const shares = numbersIn(table, `p_${named[0] ?? ''}`, [0, 1]);
  return { kind: 'classes', names, labels, probabilities: shares.map((share) => [1 - share, share]) };
}

function pairOf(table: Rows, positive: string, texts: readonly string[]): readonly string[] {
  const others = [...new Set(texts)].filter((text) => text !== positive);
  if (others.length === 1) return [...others, positive];
  throw new UserError({
    subject: table.path,
    problem: `has probabilities of "${positive}" alone, but labels ${[...new Set(texts)].join(', ')}`,
    fix: 'give a column p_CLASS for each class',
  });
}

function probabilitiesOf(
  table: Rows,
  names: readonly string[],
  prefix: string,
): readonly (readonly number[])[] {
  return table.records.map((_, index) => {
    const shares = names.map((name) => numberIn(table, index, prefix + name, [0, 1]));
    const sum = shares.reduce((total, share) => total + share, 0);
    if (Math.abs(sum - 1) <= ROUNDING) return shares;
    throw refusal(
      table,
      index,
      `probabilities ${prefix}… add up to ${sum.toPrecision(4)}`,
      'give shares of 1',
    );
  });
}

function timeOutcome(table: Rows): TimeOutcome {
  const curves = table.columns
    .filter((column) => column.startsWith('surv_'))
    .map((column) => ({ column, time: Number(column.slice('surv_'.length)) }))
    .sort((a, b) => a.time - b.time);
  const wrong = curves.find(({ time }) => !Number.isFinite(time) || time < 0);
  if (wrong !== undefined) {
    throw new UserError({
      subject: table.path,
      problem: `column ${wrong.column} names no time`,
      fix: 'call it surv_ and the time, such as surv_365',
    });
  }
  const events = numbersIn(table, 'event', [0, 1]);
  const half = events.findIndex((event) => event !== 0 && event !== 1);
  if (half >= 0)
    throw refusal(table, half, `event is ${events[half]}`, 'write 1 where it happened, 0 where not');
  return {
    kind: 'time',
    times: numbersIn(table, 'time', [0, Infinity]),
    events,
    risk: numbersIn(table, 'risk'),
    ...(curves.length === 0
      ? {}
      : {
          survival: {
            times: curves.map(({ time }) => time),
            curves: table.records.map((_, index) =>
              curves.map(({ column }) => numberIn(table, index, column, [0, 1])),
            ),
          },
        }),
  };
}
