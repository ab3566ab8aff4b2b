import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { canonicalJson } from '../../src/core/json.js';
import { parseOrComplain } from '../../src/core/validate.js';

const schema = z.strictObject({
  steps: z.number().int().positive(),
  training: z.strictObject({ rate: z.number().positive() }).optional(),
  task: z.union([z.string(), z.strictObject({ name: z.string() })]).optional(),
});

const complaint = (value: unknown): string => {
  try {
    parseOrComplain(schema, value, 'file.json');
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
