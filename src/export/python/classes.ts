/**
 * From an architecture's tree to the classes of its exported code.
 *
 * Every layer with a `type` is an instance of a class of that name. All instances of a type are generalised
 * into one class, whose constructor takes what differs between them (patterns.ts). Types that differ too much
 * to be one class (the same layers in another order) become several, numbered.
 */
import { present } from '../../core/errors.js';
import type { Architecture, Layer } from '../../nn/architecture.js';
import { instancesOf, type Instance } from './instances.js';
import { nameHoles } from './names.js';
import { partsOf, type Forward } from './parts.js';
import { Generaliser, type Hole, type Pattern } from './patterns.js';
import {
  ABSENT,
  numberTerm,
  sameTerm,
  tripleTerm,
  type Argument,
  type ModuleTerm,
  type Term,
} from './terms.js';

export interface Parameter {
  readonly name: string;
  readonly hole: Hole;
  readonly default?: Term;
}

export interface Attribute {
  readonly name: string;
  readonly pattern: Pattern;
}

export interface ClassSpec {
  readonly name: string;
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  /** Attributes in the order of construction. */
  readonly attributes: readonly Attribute[];
  readonly forward: Forward;
}

/** Names that `model.py` uses itself. */
const TAKEN = [
  'Encoder',
  'OrderedDict',
  'Path',
  'WEIGHTS',
  'IN_CHANNELS',
  'FEATURES',
  'build',
  'read_safetensors',
];
const MODULES = ['json', 'nn', 'np', 'struct', 'torch'];

/** Classes in an order in which each uses only those before it; the last is `Encoder`. */
export function classesOf(architecture: Architecture): readonly ClassSpec[] {
  const calls = new Map<Layer, ModuleTerm>();
  const taken = new Set([...TAKEN, ...MODULES]);
  const specs: ClassSpec[] = [];
  for (const group of instancesOf(architecture.encoder).flatMap(splitByOrder)) {
    const [first] = group;
    if (first === undefined) continue;
    const spec = derive(unique(first.parts.type, taken), group, calls);
    group.forEach((instance, i) => calls.set(instance.layer, callOf(spec, i)));
    specs.push(spec);
  }
  return [...specs, encoderClass(architecture, calls)];
}

/** Groups of instances whose modules can stand in one common order. */
function splitByOrder(instances: readonly Instance[]): Instance[][] {
  const groups: Instance[][] = [];
  for (const instance of instances) {
    const fitting = groups.find((group) => mergedNames([...group, instance]) !== null);
    if (fitting) fitting.push(instance);
    else groups.push([instance]);
  }
  return groups;
}

/** The names of all instances' modules in one order that suits each; null where there is none. */
function mergedNames(instances: readonly Instance[]): readonly string[] | null {
  const merged: string[] = [];
  for (const { parts } of instances) {
    let last = -1;
    for (const { name } of parts.modules) {
      const at = merged.indexOf(name);
      if (at === -1) merged.splice(++last, 0, name);
      else if (at <= last) return null;
      else last = at;
    }
  }
  return merged;
}

/** The class of which all of `group` are instances; `calls` constructs the instances inside them. */
function derive(name: string, group: readonly Instance[], calls: ReadonlyMap<Layer, Term>): ClassSpec {
  const { parts } = present(group[0], 'a class has instances');
  const generaliser = new Generaliser();
  const order = mergedNames(group) ?? [];
  const attributes = order.map((attribute) => {
    const terms = group.map((instance) => {
      const module = instance.parts.modules.find((one) => one.name === attribute);
      return module ? module.term(calls) : ABSENT;
    });
    return { name: attribute, pattern: generaliser.attribute(attribute, terms) };
  });
  const inBody = new Set(group.flatMap((instance) => instance.parts.forward.body));
  return {
    name,
    summary: parts.summary,
    parameters: parametersOf(generaliser.holes, group),
    attributes,
    forward: { ...parts.forward, body: order.filter((attribute) => inBody.has(attribute)) },
  };
}

function parametersOf(holes: readonly Hole[], group: readonly Instance[]): readonly Parameter[] {
  const names = nameHoles(
    holes,
    group.map(({ parts }) => parts.channels),
  );
  const parameters = holes.map((hole): Parameter => {
    const named = { name: present(names.get(hole), 'every hole is named'), hole };
    const fallback = defaultOf(hole);
    return fallback === undefined ? named : { ...named, default: fallback };
  });
  return inOrder(parameters);
}

/** Arguments that construct the `i`th instance of a class. */
function callOf(spec: ClassSpec, i: number): ModuleTerm {
  const args = spec.parameters.map(({ name, hole, default: fallback }): Argument<Term> => ({
    name,
    role: hole.role,
    value: hole.values[i] ?? ABSENT,
    positional: POSITIONAL.has(name),
    ...(fallback === undefined ? {} : { default: fallback }),
  }));
  return { kind: 'module', callee: spec.name, args };
}

const POSITIONAL: ReadonlySet<string> = new Set(['channels', 'in_channels', 'out_channels']);
const ORDER = ['channels', 'kernel', 'stride', 'padding', 'groups', 'setting', 'module'] as const;

/** Parameters in the order of the signature: by meaning, those with defaults last. */
function inOrder(parameters: readonly Parameter[]): readonly Parameter[] {
  const rank = ({ name, hole, default: fallback }: Parameter): number =>
    (fallback === undefined ? 0 : 1000) +
    10 * ORDER.indexOf(hole.role) -
    (name === 'in_channels' || name === 'channels' ? 2 : name === 'out_channels' ? 1 : 0);
  return parameters.toSorted((a, b) => rank(a) - rank(b));
}

/** The neutral value, where some instance has it: stride 1, one group, no module. */
function defaultOf({ role, values }: Hole): Term | undefined {
  const neutral: readonly Term[] =
    role === 'module'
      ? [ABSENT]
      : role === 'stride' || role === 'groups'
        ? [numberTerm(1), tripleTerm([1, 1, 1])]
        : [];
  return neutral.find((term) => values.some((value) => sameTerm(value, term)));
}

/** The encoder itself: one instance, everything spelled out. */
function encoderClass(architecture: Architecture, calls: ReadonlyMap<Layer, Term>): ClassSpec {
  const { encoder, inChannels, features } = architecture;
  const parts = present(partsOf(encoder, 'Encoder'), 'an encoder is a sequence or a residual');
  return {
    name: 'Encoder',
    summary: `Maps [N, ${inChannels}, D, H, W] to features [N, ${features}, d, h, w].`,
    parameters: [],
    attributes: parts.modules.map(({ name, term }) => ({
      name,
      pattern: { kind: 'constant', term: term(calls) },
    })),
    forward: parts.forward,
  };
}

function unique(name: string, taken: Set<string>): string {
  let candidate = name;
  for (let i = 2; taken.has(candidate); i++) candidate = `${name}${i}`;
  taken.add(candidate);
  return candidate;
}
