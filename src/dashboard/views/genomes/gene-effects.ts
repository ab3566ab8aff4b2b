/**
 * What genes have to do with scores, over the candidates at the highest rung reached: kept, and extended by those that finish.
 */
import { genomeTuples, type Store } from '../../../store/index.js';
import { Growth } from '../kept/growth.js';
import { keeping } from '../kept/keep.js';
import type { GenesView } from '../types.js';
import { GeneTally } from './gene-tally.js';
import { genomeOf } from './genome-of.js';
import { GenomePlaces } from './genome-places.js';
import { ScoreSums } from './score-sums.js';

class GeneEffects {
  private readonly growth: Growth;
  private rung = -1;
  private scores = new ScoreSums();
  private tallies: GeneTally[] = [];
  private places = this.noPlaces();
  private at = { candidate: 0, score: 0 };

  constructor(experiment: number) {
    this.growth = new Growth(experiment);
  }

  advance(store: Store): boolean {
    return this.growth.advance(store, genomeTuples, ([number, , rung, score, genome]) => {
      if (score === null || rung < this.rung) return;
      if (rung > this.rung) this.begin(rung);
      this.scores.add(score);
      this.at = { candidate: number, score };
      this.places.walk(genomeOf(store, number, genome));
    });
  }

  /** The most telling gene first. */
  effects(): GenesView['genes'] {
    const shift = this.scores.mean;
    return [...this.tallies]
      .sort((a, b) => (a.gene < b.gene ? -1 : 1))
      .flatMap((tally) => tally.effect(shift) ?? [])
      .sort((a, b) => b.explained.value - a.explained.value);
  }

  /** Lower rungs do not count any more. */
  private begin(rung: number): void {
    this.rung = rung;
    this.scores = new ScoreSums();
    this.tallies = [];
    this.places = this.noPlaces();
  }

  private noPlaces(): GenomePlaces<GeneTally> {
    return new GenomePlaces(
      (name) => {
        const tally = new GeneTally(name);
        this.tallies.push(tally);
        return tally;
      },
      (tally, value) => tally.add(value, this.at.candidate, this.at.score),
    );
  }
}

/** As they are in the database now. */
export const geneEffectsOf = keeping(({ id }) => new GeneEffects(id));
