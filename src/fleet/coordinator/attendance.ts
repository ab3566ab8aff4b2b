/**
 * Which workers are there: compares their cards with those of a moment ago, reports who came and who is gone, and says when
 * there are more slots than the search can keep busy.
 */
import type { WorkerCard } from '../protocol/board-messages.js';
import { evaluationOf } from '../protocol/job-message.js';
import type { FleetEvent } from './events.js';
import type { FleetRecord, SeenWorker } from './record.js';

/** Milliseconds without any worker after which that is said. */
const ALONE = 5000;

export class Attendance {
  private present = new Map<string, WorkerCard>();
  private said: string | undefined;
  private aloneSince: number | undefined;
  private mostSlots = 0;

  constructor(
    private readonly record: FleetRecord,
    private readonly lookahead: number,
    private readonly queue: string,
    private readonly report: (event: FleetEvent) => void,
  ) {}

  /** Takes the cards that are there now; `now` in milliseconds. */
  update(cards: readonly WorkerCard[], now: number): void {
    const own = new Map(
      cards.filter(({ search }) => search === this.record.search).map((card) => [card.name, card]),
    );
    for (const [name, { class: processor, slots }] of own)
      if (!this.present.has(name))
        this.report({ kind: 'worker joined', name, class: processor ?? 'unknown', slots });
    for (const [name, { running }] of this.present)
      if (!own.has(name)) this.report({ kind: 'worker left', name, running: running.length });
    this.present = own;
    this.remember([...own.values()].map(seen));
    this.sayWhatIsAmiss([...own.values()], now);
  }

  /** Records that nobody works on anything any more. */
  end(): void {
    this.remember([...this.present.values()].map((card) => ({ ...seen(card), candidates: [] })));
  }

  private remember(workers: readonly SeenWorker[]): void {
    const text = JSON.stringify(workers);
    if (text === this.said) return;
    this.said = text;
    this.record.workersAre(workers);
  }

  private sayWhatIsAmiss(cards: readonly WorkerCard[], now: number): void {
    const { lookahead, queue, report } = this;
    const slots = cards.reduce((sum, card) => sum + card.slots, 0);
    if (slots > 0) this.aloneSince = undefined;
    else if (this.aloneSince === undefined) this.aloneSince = now;
    else if (now - this.aloneSince >= ALONE) {
      this.aloneSince = Infinity;
      report({ kind: 'no workers', queue });
    }
    if (slots > lookahead && slots > this.mostSlots)
      report({ kind: 'idle workers', slots, lookahead, enough: 2 * slots });
    this.mostSlots = Math.max(this.mostSlots, slots);
  }
}

function seen({ name, class: processor, slots, running }: WorkerCard): SeenWorker {
  const candidates = running.flatMap((id) => evaluationOf(id)?.number ?? []);
  return { name, class: processor, slots, candidates };
}
