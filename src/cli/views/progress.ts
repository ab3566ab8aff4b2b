/**
 * Live progress: on a terminal a few lines that redraw themselves, elsewhere one line per finished candidate.
 */
import { createLogUpdate } from 'log-update';
import { meanOf } from '../../core/statistics/descriptive.js';
import { duration, percent, plural } from './format.js';
import { note } from './output.js';

type Purpose = 'trust' | 'winner';

/** The task of a worker, in words. */
function labelOf(number: number, purpose: Purpose): string {
  return purpose === 'trust' ? `candidate ${number} in full, for trust` : `candidate ${number} again`;
}

export interface Finished {
  readonly number: number;
  readonly status: string;
  readonly score: number | null;
  readonly seconds: number;
  readonly error?: string | undefined;
  /** The best so far, this one included: the study knows at what fidelity each was trained. */
  readonly best: { readonly number: number; readonly score: number } | null;
}

export interface ProgressOptions {
  readonly total: number;
  /** Candidates done before this run. */
  readonly done: number;
  readonly workers: number;
  /** Trainings of the best that follow the last candidate. */
  readonly again: number;
  readonly chance: number;
  readonly metric: string;
  readonly best: { readonly number: number; readonly score: number } | null;
}

export class Progress {
  private readonly running = new Map<string, number>();
  private readonly slots: (string | undefined)[];
  /** Trainings of the best that are to come. */
  private left: number;
  private readonly durations: number[] = [];
  private done: number;
  private best: { readonly number: number; readonly score: number } | null;
  private readonly timer: NodeJS.Timeout | undefined;
  private readonly live = process.stderr.isTTY === true;
  private readonly draw = createLogUpdate(process.stderr);

  constructor(private readonly options: ProgressOptions) {
    this.done = options.done;
    this.best = options.best;
    this.left = options.again;
    this.slots = new Array<string | undefined>(options.workers).fill(undefined);
    if (this.live) this.timer = setInterval(() => this.redraw(), 500);
  }

  started(number: number): void {
    this.occupy(`candidate ${number}`);
  }

  private occupy(label: string): void {
    this.running.set(label, performance.now());
    const free = this.slots.indexOf(undefined);
    if (free >= 0) this.slots[free] = label;
    if (this.live) this.redraw();
  }

  private leave(label: string): void {
    this.running.delete(label);
    const slot = this.slots.indexOf(label);
    if (slot >= 0) this.slots[slot] = undefined;
  }

  finished(result: Finished): void {
    this.leave(`candidate ${result.number}`);
    this.done += 1;
    if (result.seconds > 0) this.durations.push(result.seconds);
    this.best = result.best;
    if (this.live) this.redraw();
    else note(this.plainLine(result));
  }

  /** The search is over: the best are trained again. */
  winners(numbers: readonly number[], left: number): void {
    this.left = left;
    this.remark(
      `training the highest scores again from scratch, to find the winner: candidates ${numbers.join(', ')}; ${plural(left, 'training')}`,
    );
  }

  startedAuxiliary(number: number, purpose: Purpose): void {
    this.occupy(labelOf(number, purpose));
  }

  finishedAuxiliary(result: Omit<Finished, 'best' | 'error'> & { readonly purpose: Purpose }): void {
    const { number, purpose, score, status, seconds } = result;
    this.leave(labelOf(number, purpose));
    if (purpose === 'winner') this.left = Math.max(0, this.left - 1);
    if (seconds > 0) this.durations.push(seconds);
    const what = score === null ? status : `${this.options.metric} ${percent(score)}`;
    if (this.live) this.redraw();
    else note(`${labelOf(number, purpose)}: ${what} in ${duration(seconds)}; ${this.leftText()}`);
  }

  /** A line that stays, above what redraws itself. */
  remark(text: string): void {
    if (this.live) this.draw.clear();
    note(text);
    if (this.live) this.redraw();
  }

  close(): void {
    if (this.timer !== undefined) clearInterval(this.timer);
    if (this.live) {
      this.redraw();
      this.draw.done();
    }
  }

  private plainLine({ number, status, score, seconds, error }: Finished): string {
    const what = score === null ? status : `${status} ${this.options.metric} ${percent(score)}`;
    const why = error === undefined ? '' : ` (${error})`;
    return `[${this.done}/${this.options.total}] candidate ${number}: ${what} in ${duration(seconds)}${why}; ${this.bestText()}; ${this.leftText()}`;
  }

  private redraw(): void {
    const { total } = this.options;
    const width = 30;
    const filled = Math.round((width * this.done) / Math.max(1, total));
    const bar = '█'.repeat(filled) + '░'.repeat(width - filled);
    const workers = this.slots.map((label, slot) => {
      const since = label === undefined ? undefined : this.running.get(label);
      const doing =
        since === undefined ? 'idle' : `${label}, ${duration((performance.now() - since) / 1000)}`;
      return `  worker ${slot + 1}: ${doing}`;
    });
    this.draw(
      [
        `${bar} ${this.done}/${total} candidates, ${this.leftText()}`,
        `  ${this.bestText()}`,
        ...workers,
      ].join('\n'),
    );
  }

  private bestText(): string {
    const chance = `chance ${percent(this.options.chance)}`;
    if (this.best === null) return `no score yet, ${chance}`;
    return `highest ${percent(this.best.score)} by candidate ${this.best.number}, ${chance}`;
  }

  private leftText(): string {
    const left = this.options.total - this.done + this.left;
    if (left <= 0) return 'nothing left';
    if (this.durations.length === 0) return 'time left unknown yet';
    const mean = meanOf(this.durations);
    return `about ${duration((mean * left) / this.options.workers)} left`;
  }
}
