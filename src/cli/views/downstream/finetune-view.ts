/**
 * A fine-tuning on the screen: what it reports as lines, its progress live.
 */
import { performance } from 'node:perf_hooks';
import { createLogUpdate } from 'log-update';
import type { FinetuneEvent } from '../../../api/index.js';
import { showSourceEvent } from '../event-text.js';
import { duration, plural } from '../format.js';
import { note } from '../output.js';

type Fits = Extract<FinetuneEvent, { kind: 'fits' }>;

/** Seconds between lines where the output is no terminal. */
const PAUSE = 10;

export class FinetuneView {
  private readonly live = process.stderr.isTTY === true;
  private readonly draw = createLogUpdate(process.stderr);
  private began: { readonly at: number; readonly done: number } | undefined;
  private lastLine = 0;

  readonly show = (event: FinetuneEvent): void => {
    switch (event.kind) {
      case 'cohort read':
        note(`cohort: ${plural(event.rows, 'row')} of ${plural(event.patients, 'patient')}`);
        return event.remarks.forEach((remark) => note(`  ${remark}`));
      case 'rows left out':
        note(`${plural(event.rows.length, 'row')} left out:`);
        return event.rows.forEach((row) => note(`  left out ${row}`));
      case 'fitting': {
        const what = event.encoder ?? 'no encoder, covariates alone';
        return note(
          `encoder: ${what}; ${event.engine} on ${event.device}, ${plural(event.workers, 'fit')} at a time`,
        );
      }
      case 'features':
        return this.line(`features of ${event.encoder}: ${event.done}/${event.total} scans`, event);
      case 'fits':
        return this.fits(event);
      default:
        return showSourceEvent(event);
    }
  };

  /** A line that stays. */
  remark(text: string): void {
    if (this.live) this.draw.clear();
    note(text);
  }

  close(): void {
    if (this.live) this.draw.done();
  }

  private fits({ done, total, name }: Fits): void {
    if (name === '') this.began = { at: performance.now(), done };
    const { at, done: before } = this.began ?? { at: performance.now(), done };
    const each = (performance.now() - at) / 1000 / Math.max(1, done - before);
    const left = done === total || done === before ? '' : `, about ${duration(each * (total - done))} left`;
    const last = name === '' ? '' : `, last ${name}`;
    this.line(`fits: ${done}/${total}${last}${left}`, { done, total });
  }

  private line(text: string, { done, total }: { readonly done: number; readonly total: number }): void {
    if (this.live) return this.draw(text);
    const now = performance.now();
    if (done < total && this.lastLine > 0 && now - this.lastLine < PAUSE * 1000) return;
    this.lastLine = now;
    note(text);
  }
}
