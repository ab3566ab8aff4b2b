/** The commands, in the order in which `voxolve --help` lists them. */
import type { CommandModule } from 'yargs';
import { arch } from './arch.js';
import { audit } from './audit.js';
import { doctor } from './doctor.js';
import { exportCommand } from './export.js';
import { lineage } from './lineage.js';
import { pretrain } from './pretrain.js';
import { resume } from './resume.js';
import { scans } from './scans.js';
import { search } from './search.js';
import { status } from './status.js';
import { verify } from './verify.js';

export const commands = [
  search,
  resume,
  status,
  lineage,
  pretrain,
  exportCommand,
  arch,
  scans,
  audit,
  verify,
  doctor,
] as unknown as CommandModule[];
