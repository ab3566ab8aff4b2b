/** The proxy tasks that ship with voxolve; an experiment names one, or gives the path of a file of its own. */
import type { ProxyTask } from '../src/tasks/task.js';
import { jigsaw3d } from './jigsaw3d.js';

export const proxyTasks: Readonly<Record<string, ProxyTask>> = {
  jigsaw3d,
};
