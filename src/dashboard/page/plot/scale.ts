/** Scales of plots: values to a share of an axis and back, and where its ticks stand. */
export interface Scale {
  readonly domain: readonly [low: number, high: number];
  /** 0 at the low end, 1 at the high one. */
  at(value: number): number;
  /** The value at a share. */
  value(share: number): number;
  readonly ticks: readonly number[];
}

/** Widest steps first; the ticks' distance is one of these times a power of ten. */
const STEPS = [1, 2, 5, 10];

/** Evenly spaced; with `margin` as a share of the range on both sides. Values that are null or not finite do not count. */
export function linear(values: ArrayLike<number | null>, { margin = 0.04, ticks = 5 } = {}): Scale {
  const [least, most] = extent(values);
  const range = most - least || Math.abs(most) || 1;
  const flat = most === least ? 0.5 : margin;
  const [low, high] = [least - flat * range, most + flat * range];
  return {
    domain: [low, high],
    at: (value) => (value - low) / (high - low),
    value: (share) => low + share * (high - low),
    ticks: linearTicks(low, high, ticks),
  };
}

/** Logarithmic: values of at most 0 have no place (NaN). */
export function logarithmic(values: ArrayLike<number | null>, { margin = 0.04 } = {}): Scale {
  const [least, most] = extent(values, 0);
  const inner = linear([Math.log10(least), Math.log10(most)], { margin });
  const [low, high] = inner.domain;
  return {
    domain: [10 ** low, 10 ** high],
    at: (value) => (value > 0 ? inner.at(Math.log10(value)) : NaN),
    value: (share) => 10 ** inner.value(share),
    ticks: logarithmicTicks(low, high),
  };
}

/** Least and greatest finite value above `above`; 0 and 1 where there is none. */
export function extent(values: ArrayLike<number | null>, above = -Infinity): readonly [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? NaN;
    // False of NaN, too.
    if (!(value > above) || value === Infinity) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return least > most ? [0, 1] : [least, most];
}

/** About as many as wanted, and two at least, since one alone tells no distance. */
function linearTicks(low: number, high: number, wanted: number): number[] {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (STEPS.find((one) => one * power >= rough) ?? 10);
  const ticks: number[] = [];
  for (let index = Math.ceil(low / step); index * step <= high + step * 1e-9; index += 1) {
    ticks.push(Number((index * step).toPrecision(12)));
  }
  return ticks.length < 2 && wanted < 10 ? linearTicks(low, high, wanted + 1) : ticks;
}

/** Powers of ten; with their doubles and fives where fewer than three are within. */
function logarithmicTicks(low: number, high: number): number[] {
  const powers: number[] = [];
  for (let power = Math.floor(low); power <= Math.ceil(high); power += 1) powers.push(10 ** power);
  const within = (ticks: readonly number[]) =>
    ticks.filter((tick) => tick >= 10 ** low && tick <= 10 ** high);
  const whole = within(powers);
  const fine = within(powers.flatMap((power) => [power, 2 * power, 5 * power]));
  if (whole.length >= 3) return whole;
  return fine.length >= 2 ? fine : linearTicks(10 ** low, 10 ** high, 4);
}

/** Seconds between ticks of a clock. */
const CLOCK = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** Ticks at whole seconds, minutes, hours or days, about as many as wanted: two at least where that is possible. */
export function clockTicks(low: number, high: number, wanted: number): number[] {
  const rough = (high - low) / wanted;
  const steps = [...CLOCK, 86_400 * Math.ceil(rough / 86_400)];
  const fits = (step: number) => Math.floor(high / step) > Math.ceil(low / step);
  const step = steps.find((one) => one >= rough && fits(one)) ?? steps.findLast(fits) ?? 1;
  const first = Math.ceil(low / step);
  return Array.from(
    { length: Math.max(Math.floor(high / step) - first + 1, 0) },
    (_, index) => (first + index) * step,
  );
}
