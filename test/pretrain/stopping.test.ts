import { describe, expect, it } from 'vitest';
import { TrainingOptions } from '../../src/pretrain/options.js';
import { verdict } from '../../src/pretrain/stopping.js';

const flat = (count: number, value = 1): number[] => new Array<number>(count).fill(value);

describe('the rule of early stopping', () => {
  const patient = { evaluateEvery: 5, earlyStopping: { patience: 2 } };

  it('stops once the score has not improved for as many validations as it is patient', () => {
    expect(verdict(patient, flat(10), [0.1, 0.3])).toBe('go on');
    expect(verdict(patient, flat(15), [0.1, 0.3, 0.3])).toBe('go on');
    expect(verdict(patient, flat(20), [0.1, 0.3, 0.3, 0.2])).toBe('saturated');
    expect(verdict(patient, flat(20), [0.1, 0.3, 0.2, 0.31])).toBe('go on');
  });

  it('calls a loss diverged that grew beyond the limit over a whole interval', () => {
    const limited = { evaluateEvery: 5, earlyStopping: { divergence: 3 } };
    expect(verdict(limited, [...flat(5, 2), ...flat(5, 5.9)], [0, 0])).toBe('go on');
    expect(verdict(limited, [...flat(5, 2), ...flat(5, 6.1)], [0, 0])).toBe('diverged');
    expect(verdict(limited, [...flat(5, 2), ...flat(4, 2), 20], [0, 0])).toBe('go on');
  });

  it('does nothing unless asked to', () => {
    expect(verdict({ evaluateEvery: 5 }, flat(20, NaN), [1, 0, 0, 0, 0])).toBe('go on');
  });

  it('needs to know how often to look', () => {
    expect(() => TrainingOptions.parse({ earlyStopping: { patience: 2 } })).toThrow(/evaluateEvery/);
  });
});
