/**
 * Batch normalisation in a federation. Its running statistics are means and variances of a site's scans: averaged by a server they
 * leak what they were computed from, and they fit no site. So a program with batch norm is refused, or all that belongs to its batch
 * norms stays at each site (FedBN; Li et al. 2021, arXiv:2102.07623).
 */
import { UserError } from '../core/errors.js';
import type { Graph } from '../ir/graph.js';

/** Parameters of batch norms: scales, shifts and running statistics. */
function batchNormParameters({ nodes, parameters }: Graph): ReadonlySet<string> {
  const named = new Map(
    nodes.flatMap((node) =>
      node.op === 'parameter'
        ? [[node.id, (node.attributes as { readonly name: string }).name] as const]
        : [],
    ),
  );
  const scales = nodes
    .filter(({ op }) => op === 'batchNorm')
    .flatMap(({ inputs }) => inputs.slice(1, 3))
    .flatMap((id) => named.get(id) ?? []);
  const states = parameters.filter(({ trainable }) => !trainable).map(({ name }) => name);
  return new Set([...scales, ...states]);
}

/** Parameters that stay at the sites. Throws `UserError` for batch norm that is to be shared. */
export function localParameters(graph: Graph, normalisation: 'shared' | 'local'): ReadonlySet<string> {
  const found = batchNormParameters(graph);
  if (found.size > 0 && normalisation === 'shared') {
    throw new UserError({
      subject: 'federated training',
      problem: 'the network has batch norm, whose statistics of a site would leave it',
      fix: 'set "norm": "group" in the experiment\'s training, or "normalisation": "local" in the file of sites',
    });
  }
  return found;
}
