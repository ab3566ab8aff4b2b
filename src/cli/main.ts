#!/usr/bin/env node
/** The `voxolve` command. */
import { hideBin } from 'yargs/helpers';
import { runCommandLine } from './command-line.js';

// Whoever reads may stop early, as `| head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

void runCommandLine(hideBin(process.argv));
