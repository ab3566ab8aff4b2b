/**
 * The encoder that a run's models read scans by: the one that the run keeps in its `model/`, or the one that the user names,
 * which must be the same.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../core/errors.js';
import { loadEncoder, type EncoderSource } from '../encoder-source.js';
import type { FittedRun } from './fitted-run.js';

/** Scans are prepared as the run says, whatever the folder of the encoder says. */
export async function encoderOfRun(
  { folder, encoder, reading, final }: FittedRun,
  asked: string | undefined,
): Promise<EncoderSource> {
  if (encoder === null) throw new Error('the run has no encoder');
  const origin = `the run was made with ${encoder.description}`;
  const own = join(folder, 'model', ...(final.meta === null ? [] : ['scan']));
  if (asked === undefined && !existsSync(join(own, 'architecture.json'))) {
    throw new UserError({
      subject: '--encoder',
      problem: `is missing, and the run keeps none in ${own}: ${origin}`,
      fix: 'name that encoder',
    });
  }
  const found = await loadEncoder(asked ?? own);
  // The run's own is written with the weights that it was fitted to.
  if (asked === undefined || found.fingerprint === encoder.fingerprint) return { ...found, ...reading };
  throw new UserError({
    subject: `--encoder ${asked}`,
    problem: `is another encoder: ${origin}`,
    fix: `${existsSync(own) ? 'leave --encoder out, or ' : ''}name that encoder`,
  });
}
