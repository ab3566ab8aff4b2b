/** What the process that measures latency is asked, and what it answers. */
import type { Architecture } from '../nn/architecture.js';
import type { EncoderInput } from '../pretrain/latency.js';

export interface Where {
  readonly engine: string;
  readonly device: string;
}

export type LatencySetting = Where & { readonly threads: number; readonly input: EncoderInput };

export type LatencyQuestion = LatencySetting & {
  readonly architectures: readonly Architecture[];
  /** After which no further encoder is visited. */
  readonly seconds: number;
};

/** Milliseconds of the first ones, as far as time allowed. */
export type LatencyAnswer = { readonly milliseconds: readonly number[] } | { readonly error: string };
