import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { experimentJsonSchema } from '../../src/experiment/json-schema.js';
import { readExperiment } from '../../src/experiment/read.js';

const root = new URL('../../', import.meta.url);

describe('the JSON Schema of experiments', () => {
  it('is the one that is committed: run npm run schema after changing the validator', () => {
    const committed: unknown = JSON.parse(readFileSync(new URL('docs/experiment.schema.json', root), 'utf8'));
    expect(JSON.parse(JSON.stringify(experimentJsonSchema()))).toEqual(committed);
  });
});

describe('the experiments that come with voxolve', () => {
  it.each(readdirSync(new URL('experiments', root)).filter((name) => name.endsWith('.json')))(
    '%s is valid',
    async (name) => {
      await expect(readExperiment(new URL(`experiments/${name}`, root).pathname)).resolves.toHaveProperty(
        'name',
      );
    },
  );
});
