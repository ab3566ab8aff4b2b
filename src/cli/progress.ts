/**
 * Live progress: on a terminal a few lines that redraw themselves, elsewhere one line per finished candidate.
 */
import { createLogUpdate } from 'log-update';
import { duration, percent } from './format.js';
import { note } from './output.js';

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
  readonly chance: number;
  readonly metric: string;
  readonly best: { readonly number: number; readonly score: number } | null;
}

export class Progress {
  private readonly running = new Map<number, number>();
  private readonly slots: (number | undefined)[];
  private readonly durations: number[] = [];
  private done: number;
  private best: { readonly number: number; readonly score: number } | null;
  private readonly timer: NodeJS.Timeout | undefined;
  private readonly live = process.stderr.isTTY === true;
  private readonly draw = createLogUpdate(process.stderr);

  constructor(private readonly options: ProgressOptions) {
    this.done = options.done;
    this.best = options.best;
    this.slots = new Array<number | undefined>(options.workers).fill(undefined);
    if (this.live) this.timer = setInterval(() => this.redraw(), 500);
  }

  started(number: number): void {
    this.running.set(number, performance.now());
    const free = this.slots.indexOf(undefined);
    if (free >= 0) this.slots[free] = number;
    if (this.live) this.redraw();
  }

  finished(result: Finished): void {
    this.running.delete(result.number);
    const slot = this.slots.indexOf(result.number);
    if (slot >= 0) this.slots[slot] = undefined;
    this.done += 1;
    if (result.seconds > 0) this.durations.push(result.seconds);
    this.best = result.best;
    if (this.live) this.redraw();
    else note(this.plainLine(result));
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
    const workers = this.slots.map((number, slot) => {
      const since = number === undefined ? undefined : this.running.get(number);
      const doing =
        since === undefined ? 'idle' : `candidate ${number}, ${duration((performance.now() - since) / 1000)}`;
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
    return `best ${percent(this.best.score)} by candidate ${this.best.number}, ${chance}`;
  }

  private leftText(): string {
    const left = this.options.total - this.done;
    if (left <= 0) return 'nothing left';
    if (this.durations.length === 0) return 'time left unknown yet';
    const mean = this.durations.reduce((sum, seconds) => sum + seconds, 0) / this.durations.length;
    return `about ${duration((mean * left) / this.options.workers)} left`;
  }
}
