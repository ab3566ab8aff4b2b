/**
 * Cox's partial log likelihood of a linear log hazard, with its first and second derivatives, in float64.
 *
 * Risk sets hold all rows of the same or a later time, so that the order of rows of one time does not matter. With d events at
 * one time, Efron's treatment takes l/d of the tied events' hazards off the risk set of the l-th of them (l = 0 … d − 1);
 * Breslow's takes off nothing.
 *
 * Source: Efron, "The efficiency of Cox's likelihood function for censored data", JASA 1977; Breslow 1974.
 */
import type { CoxRows } from './cox-rows.js';

export interface CoxDerivatives {
  readonly logLikelihood: number;
  /** `[columns]`. */
  readonly gradient: Float64Array;
  /** Lower triangle of minus the second derivatives, row by row. */
  readonly information: readonly Float64Array[];
}

/** Sums over a set of rows of the hazard, hazard · x and, where `second` is asked for, hazard · x xᵀ. */
interface Sums {
  total: number;
  readonly first: Float64Array;
  readonly second: readonly Float64Array[];
}

export function coxLogLikelihood(rows: CoxRows, weights: Float64Array): number {
  const { eta, hazard } = hazardsOf(rows, weights);
  let [sum, atRisk, start] = [0, 0, 0];
  for (const end of rows.groupEnds) {
    let [tied, deaths] = [0, 0];
    for (let i = start; i < end; i++) {
      atRisk += hazard[i] as number;
      if (rows.event[i] === 0) continue;
      tied += hazard[i] as number;
      deaths += 1;
      sum += eta[i] as number;
    }
    for (let l = 0; l < deaths; l++) sum -= Math.log(atRisk - shareOff(rows, l, deaths) * tied);
    start = end;
  }
  return sum;
}

export function coxDerivatives(rows: CoxRows, weights: Float64Array): CoxDerivatives {
  const { columns, event } = rows;
  const { hazard } = hazardsOf(rows, weights);
  const gradient = new Float64Array(columns);
  const information = triangle(columns);
  const all = noSums(columns);
  let start = 0;
  for (const end of rows.groupEnds) {
    const tied = noSums(columns);
    let deaths = 0;
    for (let i = start; i < end; i++) {
      const x = rows.x.subarray(i * columns, (i + 1) * columns);
      addRow(all, x, hazard[i] as number);
      if (event[i] === 0) continue;
      addRow(tied, x, hazard[i] as number);
      deaths += 1;
      for (let k = 0; k < columns; k++) gradient[k] = (gradient[k] as number) + (x[k] as number);
    }
    for (let l = 0; l < deaths; l++) {
      takeEvent({ all, tied, off: shareOff(rows, l, deaths) }, gradient, information);
    }
    start = end;
  }
  return { logLikelihood: coxLogLikelihood(rows, weights), gradient, information };
}

/** Share of the tied events that is off the risk set of event number `l` of `deaths`. */
export function shareOff({ ties }: Pick<CoxRows, 'ties'>, l: number, deaths: number): number {
  return ties === 'efron' ? l / deaths : 0;
}

/** Mean and covariance of x over the risk set, by hazard: off the gradient, on the information. */
function takeEvent(
  { all, tied, off }: { readonly all: Sums; readonly tied: Sums; readonly off: number },
  gradient: Float64Array,
  information: readonly Float64Array[],
): void {
  const total = all.total - off * tied.total;
  const mean = all.first.map((one, k) => (one - off * (tied.first[k] as number)) / total);
  information.forEach((row, a) => {
    const [every, some, at] = [all.second[a], tied.second[a], mean[a] as number];
    if (every === undefined || some === undefined) return;
    gradient[a] = (gradient[a] as number) - at;
    for (let c = 0; c <= a; c++) {
      const second = ((every[c] as number) - off * (some[c] as number)) / total;
      row[c] = (row[c] as number) + second - at * (mean[c] as number);
    }
  });
}

/** Log hazards, less their greatest, so that no exponential overflows; a shift changes no likelihood. */
function hazardsOf(
  { rows, columns, x }: CoxRows,
  weights: Float64Array,
): { readonly eta: Float64Array; readonly hazard: Float64Array } {
  const eta = new Float64Array(rows);
  let greatest = -Infinity;
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += (x[i * columns + k] as number) * (weights[k] as number);
    eta[i] = sum;
    greatest = Math.max(greatest, sum);
  }
  for (let i = 0; i < rows; i++) eta[i] = (eta[i] as number) - greatest;
  return { eta, hazard: eta.map(Math.exp) };
}

function addRow(sums: Sums, x: Float64Array, hazard: number): void {
  sums.total += hazard;
  for (let a = 0; a < x.length; a++) {
    const part = hazard * (x[a] as number);
    sums.first[a] = (sums.first[a] as number) + part;
    const row = sums.second[a] as Float64Array;
    for (let c = 0; c <= a; c++) row[c] = (row[c] as number) + part * (x[c] as number);
  }
}

function noSums(columns: number): Sums {
  return { total: 0, first: new Float64Array(columns), second: triangle(columns) };
}

function triangle(columns: number): Float64Array[] {
  return Array.from({ length: columns }, (_, row) => new Float64Array(row + 1));
}
