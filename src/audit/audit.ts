/**
 * The shortcut audit of a proxy task on a set of scans: a verdict per trap, with its figure and interval.
 *
 * A check passes where its interval reaches down to its limit: what is found may be chance. The one exception is
 * the planted leak, which must be found: an audit that misses it proves nothing.
 */
import type { Rng } from '../core/random.js';
import { present } from '../core/errors.js';
import { differenceOf, type Estimate, type Interval } from '../core/statistics/intervals.js';
import type { Engine } from '../engines/engine.js';
import type { TrainingOptions } from '../pretrain/options.js';
import type { ScanSet } from '../scans/sampling/scan-set.js';
import type { TaskPlan } from '../tasks/task.js';
import { keeping, planted } from './alterations.js';
import { networkProbe } from './network-probe.js';
import { nullKinds, nullScans, type NullKind } from '../scans/altered/null-scans.js';
import { weakProbe, type Figure } from './weak-probe.js';

export interface Check {
  readonly name: string;
  /** The quantity that was measured, in words. */
  readonly what: string;
  readonly figure: number;
  readonly ci95: Interval;
  /** The limit with which the figure is compared. */
  readonly limit: number;
  readonly passed: boolean;
}

export interface AuditOptions {
  readonly set: ScanSet;
  readonly plan: TaskPlan;
  readonly training: TrainingOptions;
  readonly engine: Engine;
  readonly device: string;
  readonly threads: number;
  readonly rng: Rng;
  /** Questions that a weak classifier learns from, and is tested on. */
  readonly questions: { readonly learn: number; readonly test: number };
  readonly onCheck?: (check: Check) => void;
}

/** Above chance by less than this is no shortcut worth a search's while; as a share of what there is to gain. */
const tolerance = 0.02;
/**
 * Statistics of real scans and the outline of a body tell something of anatomy; more than this share of what there is
 * to gain is too much.
 */
const weakTolerance = 0.25;

export async function audit(options: AuditOptions): Promise<readonly Check[]> {
  const checks: Check[] = [];
  const add = (check: Check): void => {
    checks.push(check);
    options.onCheck?.(check);
  };
  add(unseenPatients(options.set));
  if (options.plan.questions !== undefined) {
    for (const kind of nullKinds) add(nullStatistics(options, kind));
    add(plantedLeak(options));
    add(weakStatistics(options));
  }
  for (const kind of kindsForNetwork(options.plan)) add(await nullNetwork(options, kind));
  add(await borderAgainstInterior(options));
  return checks;
}

/** Contrastive tasks may tell crops of noise apart, and smooth noise can be filled in: neither is a shortcut. */
function kindsForNetwork(plan: TaskPlan): readonly NullKind[] {
  if (plan.questions !== undefined) return ['noise', 'shuffled'];
  return plan.metric === 'explained' ? ['noise', 'constant'] : ['constant'];
}

/** Parts that a question shows to the encoder. */
const partsOf = ({ plan, training }: AuditOptions): number => plan.encoderInput[0] / training.batch;

const above = (chance: number, share: number): number => chance + share * (1 - chance);
/** Chance of a single question, which weak classifiers answer; the score of a mixture of tasks is another scale. */
const chanceOf = ({ questions }: TaskPlan): number =>
  1 / present(questions, 'a task that asks for classes').classes;

function atMost(name: string, what: string, { figure, ci95 }: Figure, limit: number): Check {
  return { name, what, figure, ci95, limit, passed: ci95[0] <= limit };
}

function nullLimit(chance: number, kind: NullKind): number {
  return above(chance, kind === 'shuffled' ? weakTolerance : tolerance);
}

function shown(kind: NullKind): string {
  return kind === 'shuffled' ? 'shuffled tissue, of which the outline is left' : 'scans without anatomy';
}

function unseenPatients({ volumes }: ScanSet): Check {
  const train = new Set(volumes.filter(({ split }) => split === 'train').map(({ patient }) => patient));
  const shared = new Set(
    volumes
      .filter(({ split, patient }) => split === 'validation' && train.has(patient))
      .map(({ patient }) => patient),
  ).size;
  const what = 'patients with scans on both sides of the split';
  return {
    name: 'unseen patients',
    what,
    figure: shared,
    ci95: [shared, shared],
    limit: 0,
    passed: shared === 0,
  };
}

function nullStatistics(options: AuditOptions, kind: NullKind): Check {
  const { plan, training, questions } = options;
  const rng = options.rng.split('statistics', kind);
  const set = nullScans(options.set, kind, rng, partsOf(options));
  const found = weakProbe({ set, plan, batch: training.batch, rng }, questions);
  return atMost(
    `null: ${kind}, statistics`,
    `weak classifier on ${shown(kind)}`,
    found,
    nullLimit(chanceOf(plan), kind),
  );
}

async function nullNetwork(options: AuditOptions, kind: NullKind): Promise<Check> {
  const rng = options.rng.split('network', kind);
  const found = await networkProbe({
    ...options,
    set: nullScans(options.set, kind, rng, partsOf(options)),
    rng,
  });
  const limit = nullLimit(options.plan.chance, kind);
  return atMost(`null: ${kind}, network`, `small network on ${shown(kind)}`, found, limit);
}

/** The leak is put into noise, where there is nothing else to find. */
function plantedLeak(options: AuditOptions): Check {
  const { plan, training, questions } = options;
  const rng = options.rng.split('planted');
  const set = nullScans(options.set, 'noise', rng, partsOf(options));
  const alter = planted(plan, training.batch);
  const { figure, ci95 } = weakProbe({ set, plan, batch: training.batch, rng, alter }, questions);
  const limit = above(chanceOf(plan), weakTolerance);
  const what = 'weak classifier where the answer was written onto faces; must be found';
  return { name: 'planted leak is caught', what, figure, ci95, limit, passed: ci95[0] > limit };
}

function weakStatistics(options: AuditOptions): Check {
  const { set, plan, training, questions } = options;
  const rng = options.rng.split('weak');
  const found = weakProbe({ set, plan, batch: training.batch, rng }, questions);
  const what = 'weak classifier on moments, faces and seams of real scans';
  return atMost('weak statistics', what, found, above(chanceOf(plan), weakTolerance));
}

/** Borders are where edges continue and padding shows; what a task teaches should not be found there rather than inside. */
async function borderAgainstInterior(options: AuditOptions): Promise<Check> {
  const { plan } = options;
  const [, , ...size] = plan.encoderInput;
  // As much volume on either side, as nearly as whole voxels allow.
  const width = Math.max(1, Math.round(Math.min(...size) * 0.1));
  const of = (what: 'border' | 'interior') =>
    networkProbe({ ...options, rng: options.rng.split('border'), alter: keeping(what, plan, width) });
  const [border, interior] = [await of('border'), await of('interior')];
  const difference: Figure = {
    figure: border.figure - interior.figure,
    ci95: differenceOf(estimateOf(border), estimateOf(interior)),
  };
  const what = `score from the outer ${width} voxels (${border.figure.toFixed(3)}) less that from the rest (${interior.figure.toFixed(3)})`;
  return atMost('border against interior', what, difference, tolerance * (1 - plan.chance));
}

const estimateOf = ({ figure: value, ci95: interval }: Figure): Estimate => ({ value, interval });
