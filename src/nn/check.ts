/**
 * Checks that a tree is an architecture that can be built and exported, since users' search spaces may have errors.
 */
import { UserError } from '../core/errors.js';
import type { Architecture, Layer, LayerOf } from './architecture.js';
import { isPositional, submodulesOf, walk } from './modules.js';

/** Names that an attribute of an `nn.Module` cannot have, since PyTorch's modules or Python use them. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield ' +
    'add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval ' +
    'extra_repr float forward get_buffer get_parameter get_submodule half ipu load_state_dict modules mtia ' +
    'named_buffers named_children named_modules named_parameters parameters register_buffer register_module ' +
    'register_parameter requires_grad_ set_submodule share_memory state_dict to to_empty train training type ' +
    'xpu zero_grad'
  ).split(' '),
);

const IDENTIFIER = /^[A-Za-z][A-Za-z0-9_]*$/;

/** Throws a `UserError` that names the layer if the architecture is invalid. */
export function checkArchitecture({ name, encoder }: Architecture): void {
  for (const { path, layer } of walk(encoder)) {
    const problem = problemOf(layer);
    if (problem !== null) {
      throw new UserError({
        subject: `architecture ${name}`,
        problem: `${path === '' ? 'its root' : `layer ${path}`} ${problem}`,
        fix: 'correct the search space that built it',
      });
    }
  }
}

function problemOf(layer: Layer): string | null {
  if (layer.kind === 'conv') return convProblem(layer);
  if (layer.kind === 'groupNorm') return groupProblem(layer);
  return namesProblem(layer) ?? (layer.kind === 'cell' ? cellProblem(layer) : null) ?? typeProblem(layer);
}

function namesProblem(layer: Layer): string | null {
  if (layer.kind === 'sequence' && isPositional(layer)) return null;
  const names = submodulesOf(layer).map((module) => module.name);
  const twice = names.find((one, index) => names.indexOf(one) !== index);
  if (twice !== undefined) return `has two layers named ${twice}`;
  const wrong = names.find((one) => !IDENTIFIER.test(one) || RESERVED.has(one));
  if (wrong === undefined) return null;
  return `has a layer named "${wrong}"; names are Python identifiers that torch.nn.Module does not use itself`;
}

function typeProblem(layer: Layer): string | null {
  const type = 'type' in layer ? layer.type : undefined;
  if (type === undefined || (IDENTIFIER.test(type) && !RESERVED.has(type))) return null;
  return `has the type "${type}"; types are Python identifiers`;
}

/** Problem of a cell, or null: every node must connect input to output, and edges must lead to higher nodes. */
function cellProblem({ edges }: LayerOf<'cell'>): string | null {
  const back = edges.find(({ from, to }) => from < 0 || to <= from);
  if (back !== undefined) return `has an edge from node ${back.from} to ${back.to}, which must be higher`;
  const last = Math.max(0, ...edges.map(({ to }) => to));
  if (last === 0) return 'is a cell without edges';
  const loose = edges.find(
    ({ from, to }) =>
      (from !== 0 && !edges.some((other) => other.to === from)) ||
      (to !== last && !edges.some((other) => other.from === to)),
  );
  return loose === undefined ? null : `has an edge ${loose.name} on no path from its input to its output`;
}

function convProblem({ inChannels, outChannels, groups }: LayerOf<'conv'>): string | null {
  if (inChannels % groups === 0 && outChannels % groups === 0) return null;
  return `has ${inChannels} and ${outChannels} channels, which ${groups} groups do not divide`;
}

function groupProblem({ channels, groups }: LayerOf<'groupNorm'>): string | null {
  if (Number.isInteger(groups) && groups >= 1 && channels % groups === 0) return null;
  return `has ${channels} channels, which ${groups} groups do not divide`;
}
