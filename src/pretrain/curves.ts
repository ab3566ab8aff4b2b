/**
 * Curves recorded while training: values by name and step.
 */
import type { Curve } from '../core/records.js';

export class CurveLog {
  private readonly lines = new Map<string, { name: string; steps: number[]; values: number[] }>();

  /** Starts from curves recorded earlier. */
  constructor(before: readonly Curve[] = []) {
    for (const { name, steps, values } of before) {
      this.lines.set(name, { name, steps: [...steps], values: [...values] });
    }
  }

  add(name: string, step: number, value: number): void {
    const line = this.lines.get(name) ?? { name, steps: [], values: [] };
    this.lines.set(name, line);
    line.steps.push(step);
    line.values.push(value);
  }

  all(): readonly Curve[] {
    return [...this.lines.values()].map(({ name, steps, values }) => ({
      name,
      steps: [...steps],
      values: [...values],
    }));
  }

  values(name: string): readonly number[] {
    return this.lines.get(name)?.values ?? [];
  }

  /** The step of the last value, or 0. */
  lastStep(name: string): number {
    return this.lines.get(name)?.steps.at(-1) ?? 0;
  }
}
