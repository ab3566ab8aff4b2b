/**
 * The target columns of a manifest: `label`, `value`, or `time` and `event`. Which of them are read follows from the head.
 */
import { present } from '../../core/errors.js';
import type { Targets } from '../targets.js';
import { checkName, numberIn, refuse, refuseRow, type Sheet } from './sheet.js';

type Kind = Targets['kind'];

const COLUMNS: Readonly<Record<Kind, readonly string[]>> = {
  classes: ['label'],
  value: ['value'],
  time: ['time', 'event'],
};

/** True for the rows that say something of the target; refuses a manifest without its columns. */
export function targetedRows(sheet: Sheet, kind: Kind): boolean[] {
  const columns = COLUMNS[kind];
  const lacking = columns.filter((column) => !sheet.columns.includes(column));
  if (lacking.length > 0) {
    const others = foreignTargets(sheet, kind);
    const found = others.length > 0 ? others : sheet.columns;
    refuse(
      sheet.manifest,
      `has no column ${lacking.join(', ')}, which a head that learns ${NAMES[kind]} needs; found ${found.join(', ')}`,
      others.length > 0 ? 'add it, or use a head for what is there' : 'add it',
    );
  }
  const cells = columns.map((column) => cellsOf(sheet, column));
  const targeted = sheet.lines.map((_, row) => cells.some((column) => column[row] !== ''));
  if (!targeted.includes(true))
    refuse(sheet.manifest, `the column ${columns.join(' and ')} is empty in all rows`, 'fill it in');
  return targeted;
}

const NAMES: Readonly<Record<Kind, string>> = {
  classes: 'classes',
  value: 'numbers',
  time: 'times to an event',
};

/** Target columns that a head of this kind does not read. */
export function foreignTargets(sheet: Sheet, kind: Kind): string[] {
  const foreign = Object.entries(COLUMNS).flatMap(([other, columns]) => (other === kind ? [] : columns));
  return foreign.filter((column) => sheet.columns.includes(column));
}

/** @param classes those of a model that is fitted already; absent: those that the rows have, in order. */
export function readTargets(sheet: Sheet, kind: Kind, classes?: readonly string[]): Targets {
  switch (kind) {
    case 'classes':
      return readClasses(cellsOf(sheet, 'label'), sheet, classes);
    case 'value':
      return {
        kind,
        values: cellsOf(sheet, 'value').map(
          (cell, row) =>
            numberIn(cell) ?? refuseRow(sheet, row, `value is "${cell}"`, 'write a number such as 1.5'),
        ),
      };
    case 'time':
      return readTimes(cellsOf(sheet, 'time'), cellsOf(sheet, 'event'), sheet);
  }
}

function readClasses(cells: readonly string[], sheet: Sheet, classes?: readonly string[]): Targets {
  const names = classes ?? inOrder(new Set(cells));
  const labels = cells.map((cell, row) => {
    checkName(`${sheet.manifest} line ${sheet.lines[row]}`, 'class', cell);
    const label = names.indexOf(cell);
    return label >= 0
      ? label
      : refuseRow(
          sheet,
          row,
          `the model knows no class "${cell}", only ${names.join(', ')}`,
          'correct the label',
        );
  });
  return { kind: 'classes', names, labels };
}

function readTimes(times: readonly string[], events: readonly string[], sheet: Sheet): Targets {
  return {
    kind: 'time',
    times: times.map((cell, row) => {
      const time = numberIn(cell) ?? refuseRow(sheet, row, `time is "${cell}"`, 'write a number such as 365');
      return time >= 0 ? time : refuseRow(sheet, row, `time is ${cell}`, 'write a time of at least 0');
    }),
    events: events.map((cell, row) => {
      const event = numberIn(cell);
      return event === 0 || event === 1
        ? event
        : refuseRow(sheet, row, `event is "${cell}"`, 'write 1 where it happened, 0 where it was not seen');
    }),
  };
}

/** By value where all are numbers, else by code unit: independent of the order of rows and of the machine's language. */
function inOrder(names: Iterable<string>): string[] {
  const all = [...names];
  const numbers = all.map(numberIn);
  if (numbers.includes(null)) return all.sort();
  return all.sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
}

const cellsOf = (sheet: Sheet, column: string): readonly string[] =>
  present(sheet.cells(column), `column ${column}`);
