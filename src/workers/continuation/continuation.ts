/**
 * Evaluations that go on where an earlier attempt was ended, on this machine or another: what a caller says of it, and what
 * crosses threads and processes.
 */

/** Where an evaluation keeps its checkpoint, and how often. */
export interface Continuation {
  /**
   * A local folder for this evaluation alone; it is made once there is something to save, and left to the caller, who removes
   * it once the outcome is safe. What lies there is read as something that anybody may have written: a checkpoint of another
   * evaluation, or one that is damaged, is left aside with a remark.
   *
   * Whoever moves the folder to another machine must keep processor classes apart: sums differ between them, and a checkpoint
   * does not know where it was made.
   */
  readonly folder: string;
  /** Seconds between checkpoints, saved between calls of the engine; 0 saves after each. */
  readonly everySeconds: number;
  /** Called with the training step once a checkpoint is on the disk. */
  readonly onCheckpoint?: (step: number) => void;
  /** Called with one line on a checkpoint that was left aside, or could not be saved. */
  readonly onRemark?: (text: string) => void;
}

/** The part of a continuation that is plain data. */
export type ContinuationData = Pick<Continuation, 'folder' | 'everySeconds'>;

/** What an evaluation tells while it runs. */
export type Told =
  { readonly kind: 'checkpoint'; readonly step: number } | { readonly kind: 'remark'; readonly text: string };

/** A continuation as the code that trains sees it. */
export interface Continuing extends ContinuationData {
  /** True if what interrupts the evaluation asks to hand it back. */
  readonly handsBack: () => boolean;
  readonly tell: (told: Told) => void;
}

/** Hands a message on to whoever asked for the evaluation. */
export function passOn(told: Told, { onCheckpoint, onRemark }: Continuation): void {
  if (told.kind === 'checkpoint') onCheckpoint?.(told.step);
  else onRemark?.(told.text);
}

/**
 * Reason with which an evaluation is aborted that somebody else is to go on with; it rejects with it. Other reasons end an
 * evaluation without saving anything.
 */
export class HandBack extends Error {
  constructor(message = 'the evaluation is handed back') {
    super(message);
    this.name = 'HandBack';
  }
}

/** Orders to a thread, in the memory that it shares with its pool. */
export const ORDER = { goOn: 0, stop: 1, handBack: 2 } as const;
