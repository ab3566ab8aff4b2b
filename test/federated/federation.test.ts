/**
 * Federated averaging against centralised training, its messages, and what happens when sites are lost.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TensorMap, AnyTensor } from '../../src/core/tensor.js';
import { intTensor, tensor } from '../../src/core/tensor.js';
import type { Session } from '../../src/engines/engine.js';
import { federate, type FederationJob } from '../../src/federated/federation.js';
import { readMessage, type FederatedMessage } from '../../src/federated/messages.js';
import { localParameters } from '../../src/federated/normalisation.js';
import { lostIn } from '../../src/federated/participation.js';
import { anchorsOf, proximal } from '../../src/federated/proximal.js';
import { batchesHere } from '../../src/pretrain/batches.js';
import { initialWeights } from '../../src/pretrain/initialise.js';
import type { Snapshot } from '../../src/pretrain/pretrain.js';
import { learningRate } from '../../src/pretrain/schedule.js';
import { memoryVolume } from '../../src/scans/sampling/scan-set.js';
import { BATCH, open, smallJob, smallPlan, smallProgram } from './small-federation.js';

const program = smallProgram(BATCH);
let session: Session;
beforeAll(async () => {
  session = await open(program);
});
afterAll(() => session.dispose());

const names = program.train.parameters.map(({ name }) => name);
const job = (changes: Partial<FederationJob> = {}, rounds = 3, localSteps = 2): FederationJob => ({
  ...smallJob(session, program, rounds, localSteps),
  ...changes,
});

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function farthest(a: TensorMap, b: TensorMap): number {
  const each = names.flatMap((name) =>
    Array.from(a[name]?.data ?? [NaN], (x, i) => Math.abs(x - (b[name]?.data[i] ?? NaN))),
  );
  return Math.max(...each);
}

/** Batches of one step each, one after the other along the axis of crops. */
function joined(batches: readonly Readonly<Record<string, AnyTensor>>[]): Record<string, AnyTensor> {
  const first = batches[0] ?? {};
  return Object.fromEntries(
    Object.entries(first).map(([name, { shape, dtype }]) => {
      const values = batches.flatMap((batch) => Array.from(batch[name]?.data ?? []));
      const joint = [1, batches.length * (shape[1] ?? 1), ...shape.slice(2)];
      return [
        name,
        dtype === 'f32'
          ? tensor(joint, Float32Array.from(values))
          : intTensor(joint, Int32Array.from(values)),
      ];
    }),
  );
}

/** One step a round on the sites' batches together. */
async function centralised({ sites, training, rounds, rng }: FederationJob): Promise<TensorMap> {
  const whole = smallProgram(BATCH * sites.length);
  const one = await open(whole);
  one.load({ weights: initialWeights(whole.train.parameters, rng.split('init')) });
  for (let step = 0; step < rounds; step++) {
    const batches = await Promise.all(
      sites.map(({ name, set }) =>
        batchesHere({ set, plan: smallPlan(BATCH), size: BATCH, split: 'train' }).take({
          key: rng.split('site', name).key,
          first: step,
          count: 1,
        }),
      ),
    );
    await one.train(joined(batches), Float32Array.of(learningRate(training, step)));
  }
  const { weights } = await one.read();
  await one.dispose();
  return weights;
}

describe('federated averaging', () => {
  it('of four sites with one local step equals the centralised step, over ten rounds', async () => {
    const rounds = job({}, 10, 1);
    const { weights } = await federate(rounds);
    const expected = await centralised(rounds);
    const drawn = initialWeights(program.train.parameters, rounds.rng.split('init'));
    expect(farthest(expected, drawn)).toBeGreaterThan(0.05);
    expect(farthest(weights.shared, expected)).toBeLessThan(1e-6);
  });

  it('weights sites by their patients', async () => {
    const base = job({}, 1, 2);
    const only = async (index: number): Promise<TensorMap> => {
      const sites = base.sites.slice(index, index + 1);
      return (await federate({ ...base, sites })).weights.shared;
    };
    const [a, b] = [await only(0), await only(1)];
    const [first, second] = base.sites;
    if (first === undefined || second === undefined) throw new Error('no sites');
    const sites = [first, { ...second, patients: 3 }];
    const { weights } = await federate({ ...base, sites });
    const expected = Object.fromEntries(
      names.map((name) => {
        const values =
          a[name]?.data.map((x, i) => x / 4 + (3 * (b[name]?.data[i] ?? NaN)) / 4) ?? new Float32Array();
        return [name, tensor(a[name]?.shape ?? [], values)];
      }),
    );
    expect(farthest(weights.shared, expected)).toBeLessThan(1e-6);
    expect(farthest(weights.shared, a)).toBeGreaterThan(1e-3);
  });

  it('goes on without a site that is lost in mid-round, the others weighted anew', async () => {
    const losing = job({ lost: 0.4 }, 1);
    const lost = losing.sites.filter(({ name }) => lostIn(0, name, losing));
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.length).toBeLessThan(4);
    const messages: FederatedMessage[] = [];
    const { weights } = await federate({ ...losing, onMessage: (_, message) => messages.push(message) });
    const kept = losing.sites.filter((site) => !lost.includes(site));
    const without = await federate({ ...losing, lost: 0, sites: kept });
    expect(weights.shared).toEqual(without.weights.shared);
    expect(messages.filter(({ kind }) => kind === 'weights')).toHaveLength(4);
    expect(messages.filter(({ kind }) => kind === 'update').map(({ site }) => site)).toEqual(
      kept.map(({ name }) => name),
    );
  });

  it('goes on from a checkpoint as if nothing had happened', async () => {
    const saved: Snapshot[] = [];
    const whole = job(
      { participation: 0.5, lost: 0.2, clip: 0.5, checkpoint: { every: 1, save: (one) => saved.push(one) } },
      5,
    );
    const expected = await federate(whole);
    expect(saved).toHaveLength(5);
    const from = saved[1];
    if (from === undefined) throw new Error('nothing was saved');
    expect(await federate({ ...whole, from })).toEqual(expected);
  });

  it('gives the same weights with any number of threads', async () => {
    const wide = await open(program, 3);
    expect(await federate(job({ session: wide }))).toEqual(await federate(job()));
    await wide.dispose();
  });

  it('learns', async () => {
    const { curves, score } = await federate(job({}, 12, 10));
    const losses = curves.find(({ name }) => name === 'train/loss')?.values ?? [];
    expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] ?? 0));
    expect(score).toBeGreaterThan(0.8);
  });

  it('ends where an update is not finite', async () => {
    const base = job();
    const diverging = { ...base, training: { ...base.training, learningRate: 1e30 } };
    expect((await federate(diverging)).status).toBe('diverged');
  });
});

describe('the proximal term', () => {
  it('adds μ times the distance from the server to each gradient', async () => {
    const [rate, mu] = [0.1, 0.7];
    const near = proximal(program, mu, new Set(names));
    const [plain, held] = [await open(program), await open(near)];
    const { rng, sites } = job();
    const anchor = initialWeights(program.train.parameters, rng.split('anchor'));
    const start = initialWeights(program.train.parameters, rng.split('start'));
    const set = sites[0]?.set;
    if (set === undefined) throw new Error('no sites');
    const source = batchesHere({ set, plan: smallPlan(BATCH), size: BATCH, split: 'train' });
    const batch = await source.take({ key: ['batch'], first: 0, count: 1 });
    plain.load({ weights: start });
    held.load({ weights: { ...start, ...anchorsOf(anchor) } });
    await plain.train(batch, Float32Array.of(rate));
    await held.train(batch, Float32Array.of(rate));
    const [without, found] = [(await plain.read()).weights, (await held.read()).weights];
    const expected = Object.fromEntries(
      names.map((name) => {
        const values = without[name]?.data.map(
          (x, i) => x - rate * mu * ((start[name]?.data[i] ?? NaN) - (anchor[name]?.data[i] ?? NaN)),
        );
        return [name, tensor(start[name]?.shape ?? [], values ?? new Float32Array())];
      }),
    );
    expect(farthest(found, expected)).toBeLessThan(1e-6);
    expect(farthest(found, without)).toBeGreaterThan(1e-3);
    await Promise.all([plain.dispose(), held.dispose()]);
  });

  it('keeps sites closer to the server', async () => {
    const near = proximal(program, 2, new Set(names));
    const held = await open(near);
    const lengthOf = async (changes: Partial<FederationJob>): Promise<number> => {
      const one = job(changes, 1, 10);
      const { weights } = await federate(one);
      return farthest(weights.shared, initialWeights(program.train.parameters, one.rng.split('init')));
    };
    expect(await lengthOf({ session: held, proximal: true })).toBeLessThan(0.8 * (await lengthOf({})));
    await held.dispose();
  });
});

describe('messages', () => {
  const collected = async (
    changes: Partial<FederationJob> = {},
  ): Promise<[Uint8Array, FederatedMessage][]> => {
    const found: [Uint8Array, FederatedMessage][] = [];
    await federate(job({ ...changes, onMessage: (bytes, message) => found.push([bytes, message]) }));
    return found;
  };

  it('are read as they were written, and refused where damaged', async () => {
    const messages = await collected();
    expect(messages).toHaveLength(3 * 4 * 2);
    for (const [bytes, message] of messages) expect(readMessage(bytes)).toEqual(message);
    const [bytes] = messages[0] ?? [new Uint8Array()];
    expect(() => readMessage(bytes.subarray(0, 3))).toThrow(
      /a message of a site: of 3 bytes holds no header/,
    );
    expect(() => readMessage(bytes.subarray(0, bytes.length - 1))).toThrow(/not a readable safetensors file/);
    const other = Uint8Array.from(bytes);
    other[4] = 0;
    expect(() => readMessage(other)).toThrow(/a message of a site: has a header that is not JSON/);
  });

  it('are hardly larger than the parameters', async () => {
    const parameters = program.train.parameters.reduce(
      (sum, { shape }) => sum + shape.reduce((size, extent) => size * extent, 1),
      0,
    );
    for (const [bytes] of await collected()) {
      expect(bytes.length).toBeLessThanOrEqual(1.05 * parameters * 4 + 64_000);
      expect(bytes.length).toBeGreaterThan(4 * parameters);
    }
  });

  it('hold no voxels: a pattern in the scans of a site is in no message', async () => {
    const base = job();
    // Each row along W is cut into crops of six voxels, so three voxels of the pattern stand in every crop.
    const pattern = [3.14159, -2.71828, 1.41421];
    const rows = Float32Array.from({ length: 512 }, (_, i) => pattern[i % 3] ?? NaN);
    const sites = base.sites.map((site) => ({
      ...site,
      set: {
        ...site.set,
        volumes: site.set.volumes.map((one) => memoryVolume(one, rows, new Uint8Array(512).fill(1))),
      },
    }));
    const trained: Uint8Array[] = [];
    const watched: Session = {
      load: (state) => session.load(state),
      evaluate: (feeds) => session.evaluate(feeds),
      read: () => session.read(),
      dispose: () => session.dispose(),
      train: (feeds, rates) => {
        trained.push(bytesOf(feeds['crops']?.data as Float32Array));
        return session.train(feeds, rates);
      },
    };
    const messages: Uint8Array[] = [];
    await federate({ ...base, sites, session: watched, onMessage: (bytes) => messages.push(bytes) });
    const planted = Buffer.from(bytesOf(Float32Array.from(pattern)));
    const holds = (bytes: Uint8Array): boolean => Buffer.from(bytes).includes(planted);
    expect(trained.filter(holds).length).toBeGreaterThan(trained.length / 2);
    expect(messages).toHaveLength(24);
    expect(messages.some(holds)).toBe(false);
    // Nor single voxels of it.
    const voxel = Buffer.from(bytesOf(Float32Array.of(3.14159)));
    expect(messages.some((bytes) => Buffer.from(bytes).includes(voxel))).toBe(false);
  });

  it('say neither losses nor numbers of patients where noise protects a site', async () => {
    for (const [, { kind, examples, metrics }] of await collected({ clip: 1, noise: 1 })) {
      expect(metrics).toEqual({});
      expect(examples).toBe(kind === 'update' ? 1 : 0);
    }
  });

  it('leave out what belongs to batch norms that stay at the sites', async () => {
    const normed = smallProgram(BATCH, 'batch');
    const own = await open(normed);
    const localNames = localParameters(normed.train, 'local');
    expect([...localNames].sort()).toEqual([
      'norm.bias',
      'norm.running_mean',
      'norm.running_var',
      'norm.weight',
    ]);
    const found: FederatedMessage[] = [];
    const base = { ...smallJob(own, normed), localNames };
    const { weights } = await federate({ ...base, onMessage: (_, message) => found.push(message) });
    for (const { tensors } of found)
      expect(Object.keys(tensors).sort()).toEqual(['conv.weight', 'head.weight']);
    const means = base.sites.map(({ name }) => weights.local[name]?.['norm.running_mean']?.data);
    expect(means[0]).not.toEqual(means[1]);
    expect(() => localParameters(normed.train, 'shared')).toThrow(/batch norm.*; set "norm": "group"/);
    expect(localParameters(program.train, 'shared').size).toBe(0);
    await own.dispose();
  });
});
