/**
 * A pretraining on the screen: what it reports as lines, its progress live.
 */
import type { PretrainEvent } from '../../../api/index.js';
import { showSourceEvent } from '../event-text.js';
import { note } from '../output.js';
import { TrainingProgress } from '../training-progress.js';

export class PretrainView {
  private progress: TrainingProgress | undefined;

  readonly show = (event: PretrainEvent): void => {
    if (event.kind === 'step') return this.progress?.report(event.report);
    if (event.kind === 'federation') return note(federationText(event));
    if (event.kind === 'pooled') {
      this.progress?.close();
      return note('now training on all scans together, to compare');
    }
    if (event.kind !== 'training') return showSourceEvent(event);
    const { engine, device, from, steps: total, metric, chance } = event;
    const how = from === null ? 'starting' : `going on after step ${from.step}`;
    note(`engine: ${engine} on ${device}; ${how}`);
    const { step: done, losses, scores } = from ?? { step: 0, losses: [], scores: [] };
    this.progress = new TrainingProgress({ total, done, metric, chance, losses, scores });
  };

  /** A line that stays. */
  remark(text: string): void {
    this.progress?.remark(text);
  }

  close(): void {
    this.progress?.close();
  }
}

function federationText(event: Extract<PretrainEvent, { kind: 'federation' }>): string {
  const { sites, rounds, localSteps, algorithm } = event;
  const patients = sites.map((site) => site.patients).join(', ');
  return `federation: ${sites.length} sites of ${patients} patients; ${rounds} rounds of ${localSteps} steps (${algorithm})`;
}
