/** All fusions that come with voxolve and are trained in one piece with the head; `meta/` is fitted to what two models tell. */
import { UserError } from '../../core/errors.js';
import { parseOrThrow } from '../../core/validate.js';
import type { DownstreamTask } from '../task-file.js';
import { concat } from './concat.js';
import type { Fusion, FusionPlan } from './fusion.js';
import { jointAutoencoder } from './joint-autoencoder.js';
import { none } from './none.js';

export const fusions: readonly Fusion[] = [none, concat, jointAutoencoder];

/** The plan of a task's fusion. */
export function fusionPlan({ name, options }: DownstreamTask['fusion']): FusionPlan {
  const fusion = fusions.find((one) => one.name === name);
  if (fusion === undefined) {
    throw new UserError({
      subject: `fusion ${name}`,
      problem: 'is not trained in one piece',
      fix: `choose ${fusions.map((one) => one.name).join(', ')}`,
    });
  }
  return fusion.plan(parseOrThrow(fusion.options, options, `options of fusion ${name}`));
}
