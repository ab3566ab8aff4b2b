/**
 * The network of a genome as the experiment builds it: its layers and the memory that training it was predicted to need.
 *
 * A space of the user's own that is no longer there, or that was edited since, leaves a candidate without its layers; the
 * rest of its page does not depend on them.
 */
import { resolvedFrom } from '../../../api/open-experiment.js';
import { requireCodeOf } from '../../../api/resume-guards.js';
import { messageOf } from '../../../core/errors.js';
import type { Genome } from '../../../core/records.js';
import type { ExperimentRow, Store } from '../../../store/index.js';
import type { LayerRow } from '../types.js';
import { layerRows } from './layers.js';

export interface CandidateNetwork {
  readonly layers: readonly LayerRow[] | null;
  /** One line; null where there are layers. */
  readonly problem: string | null;
  readonly trainingBytes: number | null;
}

export async function networkOf(store: Store, row: ExperimentRow, genome: Genome): Promise<CandidateNetwork> {
  try {
    const resolved = await resolvedFrom(row, store.path);
    requireCodeOf(row, resolved);
    const [, ...sample] = resolved.plan.encoderInput;
    const layers = layerRows(resolved.architecture(genome), sample);
    return { layers, problem: null, trainingBytes: resolved.feasibility(genome).cost?.trainingBytes ?? null };
  } catch (error) {
    // Whatever it is, a user's own file among it: a candidate's page is of use without its layers.
    return { layers: null, problem: messageOf(error), trainingBytes: null };
  }
}
