/**
 * A check that a device computed all that it was given.
 *
 * ONNX Runtime hands what a provider lacks to the CPU and says nothing. Its profile of a run names the provider of every
 * node, so the first run on a device is profiled and looked at. Control flow (the `Loop` around training steps) and what
 * reads no floats (labels, conditions) are the CPU's by design; everything else that it computed is a fall-back.
 *
 * Source: ONNX Runtime, "Profiling": one record a node, `args.provider`, `args.op_name`, `args.input_type_shape`.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../core/errors.js';

const Profile = z.array(
  z.object({
    args: z
      .object({
        provider: z.string().optional(),
        op_name: z.string().optional(),
        /** `[{"float": [2, 3]}, {"int64": []}]`. */
        input_type_shape: z.array(z.record(z.string(), z.unknown())).optional(),
      })
      .optional(),
  }),
);

const CPU = 'CPUExecutionProvider';
const CONTROL_FLOW: ReadonlySet<string> = new Set(['Loop', 'If', 'Scan']);
const FLOATS = /^(float|double|float16|bfloat16)$/;

/** The kinds of op that a profiled run left to the CPU, and how often, most often first. */
export function leftToCpu(profile: unknown): readonly (readonly [op: string, times: number])[] {
  const counts = new Map<string, number>();
  for (const { args } of Profile.parse(profile)) {
    const { provider, op_name: op, input_type_shape: operands = [] } = args ?? {};
    if (provider !== CPU || op === undefined || CONTROL_FLOW.has(op)) continue;
    const readsFloats = operands.some((operand) => Object.keys(operand).some((type) => FLOATS.test(type)));
    if (readsFloats) counts.set(op, (counts.get(op) ?? 0) + 1);
  }
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}

/** Where the runtime writes the profile of one session. */
export interface ProfileFile {
  readonly prefix: string;
  /** Reads the profile once it is complete, and removes it. */
  take(): unknown;
  remove(): void;
}

export function profileFile(): ProfileFile {
  const folder = mkdtempSync(join(tmpdir(), 'voxolve-profile-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return {
    prefix: join(folder, 'run'),
    take: () => {
      try {
        const [name] = readdirSync(folder);
        if (name === undefined) throw new Error('the runtime wrote no profile of its first run');
        return JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown;
      } finally {
        remove();
      }
    },
    remove,
  };
}

/** Throws `UserError` where the CPU did a device's work. */
export function requireAllOn(device: string, profile: unknown): void {
  const left = leftToCpu(profile);
  if (left.length === 0) return;
  throw new UserError({
    subject: `device ${device}`,
    problem: `must run every op of a network itself, and leaves to the CPU: ${left.map(([op, n]) => `${op} (${n})`).join(', ')}`,
    fix: 'choose --device cpu, or report the ops so that they get a lowering',
  });
}
