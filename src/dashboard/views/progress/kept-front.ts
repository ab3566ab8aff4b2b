/**
 * The candidates that no other beats in everything that a search weighs, kept: one that finishes is compared with those alone.
 */
import { objectivesOf, type FrontMember } from '../../../api/reading/pareto-front.js';
import { dominates, type Point } from '../../../search/pareto.js';
import { weighedTuples, type ExperimentRow, type Store } from '../../../store/index.js';
import { objectiveValues, type Objective } from '../../../study/index.js';
import { Growth } from '../kept/growth.js';
import { keeping } from '../kept/keep.js';

interface Placed {
  readonly member: FrontMember;
  readonly point: Point;
}

class KeptFront {
  private readonly growth: Growth;
  private readonly objectives: readonly Objective[];
  private rung = -1;
  private front: Placed[] = [];

  constructor(row: ExperimentRow) {
    this.growth = new Growth(row.id);
    this.objectives = objectivesOf(row);
  }

  advance(store: Store): boolean {
    const ofGroups = this.objectives.includes('worstGroup');
    return this.growth.advance(store, weighedTuples(ofGroups), (tuple) => {
      const [number, status, rung, score, params, macs, worstGroup] = tuple;
      if (status !== 'done' || score === null || rung < this.rung) return;
      if (rung > this.rung) this.front = [];
      this.rung = rung;
      this.place({ number, score, params, macs, ...(ofGroups ? { worstGroup } : {}) });
    });
  }

  /** Best score first. */
  get members(): readonly FrontMember[] {
    return this.front.map(({ member }) => member).sort((a, b) => b.score - a.score || a.number - b.number);
  }

  private place(member: FrontMember): void {
    const point = objectiveValues(member, this.objectives) ?? [];
    const { front } = this;
    const better = front.findIndex((other) => dominates(other.point, point));
    if (better === -1) {
      this.front = [{ member, point }, ...front.filter((other) => !dominates(point, other.point))];
    } else {
      // What beat one beats many: it is asked first from now on.
      front.unshift(...front.splice(better, 1));
    }
  }
}

const keptFront = keeping((row) => new KeptFront(row));

/** As it is in the database now; null where the search weighs nothing but the score. */
export function keptFrontOf(store: Store, row: ExperimentRow): readonly FrontMember[] | null {
  return objectivesOf(row).length < 2 ? null : keptFront(store, row).members;
}
