/**
 * Factors on the learning rate of an encoder's parameters: one for all, or smaller ones for earlier layers, whose features are
 * more general (layer-wise rate decay: Clark et al., "ELECTRA", 2020; Bao et al., "BEiT", 2022, appendix).
 */
import { present } from '../../../core/errors.js';
import type { Architecture, Layer } from '../../../nn/architecture.js';
import { joinPath, walk } from '../../../nn/modules.js';
import { parametersOf } from '../../../nn/parameters.js';
import { encoderPrefix } from '../../../pretrain/program.js';
import type { DownstreamTask } from '../../task-file.js';

/** Factors by parameter, named as in a training program; the head's are 1, and not named. */
export function encoderRates(
  architecture: Architecture,
  { train, rate, decay }: DownstreamTask['encoder'],
): Readonly<Record<string, number>> {
  const layers = layersOf(architecture);
  return Object.fromEntries(
    layers.flatMap((names, index) => {
      // The head stands at depth 0, the encoder's last layer at depth 1.
      const factor = train === 'layerwise' ? rate * decay ** (layers.length - index) : rate;
      return names.map((name) => [encoderPrefix + name, factor] as const);
    }),
  );
}

/**
 * Names of trainable parameters by layer, first to last. A layer is a block or a convolution that stands between others: a
 * child of plain sequences, which are looked into. A normalisation or a scale alone belongs to what stands before it.
 */
export function layersOf({ encoder }: Architecture): readonly (readonly string[])[] {
  const layers: string[][] = [];
  for (const { path, layer } of unitsOf(encoder, '')) {
    const names = [...walk(layer, path)].flatMap((inner) =>
      parametersOf(inner.layer)
        .filter(({ trainable }) => trainable)
        .map(({ name }) => joinPath(inner.path, name)),
    );
    if (names.length === 0) continue;
    const belongs = ['batchNorm', 'groupNorm', 'scale'].includes(layer.kind);
    if (belongs && layers.length > 0) present(layers.at(-1), 'a layer').push(...names);
    else layers.push(names);
  }
  return layers;
}

function unitsOf(layer: Layer, path: string): { readonly path: string; readonly layer: Layer }[] {
  if (layer.kind !== 'sequence' || layer.type !== undefined) return [{ path, layer }];
  return layer.children.flatMap((child) => unitsOf(child.layer, joinPath(path, child.name)));
}
