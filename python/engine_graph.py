"""A graph of voxolve, computed op by op.

Batch normalisation in training stands in a graph as three ops, so that gradients and
running statistics share them. Where nothing but those two reads the statistics, the
three are one op of PyTorch here.
"""

from __future__ import annotations

from typing import Any, Callable, NamedTuple, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from engine_ops import OPS, Site


class Node(NamedTuple):
    id: int
    op: str
    inputs: list[int]
    attributes: dict[str, Any]
    shape: list[int]


class Normalisation(NamedTuple):
    """Ids of the nodes that one op computes: statistics and the normalised values."""

    mean: int
    variance: int
    result: int
    gamma: int
    beta: int
    epsilon: float


class Graph:
    """`wanted`: ids of the nodes to compute; `loss`: the one to be differentiated."""

    def __init__(
        self,
        nodes: Sequence[dict[str, Any]],
        constants: dict[int, Tensor],
        wanted: Sequence[int],
        loss: int | None = None,
    ) -> None:
        every = [Node(**node) for node in nodes]
        needed = set(wanted)
        for node in reversed(every):
            if node.id in needed:
                needed.update(node.inputs)
        self.wanted = list(wanted)
        self.nodes = [node for node in every if node.id in needed]
        self.constants = constants
        self.normalisations = (
            {} if loss is None else normalisations_of(self.nodes, loss)
        )
        self.last_uses = last_uses(self.nodes, self.wanted)

    def run(
        self, leaf: Callable[[str], Tensor], taps: bool = False
    ) -> dict[int, Tensor]:
        """The values of what is wanted; `leaf` gives inputs and parameters by name."""
        values = dict(self.constants)
        for node in self.nodes:
            if node.op in ("input", "parameter"):
                values[node.id] = leaf(node.attributes["name"])
        for node, finished in zip(self.nodes, self.last_uses):
            if node.id not in values:
                inputs = [values[place] for place in node.inputs]
                fused = self.normalisations.get(node.id)
                if fused is not None:
                    values.update(normalised(inputs[0], values, fused))
                else:
                    values[node.id] = OPS[node.op](Site(inputs, node.attributes, taps))
            for place in finished:
                values.pop(place, None)
        return {place: values[place] for place in self.wanted}


def last_uses(nodes: Sequence[Node], wanted: Sequence[int]) -> list[list[int]]:
    """For each node, those that nothing reads after it: their memory can be freed."""
    seen = set(wanted)
    uses: list[list[int]] = []
    for node in reversed(nodes):
        last = [place for place in {*node.inputs, node.id} if place not in seen]
        # A leaf is there before all others.
        seen.update(last)
        uses.append([place for place in last if place != node.id])
    uses.reverse()
    return uses


def normalisations_of(nodes: Sequence[Node], loss: int) -> dict[int, Normalisation]:
    """Normalisations by the batch's own statistics, by the id of their mean."""
    by_id = {node.id: node for node in nodes}
    found: dict[int, Normalisation] = {}
    repeated = set()
    for node in nodes:
        if node.op != "batchNorm" or not node.attributes["ofBatch"]:
            continue
        x, gamma, beta, mean, variance = node.inputs
        own = by_id[mean].op == "batchMean" and by_id[variance].op == "batchVariance"
        same = own and by_id[mean].inputs == [x]
        leaves = all(by_id[place].op == "parameter" for place in (gamma, beta))
        # PyTorch refuses to normalise single values.
        many = by_id[x].shape[0] * size_of(by_id[x].shape[2:]) > 1
        if same and leaves and many and by_id[variance].inputs == [x, mean]:
            if mean in found:
                repeated.add(mean)
            epsilon = node.attributes["epsilon"]
            found[mean] = Normalisation(mean, variance, node.id, gamma, beta, epsilon)
    return {
        mean: fused
        for mean, fused in found.items()
        if mean not in repeated and not is_differentiated(by_id, fused, found, loss)
    }


def is_differentiated(
    by_id: dict[int, Node],
    fused: Normalisation,
    all_fused: dict[int, Normalisation],
    loss: int,
) -> bool:
    """True if the loss depends on the statistics on another way than normalisations."""
    results = {other.result for other in all_fused.values()}
    reached = {loss}
    for node in reversed(list(by_id.values())):
        if node.id in reached:
            reached.update(node.inputs[:3] if node.id in results else node.inputs)
    return fused.mean in reached or fused.variance in reached


def normalised(
    x: Tensor, values: dict[int, Tensor], fused: Normalisation
) -> dict[int, Tensor]:
    mean = torch.zeros(x.shape[1], device=x.device)
    variance = torch.ones(x.shape[1], device=x.device)
    gamma, beta = values[fused.gamma], values[fused.beta]
    # With a momentum of 1 the running statistics become the batch's.
    y = F.batch_norm(x, mean, variance, gamma, beta, True, 1.0, fused.epsilon)
    count = x.numel() // x.shape[1]
    # PyTorch's running variance is the unbiased one.
    biased = variance * ((count - 1) / count)
    return {fused.mean: mean, fused.variance: biased, fused.result: y}


def size_of(shape: Sequence[int]) -> int:
    size = 1
    for extent in shape:
        size *= extent
    return size
