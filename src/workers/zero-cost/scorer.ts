/**
 * Zero-cost scores for a strategy, which asks for them in the middle of a decision: a thread computes, the caller waits.
 *
 * Decisions are synchronous (src/search/strategy.ts) and the engine is not; so the scores come from a thread of their own,
 * started with the first question. Every genome is scored once, always by the onnx engine on the CPU with one thread: the
 * same experiment decides alike wherever its candidates are trained.
 */
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import type { Genome } from '../../core/records.js';
import { UserError, type ErrorDetails } from '../../core/errors.js';
import { hashJson } from '../../core/hash.js';
import type { CodeRecord } from '../../experiment/code-record.js';
import type { Experiment } from '../../experiment/schema.js';
import { zeroCostNames } from '../../pretrain/zero-cost.js';
import type { ZeroCostScorer } from '../../search/zero-cost.js';

export interface ScorerSetting {
  readonly experiment: Experiment;
  /** Channels of the scans. */
  readonly channels: number;
  /** The user's own code. */
  readonly code: CodeRecord;
}

export interface ScorerSetup extends ScorerSetting {
  readonly port: MessagePort;
  /** Counts the answers, for the caller to wait on. */
  readonly answered: Int32Array;
}

export interface Question {
  readonly name: string;
  readonly genome: Genome;
}

export type Answer =
  { readonly score: number } | { readonly error: string } | { readonly details: ErrorDetails };

/** More than any score takes, in milliseconds: a thread that answers later than this is broken. */
const PATIENCE = 10 * 60_000;

/** Scores of one setting by name and genome, kept by who may ask again after the scorer was closed. */
export type KnownScores = Map<string, number>;

/** `entry`: the compiled thread; tests that run from sources name the one in dist. `known` is read and extended. */
export function createScorer(
  setting: ScorerSetting,
  entry = new URL('./scorer-thread.js', import.meta.url),
  known: KnownScores = new Map(),
): ZeroCostScorer {
  let thread: ScorerThread | undefined;
  return {
    names: zeroCostNames,
    score: (name, genome) => {
      const key = `${name} ${hashJson(genome)}`;
      const before = known.get(key);
      if (before !== undefined) return before;
      thread ??= startThread(setting, entry);
      const score = thread.ask({ name, genome });
      known.set(key, score);
      return score;
    },
    close: () => {
      thread?.close();
      thread = undefined;
    },
  };
}

interface ScorerThread {
  ask(question: Question): number;
  close(): void;
}

function startThread(setting: ScorerSetting, entry: URL): ScorerThread {
  const { port1: own, port2: port } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const { experiment, channels, code } = setting;
  const workerData: ScorerSetup = { experiment, channels, code, port, answered };
  const worker = new Worker(entry, { workerData, transferList: [port] });
  worker.unref();
  own.unref();
  let asked = 0;
  const ask = (question: Question): number => {
    own.postMessage(question);
    Atomics.wait(answered, 0, asked, PATIENCE);
    asked++;
    const answer = receiveMessageOnPort(own)?.message as Answer | undefined;
    if (answer === undefined) throw new Error(`no zero-cost score ${question.name} within ten minutes`);
    if ('details' in answer) throw new UserError(answer.details);
    if ('error' in answer) throw new Error(`the zero-cost score ${question.name} failed: ${answer.error}`);
    return answer.score;
  };
  return { ask, close: () => void worker.terminate() };
}
