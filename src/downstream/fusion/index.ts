/** All fusions that come with voxolve. */
import { present, UserError } from '../../core/errors.js';
import type { DownstreamTask } from '../task-file.js';
import type { FusionPlan } from './fusion.js';

const none: FusionPlan = {
  fuse: (_, { features, covariates }) => ({
    fused: present(features ?? covariates, 'features or covariates'),
  }),
};

const concat: FusionPlan = {
  fuse: (builder, { features, covariates }) => {
    const parts = [features, covariates].filter((part) => part !== undefined);
    return { fused: parts.length === 1 ? present(parts[0], 'a part') : builder.concat(parts, 1) };
  },
};

/** The plan of a task's fusion. */
export function fusionPlan({ name }: DownstreamTask['fusion']): FusionPlan {
  if (name === 'none') return none;
  if (name === 'concat') return concat;
  throw new UserError({
    subject: `fusion ${name}`,
    problem: 'is not trained in one piece',
    fix: 'choose none or concat',
  });
}
