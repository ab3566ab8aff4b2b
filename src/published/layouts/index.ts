/** Index of the layouts; the first of a network whose names a file has is taken. */
import type { Layout } from './layout.js';
import { movinet } from './movinet.js';
import { pytorchvideo } from './pytorchvideo.js';
import { torchvision } from './torchvision.js';
import { voxolve } from './voxolve.js';

export const layouts: readonly Layout[] = [torchvision, pytorchvideo, movinet, voxolve];
