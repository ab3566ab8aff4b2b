/**
 * What a downstream model is made of, apart from its weights: an encoder where it is trained, the fusion, the head, a
 * constraint on fairness, and the columns that they read.
 */
import { UserError } from '../../../core/errors.js';
import { parseOrThrow } from '../../../core/validate.js';
import { Builder } from '../../../ir/builder.js';
import type { Value } from '../../../ir/graph.js';
import type { Architecture } from '../../../nn/architecture.js';
import type { FusionPlan } from '../../fusion/fusion.js';
import { fusionPlan } from '../../fusion/index.js';
import type { Head, HeadContext, HeadPlan } from '../../head.js';
import { checkHeadGraph, headGraph } from '../../head-graph.js';
import type { DownstreamTask } from '../../task-file.js';
import type { FairnessPlan } from './fairness-term.js';
import type { ScanInputs } from '../rows.js';
import type { Part } from './standardise.js';

/** Columns of each part; 0 where the model has no such part. */
export type Columns = Readonly<Record<Part, number>>;

/** An encoder that is trained with the rest. */
export interface TrainedEncoder {
  readonly architecture: Architecture;
  readonly early?: boolean;
  readonly shape: ScanInputs['shape'];
  /** True if batch norm uses and updates the statistics of batches. */
  readonly ofBatch: boolean;
}

export interface ModelPlan {
  readonly encoder?: TrainedEncoder;
  readonly fusion: FusionPlan;
  readonly head: HeadPlan;
  readonly columns: Columns;
  /** Columns that the head reads. */
  readonly width: number;
  /** How many of the last of them are of the encoder's first stage: no fusion reads these. */
  readonly early: number;
  readonly fairness?: FairnessPlan;
}

export interface ModelKind {
  readonly task: DownstreamTask;
  readonly head: Head;
}

/** The plan of a model that is learned from these targets. */
export function modelPlan(
  { task, head }: ModelKind,
  columns: Columns,
  context: Omit<HeadContext, 'features'>,
): ModelPlan {
  const fusion = fusionPlan(task.fusion);
  const { early = 0 } = context;
  const width = fusedWidth(fusion, { ...columns, features: columns.features - early }) + early;
  const options = parseOrThrow(head.options, task.head.options, `options of head ${head.name}`);
  const plan = head.plan(options, { ...context, features: width });
  checkHeadGraph(head.name, plan, headGraph(plan, 2, width, true));
  return { fusion, head: plan, columns, width, early };
}

/** Columns that the model reads of the parts that rows have: without fusion, the scan's features alone where there are any. */
export function columnsRead({ fusion, name }: DownstreamTask, offered: Columns): Columns {
  if (offered.features + offered.covariates === 0) {
    throw new UserError({
      subject: `task ${name}`,
      problem: 'rows bring neither features of scans nor covariates',
      fix: 'give an encoder with --encoder, or columns x_… in the manifest',
    });
  }
  const alone = fusion.name === 'none' && offered.features > 0;
  return alone ? { ...offered, covariates: 0 } : offered;
}

function fusedWidth(fusion: FusionPlan, columns: Columns): number {
  const builder = new Builder();
  const part = (name: Part): Record<string, Value> =>
    columns[name] === 0 ? {} : { [name]: builder.input(name, [2, columns[name]]) };
  return fusion.fuse(builder, { ...part('features'), ...part('covariates') }).fused.shape[1] ?? 0;
}
