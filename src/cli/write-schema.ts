/**
 * Writes docs/experiment.schema.json, generated from the validator: `npm run schema`.
 */
import { writeFileSync } from 'node:fs';
import { experimentJsonSchema } from '../api/asked-experiment.js';

writeFileSync('docs/experiment.schema.json', `${JSON.stringify(experimentJsonSchema(), null, 2)}\n`);
