/**
 * Live progress of one training: on a terminal a line that redraws itself, elsewhere a line per validation, and one
 * every now and then between them.
 */
import { createLogUpdate } from 'log-update';
import type { Report } from '../pretrain/pretrain.js';
import { duration } from './format.js';
import { note } from './output.js';

/** Seconds between plain lines that report no validation. */
const pause = 30;

export interface TrainingProgressOptions {
  readonly total: number;
  /** Steps taken before this run. */
  readonly done: number;
  readonly metric: string;
  readonly chance: number;
}

export class TrainingProgress {
  private readonly live = process.stderr.isTTY === true;
  private readonly draw = createLogUpdate(process.stderr);
  private readonly began = performance.now();
  private lastLine = performance.now();
  private score: number | undefined;
  private best: number | undefined;

  constructor(private readonly options: TrainingProgressOptions) {}

  report(report: Report): void {
    if (report.score !== undefined) {
      this.score = report.score;
      this.best = Math.max(this.best ?? -Infinity, report.score);
    }
    if (this.live) return this.draw(this.bar(report));
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

  private bar(report: Report): string {
    const width = 30;
    const filled = Math.round((width * report.step) / this.options.total);
    return `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${this.line(report)}`;
  }

  private line({ step, loss }: Report): string {
    const { total, done, metric, chance } = this.options;
    const { score, best } = this;
    const validated =
      score === undefined || best === undefined
        ? ''
        : `, held-out ${metric} ${score.toFixed(3)} (best ${best.toFixed(3)}, chance ${chance.toFixed(3)})`;
    const seconds = (performance.now() - this.began) / 1000;
    const left = ((total - step) * seconds) / Math.max(1, step - done);
    const time = step === total ? '' : `, about ${duration(left)} left`;
    return `step ${step}/${total}: loss ${loss.toFixed(4)}${validated}${time}`;
  }
}
