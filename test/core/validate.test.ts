import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { canonicalJson } from '../../src/core/json.js';
import { parseOrThrow } from '../../src/core/validate.js';

const schema = z.strictObject({
  steps: z.number().int().positive(),
  training: z.strictObject({ rate: z.number().positive() }).optional(),
  task: z.union([z.string(), z.strictObject({ name: z.string() })]).optional(),
});

const complaint = (value: unknown): string => {
  try {
    parseOrThrow(schema, value, 'file.json');
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

describe('validation at the edge', () => {
  it('names the key, the value and the rule', () => {
    expect(complaint({ steps: -3 })).toMatch(/^file\.json: "steps" is -3, but the rule is: .*>0/);
    expect(complaint({ steps: 1, training: { rate: 'fast' } })).toMatch(/"training\.rate" is "fast".*number/);
  });

  it('names an unknown key with its path', () => {
    expect(complaint({ steps: 1, training: { rate: 1, rat: 2 } })).toContain('unknown key "training.rat"');
  });

  it('takes a misspelt key for what it was meant to be, also where that one is missing now', () => {
    expect(complaint({ stps: 1 })).toBe('file.json: unknown key "stps"; did you mean "steps"?');
    expect(complaint({ steps: 1, trainnig: { rate: 1 } })).toContain('did you mean "training"?');
    expect(complaint({ steps: 1, training: { rtae: 1 } })).toContain(
      'unknown key "training.rtae"; did you mean "training.rate"?',
    );
    expect(complaint({ steps: 1, task: { nmae: 'x' } })).toContain(
      'unknown key "task.nmae"; did you mean "task.name"?',
    );
  });

  it('lists the keys there are where none is near, and none that is given already', () => {
    expect(complaint({ steps: 1, colour: 2 })).toBe(
      'file.json: unknown key "colour"; known are training, task; remove it or correct its spelling',
    );
    expect(complaint({ steps: 1, step: 2 })).toContain('remove it');
  });

  it('takes a misspelt word for what it was meant to be', () => {
    const engines = z.strictObject({ engine: z.enum(['onnx', 'tfjs']) });
    expect(() => parseOrThrow(engines, { engine: 'onxx' }, 'file.json')).toThrow(
      /"engine" is "onxx", but the rule is: .*; did you mean "onnx"\?/,
    );
  });

  it('says what is missing', () => {
    expect(complaint({})).toMatch(/"steps" is missing/);
  });

  it('reports the closest branch of a union', () => {
    expect(complaint({ steps: 1, task: { nam: 'x' } })).toMatch(/task/);
  });

  it('stays on one line', () => {
    expect(complaint({ steps: 'a\nb' })).not.toContain('\n');
  });
});

describe('canonical JSON', () => {
  it('does not depend on the order of keys', () => {
    expect(canonicalJson({ b: 1, a: [true, null, 'x'] })).toBe('{"a":[true,null,"x"],"b":1}');
  });

  it('refuses numbers that JSON cannot hold', () => {
    expect(() => canonicalJson({ a: NaN })).toThrow(/finite/);
  });
});
