/**
 * What the page, the report and the server exchange: plain JSON, the same for all three. Types only, so that the page's
 * bundle holds nothing of the store.
 */
import type { Status } from '../../api/status.js';
import type { CandidateStatus, Mutation, Provenance, Purpose } from '../../core/records.js';
import type { Json } from '../../core/json.js';

/** A mean or a share with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly interval: readonly [number, number] | null;
}

/** One evaluation on the timeline; `end` in seconds since the experiment was created. */
export interface TimelineSpan {
  readonly worker: string;
  /** Place among the evaluations that the worker did at once, from 0. */
  readonly slot: number;
  readonly processorClass: string | null;
  readonly number: number;
  readonly purpose: Purpose;
  readonly end: number;
  readonly seconds: number;
}

/** `GET /api/summary`. */
export interface SummaryView {
  readonly databases: readonly {
    readonly index: number;
    readonly path: string;
    readonly experiments: readonly string[];
  }[];
  /** What the user should know of the database's file, a line each. */
  readonly remarks: readonly string[];
  /** What `voxolve status --json` prints is made of it. */
  readonly status: Status;
  readonly progress: {
    readonly done: number;
    readonly wanted: number;
    /** Seconds that the rest will take at the pace so far; null where that cannot be told. */
    readonly secondsLeft: number | null;
    readonly secondsSpent: number;
  };
  /** The newest spans, oldest first, at most 2,000. */
  readonly timeline: readonly TimelineSpan[];
  /** Who waits for whom: a candidate not decided yet, and the unfinished one that its decision rests on. */
  readonly stalls: readonly { readonly number: number; readonly waitsFor: number; readonly reason: string }[];
}

/**
 * What the server adds to candidates and lineage, so that a page need not read 100,000 rows whenever one changed. The page
 * asks again with `?since=VERSION`, the `version` of the answer before, and merges: rows by number, genes by name, their
 * levels and the operators by what they are called, since indices hold within one answer only.
 */
export interface Changes {
  readonly version: number;
  /** All rows that changed since this version are given; null: all rows, which replace those held before. */
  readonly since: number | null;
}

/** `GET /api/candidates`: columns, since 100,000 rows of objects weigh too much. All arrays have one entry per candidate. */
export interface CandidatesView {
  /** Absent in reports. */
  readonly changes?: Changes;
  readonly numbers: readonly number[];
  readonly rungs: readonly number[];
  readonly statuses: readonly CandidateStatus[];
  readonly scores: readonly (number | null)[];
  readonly params: readonly (number | null)[];
  readonly macs: readonly (number | null)[];
  readonly latencies: readonly (number | null)[];
  readonly seconds: readonly (number | null)[];
  /** By gene (places in lists stand as `[]`), each candidate's value: a number, or an index into `levels`; null: it has no such gene. */
  readonly genes: readonly {
    readonly name: string;
    /** Null for numbers. */
    readonly levels: readonly string[] | null;
    readonly values: readonly (number | null)[];
  }[];
}

/** `GET /api/lineage`: columns as above, `?since=VERSION` as above. */
export interface LineageView {
  /** Absent in reports. */
  readonly changes?: Changes;
  readonly numbers: readonly number[];
  /** Number of the candidate that each was mutated or promoted from; null: a founder. */
  readonly parents: readonly (number | null)[];
  /** The second parent of a crossover. */
  readonly others: readonly (number | null)[];
  readonly roles: readonly (string | null)[];
  /** 0: a founder; a promotion keeps its parent's. */
  readonly generations: readonly number[];
  readonly scores: readonly (number | null)[];
  /** Score less the parent's at the same rung; null where one of them has none. */
  readonly gains: readonly (number | null)[];
  /** Index into `operators` of the mutation; null: none, or several. */
  readonly operator: readonly (number | null)[];
  /** Of the whole search, also where only changed rows are given; the same for `winnerPath`. */
  readonly operators: readonly {
    readonly kind: string;
    readonly gene: string;
    readonly trials: number;
    readonly successes: number;
    readonly rate: Estimate;
    readonly meanGain: Estimate;
  }[];
  /** Numbers from the founder to the winner, or to the highest score until it is known. */
  readonly winnerPath: readonly number[];
}

/** `GET /api/genes`. */
export interface GenesView {
  readonly genes: readonly {
    readonly gene: string;
    /** Share of the scores' variance between values (eta squared). */
    readonly explained: Estimate;
    readonly values: readonly {
      readonly value: Json;
      readonly candidates: number;
      readonly mean: Estimate;
    }[];
  }[];
}

/** `GET /api/trust`: pairs behind the correlations of `status.trust`, and how sure the order of the best is. */
export interface TrustView {
  readonly pairs: readonly {
    readonly number: number;
    readonly score: number;
    readonly full: number | null;
    readonly probe: number | null;
    readonly params: number | null;
  }[];
  readonly reports: Status['trust'];
  /** The best by their search score, with the spread of their repetitions and the share of bootstrap draws in which each comes first. */
  readonly top: readonly {
    readonly number: number;
    readonly searchScore: number;
    readonly scores: readonly number[];
    readonly mean: Estimate | null;
    readonly firstShare: number | null;
  }[];
  /** Standard deviation of scores over seeds of one genome; null where no genome was trained twice. */
  readonly rankNoise: number | null;
  /** Half the width of the 95 % interval of a single gain, which this noise makes; null as above. */
  readonly gainMargin: number | null;
}

/** A layer of the encoder; sums of residual blocks and cells are rows of the kind `add`, or `add, relu` with what follows. */
export interface LayerRow {
  readonly name: string;
  readonly kind: string;
  /** Of its output: `[C, D, H, W]`. */
  readonly shape: readonly number[];
  readonly params: number;
  /** Multiply-accumulates of one sample. */
  readonly macs: number;
  /** Indices of the layers that it reads; empty: the network's input, which is −1 where it is read along with layers. */
  readonly inputs: readonly number[];
}

/** A line of a plot; null where a value was not a number. */
export interface CurveLine {
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly (number | null)[];
}

/** `GET /api/candidates/NUMBER`. */
export interface CandidateView {
  readonly number: number;
  readonly status: CandidateStatus;
  readonly rung: number;
  readonly score: number | null;
  readonly genome: Json;
  readonly layers: readonly LayerRow[] | null;
  /** Why the layers could not be drawn; null where they are. */
  readonly layersProblem: string | null;
  /** Of encoder and head, MACs of one batch forward; `trainingBytes`, the predicted peak, is null where the layers are. */
  readonly cost: {
    readonly params: number;
    readonly macs: number;
    readonly trainingBytes: number | null;
  } | null;
  /** Milliseconds. `measuredOverPredicted`: median, and what one in ten lies below and above, of encoders that were measured. */
  readonly latency: {
    readonly predicted: number | null;
    readonly limit: number | null;
    readonly measuredOverPredicted: {
      readonly median: number;
      readonly low: number;
      readonly high: number;
    } | null;
  };
  readonly evaluations: readonly {
    readonly purpose: Purpose;
    readonly rung: number;
    readonly seed: number;
    readonly steps: number;
    readonly status: string;
    readonly score: number | null;
    readonly ended: string | null;
    readonly seconds: number;
    readonly peakBytes: number | null;
    readonly engine: string;
    readonly device: string;
    readonly worker: string | null;
    readonly processorClass: string | null;
    readonly error: string | null;
    readonly attempts: number;
    readonly curves: readonly CurveLine[];
    readonly probes: readonly {
      readonly name: string;
      readonly value: number | null;
      readonly low: number | null;
      readonly high: number | null;
    }[];
    readonly inherited: {
      readonly from: number;
      readonly tensors: Readonly<Record<string, Provenance>>;
    } | null;
  }[];
  readonly parent: { readonly number: number; readonly role: string; readonly score: number | null } | null;
  readonly mutations: readonly Mutation[];
  readonly children: readonly number[];
  /** Founder first, the candidate last. */
  readonly path: readonly number[];
  /** Shell command that exports it. */
  readonly exportCommand: string;
}

/** `GET /api/candidates/NUMBER/why`: the decision, derived anew from the log. */
export interface WhyView {
  readonly number: number;
  /** True where the decision derived anew is the recorded one: genome, rung, parents and mutations. */
  readonly agrees: boolean;
  readonly strategy: string;
  /** Key of the generator that the decision drew from. */
  readonly generatorKey: readonly (string | number)[];
  /** Numbers of which the results were used, or all below the given one. */
  readonly needs:
    | { readonly kind: 'all below'; readonly end: number }
    | { readonly kind: 'these'; readonly numbers: readonly number[] };
  /** Those compared for parenthood, best first; null where the strategy holds none. */
  readonly tournament:
    readonly { readonly number: number; readonly score: number | null; readonly chosen: boolean }[] | null;
  /** Proposals that the experiment's constraints refused before this one, at most 200. */
  readonly refused: readonly { readonly kind: string; readonly path: string; readonly reason: string }[];
  /** In plain words, one sentence each. */
  readonly steps: readonly string[];
}

/** `GET /api/scans`. Pictures are fetched one by one: `GET /api/scans/INDEX.png`, `GET /api/batches/INDEX.png`. */
export interface ScansView {
  /** Null where the scans can be opened; else why not (moved, absent). */
  readonly problem: string | null;
  readonly scans: readonly {
    readonly index: number;
    readonly name: string;
    readonly patient: string | null;
    readonly split: 'training' | 'held out';
    readonly shape: readonly number[];
  }[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** Samples of the proxy task: the question as a picture, the answer in words. */
  readonly batches: readonly {
    readonly index: number;
    readonly caption: string;
    readonly answer: string;
    /** True where answer and prediction are pictures too: `GET /api/batches/INDEX/answer.png`, `…/prediction.png`. */
    readonly hasPictures: boolean;
  }[];
}

/** `GET /api/predictions`: what the winner, or the best until it is known, answers to the samples of `ScansView.batches`. */
export interface PredictionsView {
  readonly candidate: number | null;
  /** Why there are none, and how to get them; null where there are. */
  readonly problem: string | null;
  readonly predictions: readonly {
    readonly index: number;
    readonly text: string;
    /** Of how many of the `asked` questions the answer is right; null where it is voxels. */
    readonly right: number | null;
    readonly asked: number;
  }[];
}

/** `GET /api/runs`: fine-tuning and explanation reports beside the database. */
export interface RunsView {
  readonly runs: readonly {
    readonly name: string;
    readonly kind: string;
    readonly metrics: readonly { readonly name: string; readonly value: Estimate; readonly split: string }[];
    readonly notes: readonly string[];
  }[];
}
