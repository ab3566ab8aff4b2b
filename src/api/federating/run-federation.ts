/**
 * The simulation of a federation, from its start or from its last checkpoint.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { present } from '../../core/errors.js';
import { rngOf } from '../../core/random.js';
import type { Curve } from '../../core/records.js';
import { engines } from '../../engines/index.js';
import type { Session, TrainingProgram } from '../../engines/engine.js';
import { federate, type FederationJob, type FederationOutcome } from '../../federated/federation.js';
import { localParameters } from '../../federated/normalisation.js';
import type { FederationOptions } from '../../federated/options.js';
import { proximal } from '../../federated/proximal.js';
import type { Site } from '../../federated/sites.js';
import { packWeights } from '../../federated/weights.js';
import { Checkpoints, type Best } from '../../pretrain/checkpoints.js';
import { programCost } from '../../pretrain/cost.js';
import { heldOutBatches, Interrupted, type Snapshot } from '../../pretrain/pretrain.js';
import { CHECKPOINT, identityOf, type PretrainRun } from '../pretraining/train.js';
import { roundsBetween } from './federation-file.js';

export interface FederatedRun extends PretrainRun {
  readonly federation: FederationOptions;
  readonly sites: readonly Site[];
  /** Noise multiplier; undefined: no differential privacy. */
  readonly noise: number | undefined;
}

export interface Federated {
  readonly outcome: FederationOutcome;
  /** The validation with the highest score; its weights are packed (`unpackWeights`). */
  readonly best: Best | null;
  /** Number of parameters that travel. */
  readonly parameters: number;
  readonly checkpoints: Checkpoints;
}

/** Undefined if the signal ended it. */
export async function runFederation(run: FederatedRun): Promise<Federated | undefined> {
  const { resolved, source, scans, choice, federation } = run;
  const { experiment, plan } = resolved;
  const bare = resolved.program(source.architecture);
  const localNames = localParameters(bare.train, federation.normalisation);
  const shared = bare.train.parameters.filter(({ name }) => !localNames.has(name));
  const program = programOf(bare, federation, new Set(shared.map(({ name }) => name)));
  const checkpoints = checkpointsOf(run);
  const from = checkpoints.read();
  announce(run, from);
  const engine = present(engines[choice.engine], choice.engine);
  const session = await engine.open(program, {
    device: choice.device,
    threads: availableParallelism(),
    precision: experiment.precision,
    spin: true,
  });
  try {
    const outcome = await federate({
      ...settingsOf(run, session, program),
      ...{ localNames, parameters: bare.train.parameters },
      heldOut: heldOutBatches(scans, plan, experiment.training, rngOf(experiment.seed, 'held-out')),
      ...(from === undefined ? {} : { from }),
      checkpoint: {
        every: Math.max(1, Math.floor(run.every / federation.localSteps)),
        save: (snapshot) => checkpoints.save(snapshot),
      },
      onBest: (round, score, weights) => checkpoints.offer(round, score, packWeights(weights)),
    });
    const parameters = shared.reduce(
      (sum, { shape }) => sum + shape.reduce((size, extent) => size * extent, 1),
      0,
    );
    return { outcome, best: checkpoints.winner, parameters, checkpoints };
  } catch (error) {
    if (error instanceof Interrupted) return undefined;
    throw error;
  } finally {
    await session.dispose();
  }
}

/** Weight of the proximal term where none is named. */
export const MU = 0.01;

function programOf(
  bare: TrainingProgram,
  { algorithm, mu = MU }: FederationOptions,
  names: ReadonlySet<string>,
): TrainingProgram {
  return algorithm === 'fedprox' ? proximal(bare, mu, names) : bare;
}

function checkpointsOf(run: FederatedRun): Checkpoints {
  // What is compared afterwards changes nothing.
  const { pooled: _, ...federation } = run.federation;
  const identity = { ...identityOf(run), federation: JSON.parse(JSON.stringify(federation)) as never };
  return new Checkpoints(join(run.folder, CHECKPOINT), identity);
}

type Settings = Omit<
  FederationJob,
  'localNames' | 'parameters' | 'heldOut' | 'from' | 'checkpoint' | 'onBest'
>;

function settingsOf(run: FederatedRun, session: Session, program: TrainingProgram): Settings {
  const { federation, sites, noise, signal, report } = run;
  const { experiment, plan } = run.resolved;
  const { rounds, localSteps, algorithm, participation, lost, clip, delta } = federation;
  return {
    ...{ session, plan, sites, rounds, localSteps, participation, lost, delta },
    training: experiment.training,
    macs: programCost(program).macs,
    proximal: algorithm === 'fedprox',
    // As pretraining draws, so that both begin with the same weights.
    rng: rngOf(experiment.seed, 'pretrain'),
    ...(clip === undefined ? {} : { clip }),
    ...(noise === undefined ? {} : { noise }),
    evaluateEvery: roundsBetween(federation),
    interrupted: () => signal?.aborted === true,
    onRound: ({ round, loss, score, heldOutLoss }) => {
      // Under differential privacy no site tells its loss.
      const shown = loss ?? heldOutLoss;
      if (shown === undefined) return;
      const told = { step: round * localSteps, loss: shown, ...(score === undefined ? {} : { score }) };
      report({ kind: 'step', report: told });
    },
  };
}

function announce(
  { report, resolved, choice, sites, federation }: FederatedRun,
  from: Snapshot | undefined,
): void {
  const { metric, chance } = resolved.plan;
  const { rounds, localSteps, algorithm } = federation;
  const named = sites.map(({ name, patients }) => ({ name, patients }));
  report({ kind: 'federation', sites: named, rounds, localSteps, algorithm });
  report({
    kind: 'training',
    ...{ engine: choice.engine, device: choice.device, metric, chance },
    steps: rounds * localSteps,
    from: from === undefined ? null : soFar(from, localSteps, metric),
  });
}

function soFar({ state, curves }: Snapshot, localSteps: number, metric: string) {
  // A round's loss stands for each of its steps.
  const losses = valuesOf(curves, 'train/loss').flatMap((loss) => Array<number>(localSteps).fill(loss));
  return { step: state.step * localSteps, losses, scores: valuesOf(curves, `validation/${metric}`) };
}

export function valuesOf(curves: readonly Curve[], name: string): readonly number[] {
  return curves.find((curve) => curve.name === name)?.values ?? [];
}
