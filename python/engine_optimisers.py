"""Optimisers of the engine `torch`: updates of vectors that hold many parameters.

The scalars of a step are the rate, the rate with the first moment's bias correction,
and the root of the second moment's, which voxolve computes in double precision.
"""

from __future__ import annotations

from typing import Any, Iterator, NamedTuple, Sequence, Tuple

import torch
from torch import Tensor

Scalars = Tuple[Tensor, Tensor, Tensor]


class Group(NamedTuple):
    """Parameters with the same decay and factor on the rate, in one vector."""

    name: str
    decay: bool
    rate: float
    slots: list[dict[str, Any]]
    weights: Tensor
    # One vector per name of the optimiser's moments.
    moments: list[Tensor]


# Values of a piece: on a CPU those that pass between the ops of an update stay in
# the cache, and gradients of large parameters are read where they are.
PIECE = 1 << 17


def pieces(
    group: Group, gradients: Sequence[Tensor], longest: int
) -> Iterator[tuple[Group, Tensor]]:
    """The group in parts, each with its gradient, of at most `longest` values.

    `gradients` holds one for each slot. Neighbours that are short are one part.
    """
    start, run = 0, []
    for position, gradient in enumerate(gradients):
        run.append(gradient.reshape(-1))
        following = gradients[position + 1 :][:1]
        length = sum(part.numel() for part in run)
        if following and length + following[0].numel() <= longest:
            continue
        whole = torch.cat(run) if len(run) > 1 else run[0]
        for part in whole.split(longest):
            own = slice(start, start + part.numel())
            moments = [moment[own] for moment in group.moments]
            yield group._replace(weights=group.weights[own], moments=moments), part
            start = own.stop
        run = []


def update(
    spec: dict[str, Any], group: Group, gradient: Tensor, scalars: Scalars
) -> None:
    """Takes a step in place; the gradient stays as it is."""
    rate, first, second = scalars
    scaled = (rate * group.rate, first * group.rate, second)
    UPDATES[spec["kind"]](spec, group, gradient, scaled)


def moments(spec: dict[str, Any], group: Group, gradient: Tensor) -> None:
    """The moments' next values: running means of the gradient and of its square."""
    m, v = group.moments
    m.mul_(spec["beta1"]).add_(gradient, alpha=1 - spec["beta1"])
    v.mul_(spec["beta2"]).addcmul_(gradient, gradient, value=1 - spec["beta2"])


def adamw(
    spec: dict[str, Any], group: Group, gradient: Tensor, scalars: Scalars
) -> None:
    """AdamW (Loshchilov & Hutter 2019), in the order of `torch.optim.AdamW`."""
    rate, first, second = scalars
    if group.decay and spec["weightDecay"] != 0:
        group.weights.mul_(1 - rate * spec["weightDecay"])
    moments(spec, group, gradient)
    m, v = group.moments
    denominator = (v.sqrt() / second).add_(spec["epsilon"])
    group.weights.sub_((m / denominator).mul_(first))


def lamb(
    spec: dict[str, Any], group: Group, gradient: Tensor, scalars: Scalars
) -> None:
    """LAMB (You et al. 2020, arXiv 1904.00962, algorithm 2)."""
    rate, first, second = scalars
    moments(spec, group, gradient)
    m, v = group.moments
    denominator = (v.sqrt() / second).add_(spec["epsilon"])
    direction = (m / denominator).mul_(first / rate)
    if group.decay:
        direction.add_(group.weights, alpha=spec["weightDecay"])
        for part, own in zip(slices(direction, group), slices(group.weights, group)):
            part.mul_(trust_ratio(own, part))
    group.weights.sub_(direction.mul_(rate))


def slices(vector: Tensor, group: Group) -> list[Tensor]:
    """Each parameter's part of a vector."""
    return list(vector.split([slot["size"] for slot in group.slots]))


def trust_ratio(weights: Tensor, direction: Tensor) -> Tensor:
    """The ratio of their norms; 1 where either is 0."""
    own, other = weights.norm(), direction.norm()
    known = (own >= 1e-30) & (other >= 1e-30)
    return torch.where(known, own / other.clamp(min=1e-30), torch.ones_like(own))


def sgd(spec: dict[str, Any], group: Group, gradient: Tensor, scalars: Scalars) -> None:
    """SGD with momentum as in `torch.optim.SGD`, without dampening."""
    (buffer,) = group.moments
    if group.decay and spec["weightDecay"] != 0:
        gradient = gradient + group.weights * spec["weightDecay"]
    buffer.mul_(spec["momentum"]).add_(gradient)
    nesterov = spec["nesterov"]
    direction = gradient + buffer * spec["momentum"] if nesterov else buffer
    group.weights.sub_(direction * scalars[0])


UPDATES = {"adamw": adamw, "lamb": lamb, "sgd": sgd}


def clipping(gradients: Sequence[Tensor], limit: float) -> Tensor:
    """The factor that brings gradients to a global norm.

    That of `torch.nn.utils.clip_grad_norm_`.
    """
    total = torch.stack([torch.square(part).sum() for part in gradients]).sum()
    return (limit / (total.sqrt() + 1e-6)).clamp(max=1)
