/**
 * The leak meter: how well a sensitive attribute, a site or a scanner can be read from what a model sees of a scan.
 *
 * A linear reader (logistic regression with a ridge) learns the attribute from the features of some patients and is asked
 * about the others. What it can read, a model on these features may use, whether or not it does; what it cannot read may
 * still be there in a form that a linear reader misses.
 *
 * Source: Gichoya et al., "AI recognition of patient race in medical imaging", Lancet Digital Health 2022; Glocker et al.,
 * "Algorithmic encoding of protected characteristics in chest X-ray disease detection models", eBioMedicine 2023.
 */
import type { Rng } from '../../core/random.js';
import type { Tensor } from '../../core/tensor.js';
import type { OutcomeTable } from '../../metrics/outcome-table.js';
import { logOdds, ridgeLogistic } from './ridge-logistic.js';

export interface LeakRows {
  /** What is read from: frozen features, or encoded covariates `[N, F]`. */
  readonly features: Tensor;
  /** The attribute of each row; null: unknown, such rows are left out. */
  readonly groups: readonly (string | null)[];
  readonly patients: readonly string[];
}

/** Answers of the reader for patients that it did not learn from, or why there are none. */
export type LeakReading =
  | { readonly table: OutcomeTable; readonly leftOut: readonly string[] }
  | { readonly refused: string; readonly leftOut: readonly string[] };

export interface LeakOptions {
  readonly folds?: number;
  /** On half the squared weights, beside a sum over rows, in units of standardised features. */
  readonly ridge?: number;
}

/**
 * Reads the attribute of each patient by readers that learned from the others. Values of the attribute that fewer patients
 * have than there are folds are left out, since some reader would not know them.
 */
export function readAttribute(rows: LeakRows, rng: Rng, options: LeakOptions = {}): LeakReading {
  const { folds = 5, ridge = 1 } = options;
  const known = rows.groups.flatMap((group, row) => (group === null ? [] : [row]));
  const patientsOf = new Map<string, Set<string>>();
  for (const row of known) {
    const [group, patient] = [rows.groups[row] ?? '', rows.patients[row] ?? ''];
    patientsOf.set(group, (patientsOf.get(group) ?? new Set()).add(patient));
  }
  const names = [...patientsOf.keys()].sort();
  const kept = names.filter((name) => (patientsOf.get(name)?.size ?? 0) >= folds);
  const leftOut = names.filter((name) => !kept.includes(name));
  if (kept.length < 2) {
    const sizes = names.map((name) => `${name}: ${patientsOf.get(name)?.size ?? 0}`).join(', ');
    return {
      refused: `needs two values that ${folds} patients each have (patients: ${sizes || 'none'})`,
      leftOut,
    };
  }
  const used = known.filter((row) => kept.includes(rows.groups[row] ?? ''));
  const labels = used.map((row) => kept.indexOf(rows.groups[row] ?? ''));
  const patients = used.map((row) => rows.patients[row] ?? '');
  const foldOf = patientFolds(patients, labels, folds, rng);
  const features = used.map((row) => rowOf(rows.features, row));
  const probabilities = crossRead(features, labels, foldOf, { classes: kept.length, ridge });
  const outcome = { kind: 'classes', names: kept, labels, probabilities } as const;
  return { table: { patients, folds: foldOf, outcome }, leftOut };
}

/** Probabilities `[N][K]` of each row by the reader that did not learn from its fold. */
function crossRead(
  features: readonly Float64Array[],
  labels: readonly number[],
  folds: readonly number[],
  { classes, ridge }: { readonly classes: number; readonly ridge: number },
): number[][] {
  const probabilities = labels.map((): number[] => []);
  for (const fold of new Set(folds)) {
    const learnt = folds.flatMap((one, i) => (one === fold ? [] : [i]));
    const scaled = standardise(features, learnt);
    const rows = learnt.map((i) => scaled[i] as Float64Array);
    // Of two classes one reader answers for both; of more, each class is read against the rest.
    const models = Array.from({ length: classes === 2 ? 1 : classes }, (_, k) => {
      const positive = learnt.map((i) => labels[i] === (classes === 2 ? 1 : k));
      return ridgeLogistic(rows, positive, ridge);
    });
    folds.forEach((one, i) => {
      if (one !== fold) return;
      const shares = models.map((model) => 1 / (1 + Math.exp(-logOdds(model, scaled[i] as Float64Array))));
      const total = shares.reduce((sum, share) => sum + share, 0);
      const [first = 0] = shares;
      probabilities[i] = classes === 2 ? [1 - first, first] : shares.map((share) => share / total);
    });
  }
  return probabilities;
}

/** All rows, each feature at mean 0 and deviation 1 over the rows named; constant ones become 0. */
function standardise(features: readonly Float64Array[], over: readonly number[]): Float64Array[] {
  const width = features[0]?.length ?? 0;
  const mean = new Float64Array(width);
  const square = new Float64Array(width);
  for (const i of over)
    features[i]?.forEach((value, j) => (mean[j] = (mean[j] as number) + value / over.length));
  for (const i of over) {
    features[i]?.forEach((value, j) => {
      square[j] = (square[j] as number) + (value - (mean[j] as number)) ** 2 / over.length;
    });
  }
  const scale = square.map((variance, j) =>
    variance > 1e-12 * Math.max(1e-12, (mean[j] as number) ** 2) ? 1 / Math.sqrt(variance) : 0,
  );
  return features.map((row) => row.map((value, j) => (value - (mean[j] as number)) * (scale[j] as number)));
}

/** Folds 0, 1, … of rows: those of a patient stay together, and each value's patients are spread evenly. */
function patientFolds(
  patients: readonly string[],
  labels: readonly number[],
  folds: number,
  rng: Rng,
): number[] {
  const labelOf = new Map(patients.map((patient, row) => [patient, labels[row] ?? 0]));
  const byLabel = [...new Set(labels)].sort((a, b) => a - b);
  const order = byLabel.flatMap((label) => {
    const own = [...labelOf.keys()].filter((patient) => labelOf.get(patient) === label).sort();
    return rng.split('folds', label).shuffle(own);
  });
  const foldOf = new Map(order.map((patient, place) => [patient, place % folds]));
  return patients.map((patient) => foldOf.get(patient) ?? 0);
}

function rowOf({ shape: [, columns = 0], data }: Tensor, row: number): Float64Array {
  return Float64Array.from(data.subarray(row * columns, (row + 1) * columns));
}
