/** The proxy tasks that ship with voxolve; an experiment names one, or gives the path of a file of its own. */
import type { ProxyTask } from '../src/tasks/task.js';
import { cpc3d } from './cpc3d.js';
import { exemplar3d } from './exemplar3d.js';
import { jigsaw3d } from './jigsaw3d.js';
import { mae3d } from './mae3d.js';
import { multiTask } from './multi.js';
import { order } from './order.js';
import { pace } from './pace.js';
import { restore3d } from './restore3d.js';
import { rotation3d } from './rotation3d.js';
import { rpl3d } from './rpl3d.js';
import { vicreg3d } from './vicreg3d.js';

const single: Readonly<Record<string, ProxyTask>> = {
  jigsaw3d,
  rotation3d,
  rpl3d,
  cpc3d,
  exemplar3d,
  restore3d,
  mae3d,
  vicreg3d,
  order,
  pace,
};

export const proxyTasks: Readonly<Record<string, ProxyTask>> = { ...single, multi: multiTask(single) };
