/**
 * Live progress of one training: on a terminal a bar and the curves of loss and score, which redraw themselves,
 * elsewhere a line per validation, and one every now and then between them.
 */
import { createLogUpdate } from 'log-update';
import type { TrainingReport as Report } from '../../api/index.js';
import { duration } from './format.js';
import { note } from './output.js';
import { sparkline } from './sparkline.js';

/** Seconds between plain lines that report no validation. */
const pause = 30;

/** Characters of the bar and of each curve. */
const width = 40;

export interface TrainingProgressOptions {
  readonly total: number;
  /** Steps taken before this run. */
  readonly done: number;
  readonly metric: string;
  readonly chance: number;
  /** Losses and scores of the steps and validations before this run. */
  readonly losses: readonly number[];
  readonly scores: readonly number[];
}

export class TrainingProgress {
  private readonly live = process.stderr.isTTY === true;
  private readonly draw = createLogUpdate(process.stderr);
  private readonly began = performance.now();
  private lastLine = performance.now();
  private readonly losses: number[];
  private readonly scores: number[];

  constructor(private readonly options: TrainingProgressOptions) {
    this.losses = [...options.losses];
    this.scores = [...options.scores];
  }

  report(report: Report): void {
    // A report is of several steps: one entry each, so that curves of resumed runs keep their scale.
    while (this.losses.length < report.step) this.losses.push(report.loss);
    if (report.score !== undefined) this.scores.push(report.score);
    if (this.live) return this.draw(this.picture(report));
    const now = performance.now();
    if (report.score === undefined && now - this.lastLine < pause * 1000) return;
    this.lastLine = now;
    note(this.line(report));
  }

  /** A line that stays. */
  remark(text: string): void {
    if (this.live) this.draw.clear();
    note(text);
  }

  close(): void {
    if (this.live) this.draw.done();
  }

  /** At most as wide as the terminal. */
  private picture({ step, loss }: Report): string {
    const { total, metric, chance } = this.options;
    const room = Math.max(10, Math.min(width, (process.stderr.columns ?? 80) - 44));
    const filled = Math.round((room * step) / total);
    const names = ['', 'loss', metric];
    const label = (name: string): string => name.padEnd(Math.max(...names.map(({ length }) => length)));
    const lines = [
      `${label('')} ${'█'.repeat(filled)}${'░'.repeat(room - filled)} step ${step}/${total}${this.timeLeft(step)}`,
      `${label('loss')} ${sparkline(this.losses, room).padEnd(room)} ${loss.toFixed(4)}`,
    ];
    const score = this.scores.at(-1);
    if (score !== undefined) {
      const figures = `${score.toFixed(3)} held out, best ${this.best.toFixed(3)}, chance ${chance.toFixed(3)}`;
      lines.push(`${label(metric)} ${sparkline(this.scores, room).padEnd(room)} ${figures}`);
    }
    return lines.join('\n');
  }

  private line({ step, loss }: Report): string {
    const { total, metric, chance } = this.options;
    const score = this.scores.at(-1);
    const validated =
      score === undefined
        ? ''
        : `, held-out ${metric} ${score.toFixed(3)} (best ${this.best.toFixed(3)}, chance ${chance.toFixed(3)})`;
    return `step ${step}/${total}: loss ${loss.toFixed(4)}${validated}${this.timeLeft(step)}`;
  }

  private get best(): number {
    return Math.max(...this.scores);
  }

  private timeLeft(step: number): string {
    const { total, done } = this.options;
    const seconds = (performance.now() - this.began) / 1000;
    const left = ((total - step) * seconds) / Math.max(1, step - done);
    return step === total ? '' : `, about ${duration(left)} left`;
  }
}
