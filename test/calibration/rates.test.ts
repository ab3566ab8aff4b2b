/** The speed of an engine from several visits, some of which other work on the machine slowed. */
import { describe, expect, it } from 'vitest';
import { rateOf } from '../../src/calibration/calibrate.js';

describe('steps per second of several networks', () => {
  it('are of as many steps of each', () => {
    expect(rateOf([[0.25, 0.75]])).toBe(2);
  });

  it('take of each network the visit that was disturbed least', () => {
    expect(
      rateOf([
        [0.25, 9],
        [8, 0.75],
      ]),
    ).toBe(2);
  });

  it('are unknown where a visit failed, or none was made', () => {
    expect(rateOf(null)).toBeNull();
    expect(rateOf([])).toBeNull();
    expect(rateOf(undefined)).toBeNull();
  });
});
