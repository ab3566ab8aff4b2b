/**
 * The JSON Schema of experiment files, for editors and for other programs; derived from the validator.
 */
import { z } from 'zod';
import { Experiment } from './schema.js';

export function experimentJsonSchema(): object {
  return {
    title: 'voxolve experiment',
    ...z.toJSONSchema(Experiment, { io: 'input', target: 'draft-2020-12' }),
  };
}
