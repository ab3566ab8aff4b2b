import { describe, expect, it } from 'vitest';
import { factorized3d } from '../../search-spaces/factorized3d.js';
import { modelSource } from '../../src/export/python/model.js';
import type { Architecture, Layer } from '../../src/nn/architecture.js';
import { activation, conv3d, convNormAct, sequence, squeezeExcite, stack } from '../../src/nn/layers.js';

const stage = {
  depth: 1,
  width: 16,
  temporalKernel: 3,
  spatialKernel: 3,
  temporalStride: 1,
  spatialStride: 2,
  squeeze: 0,
} as const;

/** Every kind of block, with and without projection, squeeze and strides. */
const genome = {
  activation: 'silu',
  stem: { width: 8, temporalKernel: 1, spatialKernel: 5, temporalStride: 1, spatialStride: 2 },
  stages: [
    { ...stage, block: 'conv3d', depth: 2 },
    { ...stage, block: 'factorized', depth: 3, expansion: 2, squeeze: 0.25, temporalKernel: 5 },
    { ...stage, block: 'depthwise-separable', expansion: 3, temporalStride: 2, squeeze: 0.125 },
    { ...stage, block: 'bottleneck', depth: 2, width: 32, reduction: 4, spatialKernel: 5 },
  ],
} as const;

function sourceOf(encoder: Layer): string {
  const architecture: Architecture = { name: 'test', inChannels: 1, encoder, features: 8 };
  return modelSource(architecture, 'Test.');
}

/** The source of one class. */
function classIn(source: string, name: string): string {
  return new RegExp(`^class ${name}\\(.*?(?=\\n\\n\\n)`, 'ms').exec(source)?.[0] ?? '';
}

describe('model.py', () => {
  it('reads as in the snapshot', async () => {
    const source = modelSource(factorized3d.build(genome, { channels: 1 }), 'A 3D encoder.');
    await expect(source).toMatchFileSnapshot('snapshots/model.py');
  });

  it('has one class for all instances of a type, which takes what differs between them', () => {
    const unit = (width: number, kernel: number) =>
      convNormAct(8, width, 'relu', { kernel: [1, kernel, kernel] });
    const source = sourceOf(stack([unit(8, 3), unit(16, 5), unit(8, 3)]));
    expect(source.match(/^class ConvNormAct/gm)).toHaveLength(1);
    const written = classIn(source, 'ConvNormAct');
    expect(written).toContain(
      'def __init__(self, in_channels: int, out_channels: int, kernel_size: int) -> None:',
    );
    expect(written).toContain('padding=(0, kernel_size // 2, kernel_size // 2)');
    expect(source).toContain('ConvNormAct(8, 16, kernel_size=5)');
  });

  it('writes what all instances have in common into the class', () => {
    const source = sourceOf(stack([convNormAct(8, 16, 'gelu'), convNormAct(8, 32, 'gelu')]));
    expect(classIn(source, 'ConvNormAct')).toContain('self.act = nn.GELU()');
    expect(classIn(source, 'ConvNormAct')).toContain('kernel_size=1, bias=False');
  });

  it('takes a module that only some instances have as an optional argument', () => {
    const block = (shortcut?: Layer): Layer => ({
      kind: 'residual',
      type: 'Block',
      body: sequence({ conv: conv3d(8, 8) }),
      ...(shortcut ? { shortcut } : {}),
      activation: 'relu',
    });
    const source = sourceOf(stack([block(), block(conv3d(8, 8))]));
    expect(classIn(source, 'Block')).toContain('shortcut: nn.Module | None = None');
    expect(classIn(source, 'Block')).toContain(
      'self.shortcut = nn.Identity() if shortcut is None else shortcut',
    );
    expect(source).toContain('Block(8), Block(8, shortcut=nn.Conv3d(8, 8, kernel_size=1, bias=False))');
  });

  it('tells a depthwise convolution by its channels, not by a number of groups', () => {
    const depthwise = (channels: number) =>
      sequence(
        { conv: conv3d(channels, channels, { groups: channels }) },
        { type: 'Depthwise', summary: '' },
      );
    expect(classIn(sourceOf(stack([depthwise(8), depthwise(16)])), 'Depthwise')).toContain('groups=channels');
  });

  it('does not take two numbers for one that are equal by chance', () => {
    const block = (channels: number): Layer =>
      sequence(
        {
          conv: conv3d(32, channels),
          next: conv3d(channels, 64),
          squeeze: squeezeExcite(64, channels, 'relu'),
        },
        { type: 'Block', summary: '' },
      );
    const written = classIn(sourceOf(stack([block(8), block(16)])), 'Block');
    expect(written).toContain('mid_channels: int,\n        reduced_channels: int,');
  });

  it('writes equal blocks in a row once from three on', () => {
    const blocks = (count: number) =>
      sourceOf(sequence({ blocks: stack(Array(count).fill(activation('relu'))) }));
    expect(blocks(2)).toContain('nn.Sequential(nn.ReLU(), nn.ReLU())');
    expect(blocks(3)).toContain('nn.Sequential(*[nn.ReLU() for _ in range(3)])');
  });

  it('gives a type that contains itself a class for each level', () => {
    const block = (inner: Layer): Layer => sequence({ inner }, { type: 'Block', summary: '' });
    const source = sourceOf(stack([block(block(conv3d(8, 8))), block(conv3d(8, 8))]));
    expect(classIn(source, 'Block')).toContain(
      'self.inner = nn.Conv3d(channels, channels, kernel_size=1, bias=False)',
    );
    expect(classIn(source, 'Block2')).toContain('self.inner = Block(channels)');
    expect(source).toContain('super().__init__(Block2(8), Block(8))');
  });

  it('keeps quotes out of docstrings', () => {
    const source = sourceOf(sequence({ one: sequence({}, { type: 'Odd', summary: 'a """ b \\' }) }));
    expect(source).toContain('"""a b """');
  });
});
