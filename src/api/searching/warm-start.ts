/**
 * The genomes with which a strategy starts (`strategy.options.start`): each written out, named after a published
 * network of the space, or taken from an earlier database. All become genomes before the search begins, so that
 * its database holds them and nothing else is needed to go on or to verify.
 */
import { z } from 'zod';
import { UserError } from '../../core/errors.js';
import type { Json } from '../../core/json.js';
import type { ArchitectureSpace } from '../../experiment/plugins/index.js';
import type { Experiment } from '../../experiment/schema.js';
import { parseGenome } from '../../search/space.js';
import { bestCandidates } from '../../store/index.js';
import { withExperiment } from '../open-experiment.js';

/** The best candidates of an earlier search over the same space. */
const fromDatabase = z.strictObject({
  database: z.string().min(1),
  experiment: z.string().optional(),
  best: z.int().positive().default(1),
});

/** The experiment with its start written out as valid genomes. */
export async function withStart(experiment: Experiment, space: ArchitectureSpace): Promise<Experiment> {
  const { strategy } = experiment;
  if (typeof strategy === 'string' || strategy.options['start'] === undefined) return experiment;
  const { start } = strategy.options;
  if (!Array.isArray(start)) {
    throw new UserError({
      subject: 'strategy.options.start',
      problem: 'must be a list',
      fix: 'list genomes, names of networks, or { "database": "earlier.db", "best": 5 }',
    });
  }
  const genomes: Json[] = [];
  for (const [i, entry] of (start as readonly Json[]).entries()) {
    genomes.push(...(await genomesOf(entry, space, `strategy.options.start.${i}`)));
  }
  const options = { ...strategy.options, start: genomes } as typeof strategy.options;
  return { ...experiment, strategy: { ...strategy, options } };
}

async function genomesOf(entry: Json, space: ArchitectureSpace, subject: string): Promise<readonly Json[]> {
  if (typeof entry === 'string') return [named(entry, space, subject)];
  const source = fromDatabase.safeParse(entry);
  if (!source.success) return [parseGenome(space, entry, subject)];
  const { database, experiment, best } = source.data;
  return withExperiment({ database, experiment }, (store, row) => {
    const found = bestCandidates(store, row.id, best);
    return found.map(({ genome, number }) =>
      parseGenome(space, genome, `candidate ${number} of ${database}`),
    );
  });
}

function named(name: string, space: ArchitectureSpace, subject: string): Json {
  const known = space.named ?? {};
  const genome = Object.hasOwn(known, name) ? known[name] : undefined;
  if (genome !== undefined) return genome;
  const names = Object.keys(known);
  throw new UserError({
    subject,
    problem: `the search space ${space.name} has no network named "${name}"`,
    fix: names.length === 0 ? 'write a genome instead; it has none' : `choose one of ${names.join(', ')}`,
  });
}
