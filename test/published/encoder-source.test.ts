/** Encoders by what a user names: a folder, a candidate of a database, a published network. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { videoResnet } from '../../search-spaces/video-resnet.js';
import { loadEncoder } from '../../src/api/encoder-source.js';
import { exportCandidate, pretrain } from '../../src/api/index.js';
import { plainJson, type Json } from '../../src/core/json.js';
import { rngOf } from '../../src/core/random.js';
import { tensor } from '../../src/core/tensor.js';
import { runGraph } from '../../src/engines/onnx/index.js';
import { exportPytorch, writeFolder } from '../../src/export/index.js';
import { encoderGraph } from '../../src/pretrain/program.js';
import { randomContent } from '../export/exports.js';
import { randomTensor } from '../search-spaces/genomes.js';
import { succeed } from '../support/cli.js';
import { temporaryFolder, tinyExperiment, writeExperiment } from '../support/tiny.js';

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const changes = { candidates: 2, winners: { candidates: 1, seeds: 1 } };
const experiment = { ...tinyExperiment, ...changes };
vi.stubEnv('VOXOLVE_CACHE', at('cache'));

beforeAll(async () => {
  await succeed(['search', writeExperiment(folder, changes), '--db', at('tiny.db'), '--workers', '1']);
  await exportCandidate({ database: at('tiny.db'), to: 'pytorch', output: at('winner') });
}, 120_000);

describe('an encoder', () => {
  it('of a database is that of the export of the same candidate', async () => {
    const [database, exported] = [await loadEncoder(at('tiny.db')), await loadEncoder(at('winner'))];
    expect(database.fingerprint).toBe(exported.fingerprint);
    expect(exported.weights).toEqual(database.weights);
    expect(exported.input).toEqual([6, 6, 6]);
    expect(database.input).toEqual([6, 6, 6]);
    expect(database.scans).toMatchObject({ spacing: 6, percentiles: [0.5, 99.5] });
    expect(exported.scans).toMatchObject({ spacing: [6, 6, 6], percentiles: [0.5, 99.5] });
    expect(database.description).toMatch(/^candidate [01] of tiny in .*tiny\.db$/);
    expect(exported.description).toMatch(/winner \(candidate [01] of tiny\)$/);
  });

  it('of a database is chosen by number', async () => {
    const winner = await loadEncoder(`${at('tiny.db')}:winner`);
    const numbered = await Promise.all([0, 1].map((number) => loadEncoder(`${at('tiny.db')}:${number}`)));
    expect(numbered.map(({ fingerprint }) => fingerprint)).toContain(winner.fingerprint);
    expect(numbered[0]!.fingerprint).not.toBe(numbered[1]!.fingerprint);
  });

  it('of a pretraining is found in its folder', async () => {
    await pretrain({ experiment, architecture: at('tiny.db'), output: at('run'), steps: 4 });
    const [outer, inner] = [await loadEncoder(at('run')), await loadEncoder(at('run/encoder'))];
    expect(outer.fingerprint).toBe(inner.fingerprint);
  });

  it('by the name of a published network has no weights and takes any channels', async () => {
    const one = await loadEncoder('r3d-18');
    expect(one).toMatchObject({ weights: null, channels: 1, scans: null, input: [16, 112, 112] });
    const three = one.forChannels(3);
    expect(three.architecture.inChannels).toBe(3);
    expect(three.fingerprint).not.toBe(one.fingerprint);
  });

  it('of colours computes of grey scans what it computes where all colours are the grey', async () => {
    const genome = {
      stem: 'conv2plus1d',
      width: 8,
      stages: Array(2).fill({ convolution: 'conv3d', depth: 1, temporalStride: 1 }),
    };
    const coloured = videoResnet.build(genome as Json as never, { channels: 3 });
    await writeFolder(at('coloured'), exportPytorch(await randomContent(coloured, [1, 3, 4, 8, 8])));
    const colours = await loadEncoder(at('coloured'));
    const grey = colours.forChannels(1);
    expect([colours.channels, grey.channels]).toEqual([3, 1]);
    expect(grey.fingerprint).not.toBe(colours.fingerprint);
    const scan = randomTensor([1, 1, 4, 8, 8], rngOf('grey'));
    const repeated = tensor([1, 3, 4, 8, 8], Float32Array.of(...scan.data, ...scan.data, ...scan.data));
    const featuresOf = async ({ architecture, weights }: typeof grey, input: typeof scan) =>
      (await runGraph(encoderGraph(architecture, input.shape as never), weights!, { input }))['features']!;
    const [expected, found] = [await featuresOf(colours, repeated), await featuresOf(grey, scan)];
    const scale = Math.max(...expected.data.map(Math.abs));
    expected.data.forEach((value, i) => expect(Math.abs(found.data[i]! - value) / scale).toBeLessThan(1e-5));
  });
});

describe('what is no encoder is refused in one line:', () => {
  const refusal = async (source: string, channels?: number): Promise<string> => {
    try {
      const encoder = await loadEncoder(source);
      if (channels !== undefined) encoder.forChannels(channels);
    } catch (error) {
      return (error as Error).message;
    }
    return 'accepted';
  };

  it('a name that is neither file nor network', async () => {
    expect(await refusal('r3d-19')).toMatch(/--encoder r3d-19: there is no such.*r3d-18/);
    expect(await refusal(`${at('tiny.db')}:99`)).toMatch(/must be "winner" or the number/);
  });

  it('a folder without one, or whose files do not belong together', async () => {
    mkdirSync(at('empty'));
    expect(await refusal(at('empty'))).toMatch(/holds no encoder: .*architecture\.json is missing/);
    mkdirSync(at('mixed'));
    await writeFolder(
      at('mixed'),
      exportPytorch(await randomContent(await architectureOf('x3d-s'), [1, 1, 4, 32, 32])),
    );
    renameSync(at('winner/weights.safetensors'), at('mixed/weights.safetensors'));
    expect(await refusal(at('mixed'))).toMatch(/mixed\/weights\.safetensors: lacks stem/);
    writeFileSync(at('mixed/architecture.json'), JSON.stringify(plainJson({ architecture: 3 })));
    expect(await refusal(at('mixed'))).toMatch(/architecture\.json: "architecture" is 3/);
  });

  it('scans of other channels', async () => {
    expect(await refusal(at('tiny.db'), 3)).toMatch(/reads scans of 1 channel, these have 3/);
  });
});

async function architectureOf(name: string) {
  return (await loadEncoder(name)).architecture;
}
