/** Published weights brought to voxolve's networks: by which names, in which shapes, and what is refused. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namedNetworks } from '../../search-spaces/named.js';
import type { Shape } from '../../src/core/tensor.js';
import { encoderParameters } from '../../src/nn/parameters.js';
import { walk } from '../../src/nn/modules.js';
import { KINETICS, normaliseAsPublished } from '../../src/published/normalisation.js';
import { readPublished, type PublishedEncoder } from '../../src/published/published-network.js';
import { temporaryFolder } from '../support/tiny.js';
import { movinetA0, resnet18, x3dS, type Tensors } from './networks.js';
import { floats, pickled, pickledTensor, pickleOf, zipOf } from './torch-files.js';

const folder = temporaryFolder();
const path = join(folder, 'weights.pth');

/** A file whose tensors each repeat one number, by default the place of the tensor: small, whatever the network. */
function write(tensors: Tensors, valueOf = (_: string, place: number): number => place + 1): string {
  const entries = Object.entries(tensors);
  const state = pickled.dictionary(
    Object.fromEntries(entries.map(([name, sizes], i) => [name, repeated(String(i), sizes)])),
  );
  const storages = entries.map(([name], i) => [String(i), floats([valueOf(name, i)])] as const);
  writeFileSync(path, zipOf(pickleOf(state), Object.fromEntries(storages)));
  return path;
}

function repeated(key: string, sizes: Shape): Buffer {
  return pickledTensor({ key, count: 1, sizes, strides: sizes.map(() => 0) });
}

function refusal(network: string, file: string, channels: 1 | 3 = 3): string {
  try {
    readPublished(network, file, channels);
    return 'read';
  } catch (error) {
    return (error as Error).message;
  }
}

const R3D = resnet18([3, 3, 3, 3]);
const MC3 = resnet18([3, 1, 1, 1]);
const without = (tensors: Tensors, name: string): Tensors =>
  Object.fromEntries(Object.entries(tensors).filter(([other]) => other !== name));
const prefixed = (tensors: Tensors, prefix: string): Tensors =>
  Object.fromEntries(Object.entries(tensors).map(([name, shape]) => [prefix + name, shape]));

/** Asserts that our tensor `ours` holds the number of theirs. */
function expectPairs(
  { weights }: PublishedEncoder,
  tensors: Tensors,
  pairs: Readonly<Record<string, string>>,
): void {
  const names = Object.keys(tensors);
  for (const [ours, theirs] of Object.entries(pairs)) {
    expect(new Set(weights[ours]?.data), ours).toEqual(new Set([names.indexOf(theirs) + 1]));
  }
}

describe('weights of other code', () => {
  it('of torchvision are renamed, under any prefix', () => {
    const tensors = prefixed(MC3, 'module.');
    const found = readPublished('mc3-18', write(tensors), 3);
    expectPairs(found, tensors, {
      'stem.conv.weight': 'module.stem.0.weight',
      'stages.0.1.conv2.norm.running_mean': 'module.layer1.1.conv2.1.running_mean',
      'stages.3.0.shortcut.conv.weight': 'module.layer4.0.downsample.0.weight',
      'stages.3.0.shortcut.norm.bias': 'module.layer4.0.downsample.1.bias',
    });
    expect(found).toMatchObject({ layout: 'torchvision', normalisation: KINETICS, input: [16, 112, 112] });
    expect(found.leftOut).toEqual(['module.fc.weight', 'module.fc.bias']);
  });

  it('of PyTorchVideo are renamed, its gates of 1³ become linear layers', () => {
    const tensors = x3dS();
    const found = readPublished('x3d-s', write(tensors), 3);
    expectPairs(found, tensors, {
      'stem.spatial.weight': 'blocks.0.conv.conv_t.weight',
      'stem.temporal.weight': 'blocks.0.conv.conv_xy.weight',
      'stages.0.0.shortcut.weight': 'blocks.1.res_blocks.0.branch1_conv.weight',
      'stages.2.0.shortcut.norm.weight': 'blocks.3.res_blocks.0.branch1_norm.weight',
      'stages.2.10.squeeze.reduce.weight': 'blocks.3.res_blocks.10.branch2.norm_b.1.block.0.weight',
      'stages.3.6.project.conv.weight': 'blocks.4.res_blocks.6.branch2.conv_c.weight',
    });
    expect(found.weights['stages.2.10.squeeze.reduce.weight']?.shape).toEqual([16, 216]);
    expect(found.leftOut).toEqual(['blocks.5.pool.pre_conv.weight', 'blocks.5.proj.bias']);
  });

  it('of MoViNet-pytorch are renamed, with the functions and the epsilon that they were trained with', () => {
    const tensors = movinetA0();
    const found = readPublished('movinet-a0', write(tensors), 3);
    expectPairs(found, tensors, {
      'stem.conv.weight': 'conv1.conv3d.weight',
      'stages.0.0.rezero.weight': 'blocks.b0_l0.alpha',
      'stages.2.0.shortcut.project.conv.weight': 'blocks.b2_l0.res.1.conv3d.weight',
      'stages.3.3.depthwise.norm.weight': 'blocks.b3_l3.deep.norm.weight',
      'stages.4.3.squeeze.expand.bias': 'blocks.b4_l3.se.fc2.bias',
      'head.norm.bias': 'conv7.norm.bias',
    });
    const variance = Object.keys(tensors).indexOf('conv7.norm.running_var') + 1;
    expect(found.weights['head.norm.running_var']?.data[0]).toBe(Math.fround(variance + (1e-3 - 1e-5)));
    const functions = [...walk(found.architecture.encoder)].flatMap(({ layer }) =>
      layer.kind === 'activation' ? [layer.function] : layer.kind === 'squeezeExcite' ? [layer.gate] : [],
    );
    expect(new Set(functions)).toEqual(new Set(['silu', 'sigmoid']));
    expect(found.remarks).toHaveLength(1);
  });

  it('may have the names of voxolve, and those of a training program', () => {
    const { space, genome } = namedNetworks.find(({ name }) => name === 'x3d-s')!;
    const own = Object.fromEntries(
      encoderParameters(space.build(genome, { channels: 1 })).map(({ name, shape }) => [
        `encoder.${name}`,
        shape,
      ]),
    );
    const found = readPublished('x3d-s', write({ ...own, 'head.answer.weight': [5, 192] }));
    expect(found).toMatchObject({ layout: 'voxolve', normalisation: null, leftOut: ['head.answer.weight'] });
    expect(found.architecture).toEqual(space.build(genome, { channels: 1 }));
    expect(refusal('x3d-s', path, 3)).toMatch(/network of grey scans.*leave out --channels 3/);
  });

  it('are summed over colours for grey scans, whose normalisation is the mean over colours', () => {
    const { space, genome } = namedNetworks.find(({ name }) => name === 'mc3-18')!;
    const found = readPublished(
      'mc3-18',
      write(MC3, () => 0.5),
    );
    expect(found.architecture).toEqual(space.build(genome, { channels: 1 }));
    expect(found.weights['stem.conv.weight']).toMatchObject({ shape: [64, 1, 3, 7, 7] });
    expect(new Set(found.weights['stem.conv.weight']?.data)).toEqual(new Set([1.5]));
    expect(found.normalisation?.mean[0]).toBeCloseTo((0.43216 + 0.394666 + 0.37645) / 3, 12);
    expect(found.normalisation?.std[0]).toBeCloseTo((0.22803 + 0.22145 + 0.216989) / 3, 12);
  });
});

describe('weights that do not fit are refused in one line:', () => {
  it('of another network, which is named', () => {
    expect(refusal('r3d-18', write(MC3))).toMatch(
      /layer2\.0\.conv1\.0\.weight is \[128, 64, 1, 3, 3\], r3d-18 has \[128, 64, 3, 3, 3\]; these are weights of mc3-18: name that network$/,
    );
    expect(refusal('r2plus1d-18', write(R3D))).toMatch(/lacks|is \[.*weights of r3d-18/);
    expect(refusal('r3d-18', write(x3dS()))).toMatch(
      /holds no weights of r3d-18.*weights of x3d-xs or x3d-s or x3d-m/,
    );
  });

  it('the first that is missing, one too many, one of another shape', () => {
    expect(refusal('r3d-18', write(without(R3D, 'layer3.1.conv2.1.running_var')))).toMatch(
      /lacks layer3\.1\.conv2\.1\.running_var \[256\] of r3d-18/,
    );
    expect(refusal('r3d-18', write({ ...R3D, 'layer5.0.weight': [2] }))).toMatch(
      /holds layer5\.0\.weight, which r3d-18 has not/,
    );
    expect(refusal('r3d-18', write({ ...R3D, 'stem.0.weight': [64, 4, 3, 7, 7] }))).toMatch(
      /stem\.0\.weight is \[64, 4, 3, 7, 7\]/,
    );
  });

  it('values that are not finite', () => {
    const file = write(R3D, (name) => (name === 'layer4.1.conv2.1.bias' ? NaN : 1));
    expect(refusal('r3d-18', file)).toMatch(
      /layer4\.1\.conv2\.1\.bias holds values that are infinite or no numbers/,
    );
  });

  it('a network that is not known', () => {
    expect(refusal('r3d-81', write(R3D))).toMatch(/network "r3d-81": is not known; did you mean "r3d-18"\?/);
  });
});

describe('the normalisation of published weights', () => {
  it("puts a scan's darkest and brightest at 0 and 1, clips what is beyond, then takes mean and deviation", () => {
    const voxels = Float32Array.of(-1, 0, 1, 3, /* second channel */ 5, 10, 0, 20);
    normaliseAsPublished(
      voxels,
      [
        [-1, 1],
        [0, 10],
      ],
      { mean: [0.5, 0.25], std: [0.25, 0.5] },
    );
    expect([...voxels]).toEqual([-2, 0, 2, 2, 0.5, 1.5, -0.5, 1.5]);
  });

  it('is what torchvision computes of a film in [0, 1], and finite where a scan is constant', () => {
    const film = Float32Array.of(0, 0.25, 1);
    normaliseAsPublished(film, [[0, 1]], { mean: [KINETICS.mean[0]!], std: [KINETICS.std[0]!] });
    [0, 0.25, 1].forEach((value, i) => expect(film[i]).toBeCloseTo((value - 0.43216) / 0.22803, 6));
    const constant = Float32Array.of(7, 7);
    normaliseAsPublished(constant, [[7, 7]], { mean: [0.5], std: [0.5] });
    expect([...constant]).toEqual([-1, -1]);
  });
});
