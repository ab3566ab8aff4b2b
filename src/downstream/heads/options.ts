/** Options that heads share. */
import { z } from 'zod';

export const hidden = z
  .int()
  .min(0)
  .max(4096)
  .default(0)
  .describe('units of a hidden layer; 0: none, a linear head');
