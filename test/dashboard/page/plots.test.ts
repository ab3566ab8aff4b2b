/** Scales, ticks, colours, and plots as SVG. */
import { describe, expect, it } from 'vitest';
import { tickText } from '../../../src/dashboard/page/plot/plane.js';
import { clockTicks, linear, logarithmic } from '../../../src/dashboard/page/plot/scale.js';
import { svgPen } from '../../../src/dashboard/page/plot/svg-pen.js';
import { diverging, inkOf, sequential, standingOut } from '../../../src/dashboard/page/shared/palette.js';

describe('colours of lines', () => {
  it('stand out from either ground the more, the higher the score', () => {
    const brightness = (colour: string): number =>
      [0.2126, 0.7152, 0.0722].reduce(
        (sum, weight, i) => sum + weight * parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16),
        0,
      );
    for (const dark of [false, true]) {
      const ink = inkOf(dark);
      const contrast = [0, 0.25, 0.5, 0.75, 1].map((share) =>
        Math.abs(brightness(standingOut(share, ink)) - brightness(ink.ground)),
      );
      expect(contrast).toEqual(contrast.toSorted((a, b) => a - b));
    }
  });
});

describe('scales', () => {
  it('put their ends at 0 and 1 and lead back', () => {
    for (const scale of [linear([3, 11, NaN]), logarithmic([0, 10, 5e6])]) {
      const [low, high] = scale.domain;
      expect(scale.at(low)).toBeCloseTo(0, 12);
      expect(scale.at(high)).toBeCloseTo(1, 12);
      expect(scale.at(scale.value(0.3))).toBeCloseTo(0.3, 12);
      expect(scale.ticks.every((tick) => tick >= low && tick <= high)).toBe(true);
      expect(scale.ticks.length).toBeGreaterThanOrEqual(2);
    }
  });

  it('have ticks at round values', () => {
    expect(linear([0, 1], { margin: 0 }).ticks).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(logarithmic([5, 2e4]).ticks).toEqual([10, 100, 1000, 10_000]);
  });

  it('have room around a single value, and around none', () => {
    expect(linear([0.4]).at(0.4)).toBeCloseTo(0.5);
    expect(linear([0]).at(0)).toBeCloseTo(0.5);
    expect(linear([]).ticks.length).toBeGreaterThan(1);
    expect(linear([-0.27, 1.76], { ticks: 2 }).ticks).toEqual([0, 1]);
  });

  it('give values that are not positive no place on a logarithmic axis', () => {
    expect(logarithmic([1, 10]).at(0)).toBeNaN();
  });

  it('tick time at whole units', () => {
    expect(clockTicks(3, 290, 3)).toEqual([120, 240]);
    expect(clockTicks(0, 4 * 86_400, 2)).toEqual([0, 172_800, 345_600]);
  });
});

describe('numbers at ticks', () => {
  it('lose zeros after the point only', () => {
    const written = [100_000, 1_500_000, 2000, 0.5, 0.25, 10, 0, -0.1, 1e-4].map(tickText);
    expect(written).toEqual(['100k', '1.5M', '2k', '0.5', '0.25', '10', '0', '-0.1', '1e-4']);
  });
});

describe('a plot as SVG', () => {
  it('escapes what stands in names', () => {
    const { pen, document } = svgPen(100, 50);
    pen.text('</svg><img src=x onerror=alert(1)>&"\u0000', 1, 2, { colour: '#000' });
    const text = document();
    expect(text).not.toContain('<img');
    expect(text.match(/<\/svg>/g)).toHaveLength(1);
    expect(text).not.toContain('\u0000');
    expect(text).toContain('&#60;img src=x onerror=alert(1)&#62;&#38;&#34;');
  });

  it('lifts the pen where a value is absent', () => {
    const { pen, document } = svgPen(100, 50);
    pen.line([0, 0, 1, 1, NaN, NaN, 2, 2, 3, 3], { colour: '#123456' });
    expect(document()).toContain('d="M0 0L1 1M2 2L3 3"');
  });
});

/** Relative luminance and contrast: WCAG 2.2. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

describe('colours', () => {
  it.each([false, true])('of text keep a contrast of 4.5 to 1 (dark: %s)', (dark) => {
    const { ground, text, faint } = inkOf(dark);
    for (const colour of [text, faint]) expect(contrast(colour, ground)).toBeGreaterThan(4.5);
  });

  it('of a sequence grow lighter all the way, so that grey shows the same order', () => {
    const steps = Array.from({ length: 21 }, (_, index) => luminance(sequential(index / 20)));
    expect(steps.every((value, index) => index === 0 || value > (steps[index - 1] ?? 1))).toBe(true);
  });

  it('of differences have ends that differ from the middle', () => {
    for (const dark of [false, true]) {
      expect(diverging(-1, dark)).not.toBe(diverging(1, dark));
      expect(contrast(diverging(-1, dark), diverging(0, dark))).toBeGreaterThan(2);
      expect(contrast(diverging(1, dark), diverging(0, dark))).toBeGreaterThan(2);
    }
  });
});
