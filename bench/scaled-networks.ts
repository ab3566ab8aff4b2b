/**
 * Published video ResNets at the size of a search's winner: R3D-18, MC3-18 and R(2+1)D-18 keep their structure, and
 * their widths are reduced until a forward pass costs as much as the winner's.
 */
import { searchSpaces } from '../search-spaces/index.js';
import { present } from '../src/core/errors.js';
import type { Architecture } from '../src/nn/architecture.js';
import { summarise } from '../src/nn/summary.js';
import type { TaskPlan } from '../src/tasks/task.js';

export const contenders = ['r3d-18', 'mc3-18', 'r2plus1d-18'] as const;

/** Narrowest network with at least `macs` multiply-accumulates on the task's input, so that none has less. */
export function scaledTo(name: string, macs: number, channels: number, plan: TaskPlan): Architecture {
  const space = present(searchSpaces['video-resnet'], 'the space video-resnet');
  const published = present(space.named?.[name], `the network ${name}`) as { readonly width: number };
  for (let width = 1; ; width++) {
    const architecture = space.build({ ...published, width }, { channels });
    if (width >= published.width || summarise(architecture, plan.encoderInput).macs >= macs) {
      return { ...architecture, name };
    }
  }
}
