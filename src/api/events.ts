/**
 * Events of the use cases: plain records, for a program to show or to ignore. Listening changes nothing.
 */
import type { EngineChoice } from '../calibration/engine-choice.js';
import type { FleetEvent } from '../fleet/coordinator/events.js';
import type { Report } from '../pretrain/pretrain.js';
import type { ScanReport } from '../scans/load.js';
import type { StudyEvent } from '../study/index.js';
import type { AuditStatus } from './auditing/audit-status.js';
import type { LatencyLimit } from './searching/stored-latency.js';
import type { WorkerCount } from './searching/worker-count.js';

/** Reported while databases are opened and scans are read. */
export type SourceEvent =
  /** Something that the user should know of a database's file. */
  | { readonly kind: 'database remark'; readonly database: string; readonly remark: string }
  /** `done` of `total` scans are read; `name` is the next one. */
  | { readonly kind: 'reading scans'; readonly done: number; readonly total: number; readonly name: string }
  /** All scans are read: what was used and what was not. */
  | {
      readonly kind: 'scans read';
      readonly folder: string;
      /** True if the folder holds generated volumes. */
      readonly phantoms: boolean;
      readonly report: ScanReport;
      /** Patients by side of the split. */
      readonly patients: { readonly train: number; readonly validation: number };
    }
  /** The labelled scans that candidates are scored by, and what was kept from the search. */
  | {
      readonly kind: 'objective read';
      readonly manifest: string;
      readonly metric: string;
      readonly folds: number;
      /** Labelled scans, their crops and their patients. */
      readonly rows: number;
      readonly crops: number;
      readonly patients: number;
      /** Labelled scans that cannot be used. */
      readonly unusable: readonly { readonly path: string; readonly reason: string }[];
      /** Patients set aside for the final test, and their scans among the unlabeled ones, which were left out. */
      readonly test: { readonly patients: number; readonly scans: number };
      readonly remarks: readonly string[];
    }
  /** The labelled crops that features will be probed with. */
  | {
      readonly kind: 'labelled crops read';
      readonly crops: number;
      readonly classes: number;
      readonly patients: number;
    };

/** Reported by `search` and `resume`. */
export type SearchEvent =
  | SourceEvent
  | StudyEvent
  | FleetEvent
  /** The search is about to begin or to go on: where, and how many candidates are trained at once. */
  | {
      readonly kind: 'prepared';
      readonly choice: Pick<EngineChoice, 'engine' | 'device' | 'reason'>;
      readonly workers: WorkerCount;
      readonly database: string;
      /** Candidates wanted. */
      readonly candidates: number;
      readonly metric: string;
      /** The metric of a model that knows nothing. */
      readonly chance: number;
      /** Trainings of the highest scores that follow the last candidate. */
      readonly repetitions: number;
    }
  /** Encoders are being measured, for the limit on latency. */
  | { readonly kind: 'measuring latency'; readonly engine: string; readonly device: string }
  /** The limit on latency in milliseconds, and what it is judged by. */
  | ({ readonly kind: 'latency model' } & LatencyLimit)
  | { readonly kind: 'audit'; readonly status: AuditStatus }
  /** Event files for TensorBoard could not be written; the search goes on, and the next evaluation tries again. */
  | { readonly kind: 'event files not written'; readonly folder: string; readonly problem: string }
  /** Workers stand on several devices. */
  | {
      readonly kind: 'device groups';
      readonly groups: readonly { readonly name: string; readonly workers: number }[];
    }
  /** Another version began the search, and so many of its decisions, derived anew, are as recorded. */
  | {
      readonly kind: 'other version';
      readonly began: string;
      readonly here: string;
      readonly decisions: number;
    }
  /** The search began on a processor of another name. */
  | { readonly kind: 'other processor'; readonly began: string; readonly here: string };

/** Reported by `pretrain`. */
export type PretrainEvent =
  | SourceEvent
  /** Training begins, after `from.step` steps where it goes on from a checkpoint. */
  | {
      readonly kind: 'training';
      readonly engine: string;
      readonly device: string;
      readonly metric: string;
      readonly chance: number;
      /** Steps in all. */
      readonly steps: number;
      readonly from: CurvesSoFar | null;
    }
  | { readonly kind: 'step'; readonly report: Report }
  /** A federation is simulated next; steps are counted as one site's that takes part in every round. */
  | {
      readonly kind: 'federation';
      readonly sites: readonly { readonly name: string; readonly patients: number }[];
      readonly rounds: number;
      readonly localSteps: number;
      readonly algorithm: string;
    }
  /** Training on all scans together is next, which the federation is compared with. */
  | { readonly kind: 'pooled' };

/** Reported by `finetune`. */
export type FinetuneEvent =
  | SourceEvent
  /** The manifest is read: rows and patients by split, and what a user should know. */
  | {
      readonly kind: 'cohort read';
      readonly rows: number;
      readonly patients: number;
      readonly remarks: readonly string[];
    }
  /** Rows that are left out, since their scans cannot be used. */
  | { readonly kind: 'rows left out'; readonly rows: readonly string[] }
  /** Fitting begins, or goes on. */
  | {
      readonly kind: 'fitting';
      readonly engine: string;
      readonly device: string;
      readonly workers: number;
      readonly encoder: string | null;
    }
  /** `done` of `total` scans went through the frozen encoder. */
  | { readonly kind: 'features'; readonly done: number; readonly total: number; readonly encoder: string }
  /** `done` of `total` fits are finished; `name` is the last one, empty before the first. */
  | { readonly kind: 'fits'; readonly done: number; readonly total: number; readonly name: string };

export interface CurvesSoFar {
  readonly step: number;
  /** Training loss by step. */
  readonly losses: readonly number[];
  /** The metric on held-out patients, by validation. */
  readonly scores: readonly number[];
}

/** A listener, and a signal that ends the run: what is under way is left for the next run, and nothing is lost. */
export interface RunOptions<Event> {
  readonly onEvent?: ((event: Event) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type Listener<Event> = (event: Event) => void;
