"""Ops of voxolve's graphs in PyTorch, whose autograd gives their gradients.

Where PyTorch's gradients at kinks and ties differ from the ops' own, an op is composed
so that they agree. Every op here has a deterministic gradient on every device.
"""

from __future__ import annotations

import math
from typing import Any, Callable, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine_convolutions import Context
from engine_windows import (
    avg_pool,
    avg_pool_grad,
    conv,
    conv_filter_grad,
    conv_input_grad,
    max_pool,
    max_pool_grad,
)


class Site(NamedTuple):
    """Where an op stands: its inputs, and its attributes as voxolve names them."""

    inputs: list[Tensor]
    attributes: dict[str, Any]
    # True if pools are folds over the taps of their windows.
    taps: bool


Op = Callable[[Site], Tensor]


def unary(f: Callable[[Tensor], Tensor]) -> Op:
    return lambda site: f(site.inputs[0])


def binary(f: Callable[[Tensor, Tensor], Tensor]) -> Op:
    return lambda site: f(site.inputs[0], site.inputs[1])


# max(a, b) follows the greater, a where they are equal; min likewise.
def maximum(a: Tensor, b: Tensor) -> Tensor:
    return torch.where(a >= b, a, b)


def minimum(a: Tensor, b: Tensor) -> Tensor:
    return torch.where(b >= a, a, b)


def absolute(x: Tensor) -> Tensor:
    """|x|, with the derivative 1 at 0."""
    return torch.where(x >= 0, x, -x)


def relu_grad(y: Tensor, dy: Tensor) -> Tensor:
    return torch.where(y > 0, dy, torch.zeros_like(dy))


def silu_grad(x: Tensor, dy: Tensor) -> Tensor:
    s = torch.sigmoid(x)
    return dy * (s * (1 + x * (1 - s)))


class HardSwish(torch.autograd.Function):
    """One pass over the values; its gradient at -3 and 3 is that of the line."""

    @staticmethod
    def forward(ctx: Context, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return F.hardswish(x)

    @staticmethod
    def backward(ctx: Context, dy: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        # Some versions give the line's gradient at the kinks, others that of the side:
        # there, x is the next number inside, which moves no other across a kink.
        near = x if LINE_AT_KINKS else x * (1 - 2**-24)
        dx: Tensor = torch.ops.aten.hardswish_backward(dy, near)
        return dx


LINE_AT_KINKS = (
    torch.ops.aten.hardswish_backward(torch.ones(1), torch.full((1,), 3.0)).item() > 1
)


def hardswish(x: Tensor) -> Tensor:
    if x.dtype == torch.float32 and x.device.type == "cpu":
        y: Tensor = HardSwish.apply(x)
        return y
    line = x / 6 + 0.5
    inside = (line >= 0) & (line <= 1)
    return x * torch.where(inside, line, (line > 1).to(x.dtype))


def gelu_grad(x: Tensor, dy: Tensor) -> Tensor:
    normal = 0.5 * (1 + torch.erf(x * math.sqrt(0.5)))
    density = torch.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    return dy * (normal + x * density)


def hardswish_grad(x: Tensor, dy: Tensor) -> Tensor:
    return dy * torch.where(x.abs() <= 3, x / 3 + 0.5, (x > 3).to(x.dtype))


def where(site: Site) -> Tensor:
    condition, a, b = site.inputs
    return torch.where(condition, a, b)


def matmul(site: Site) -> Tensor:
    a, b = site.inputs
    a = a.transpose(-1, -2) if site.attributes["transposeA"] else a
    b = b.transpose(-1, -2) if site.attributes["transposeB"] else b
    return torch.matmul(a, b)


def reduction(f: Callable[..., Tensor]) -> Op:
    def reduce(site: Site) -> Tensor:
        (x,) = site.inputs
        axes = site.attributes["axes"]
        # PyTorch takes no axes for all axes
        return f(x, axes, site.attributes["keepDims"]) if axes else x

    return reduce


def argmax(site: Site) -> Tensor:
    return torch.argmax(site.inputs[0], site.attributes["axis"])


def reshape(site: Site) -> Tensor:
    return site.inputs[0].reshape(site.attributes["shape"])


def broadcast_to(site: Site) -> Tensor:
    return site.inputs[0].expand(site.attributes["shape"])


def transpose(site: Site) -> Tensor:
    return site.inputs[0].permute(site.attributes["permutation"])


def cut(site: Site) -> Tensor:
    at = site.attributes
    places = zip(at["starts"], at["ends"], at["steps"])
    return site.inputs[0][tuple(slice(*place) for place in places)]


def pad(site: Site) -> Tensor:
    (x,) = site.inputs
    at = site.attributes
    if not any(at["interior"]):
        sides = zip(reversed(at["before"]), reversed(at["after"]))
        return F.pad(x, [extent for pair in sides for extent in pair])
    rows = list(zip(at["before"], x.shape, at["interior"], at["after"]))
    shape = [low + n + (n - 1) * gap + high for low, n, gap, high in rows]
    places = tuple(
        slice(low, low + (n - 1) * (gap + 1) + 1, gap + 1) for low, n, gap, _ in rows
    )
    whole = x.new_zeros(shape)
    whole[places] = x
    return whole


def concat(site: Site) -> Tensor:
    return torch.cat(site.inputs, site.attributes["axis"])


def gather(site: Site) -> Tensor:
    x, indices = site.inputs
    axis = site.attributes["axis"]
    taken = torch.index_select(x, axis, indices.reshape(-1))
    return taken.reshape(x.shape[:axis] + indices.shape + x.shape[axis + 1 :])


def scatter_add(site: Site) -> Tensor:
    dy, indices = site.inputs
    axis, size = site.attributes["axis"], site.attributes["size"]
    outer, inner = dy.shape[:axis], dy.shape[axis + indices.dim() :]
    slices = dy.reshape(*outer, indices.numel(), *inner)
    zeros = dy.new_zeros((*outer, size, *inner))
    return zeros.index_add(axis, indices.reshape(-1), slices)


def one_hot(site: Site) -> Tensor:
    (indices,) = site.inputs
    places = torch.arange(site.attributes["depth"], device=indices.device)
    return (indices.unsqueeze(-1) == places).float()


def softmax(site: Site) -> Tensor:
    return torch.softmax(site.inputs[0], site.attributes["axis"])


def log_softmax(site: Site) -> Tensor:
    return torch.log_softmax(site.inputs[0], site.attributes["axis"])


def other_axes(x: Tensor) -> list[int]:
    """All axes but that of the channels."""
    return [axis for axis in range(x.dim()) if axis != 1]


def per_channel(value: Tensor, like: Tensor) -> Tensor:
    """One value per channel, seen so that it broadcasts against [N, C, ...]."""
    return value.reshape(-1, *[1] * (like.dim() - 2))


def normalise(x: Tensor, mean: Tensor, variance: Tensor, epsilon: float) -> Tensor:
    deviation = torch.sqrt(variance + epsilon)
    return (x - per_channel(mean, x)) / per_channel(deviation, x)


def batch_mean(site: Site) -> Tensor:
    return site.inputs[0].mean(other_axes(site.inputs[0]))


def batch_variance(site: Site) -> Tensor:
    x, mean = site.inputs
    return torch.square(x - per_channel(mean, x)).mean(other_axes(x))


def batch_norm(site: Site) -> Tensor:
    x, gamma, beta, mean, variance = site.inputs
    epsilon = site.attributes["epsilon"]
    if not (mean.requires_grad or variance.requires_grad):
        return F.batch_norm(x, mean, variance, gamma, beta, False, 0.0, epsilon)
    scaled = normalise(x, mean, variance, epsilon) * per_channel(gamma, x)
    return scaled + per_channel(beta, x)


def batch_norm_scale_grad(site: Site) -> Tensor:
    x, dy, mean, variance = site.inputs
    normalised = normalise(x, mean, variance, site.attributes["epsilon"])
    return (dy * normalised).sum(other_axes(x))


def batch_norm_input_grad(site: Site) -> Tensor:
    x, dy, gamma, mean, variance, dgamma, dbeta = site.inputs
    epsilon = site.attributes["epsilon"]
    count = x.numel() // x.shape[1]
    slope = gamma / torch.sqrt(variance + epsilon)
    normalised = normalise(x, mean, variance, epsilon)
    through = per_channel(dbeta / count, x) + normalised * per_channel(
        dgamma / count, x
    )
    return per_channel(slope, x) * (dy - through)


OPS: dict[str, Op] = {
    "add": binary(torch.add),
    "sub": binary(torch.sub),
    "mul": binary(torch.mul),
    "div": binary(torch.div),
    "maximum": binary(maximum),
    "minimum": binary(minimum),
    "greaterEqual": binary(torch.ge),
    "equal": binary(torch.eq),
    "neg": unary(torch.neg),
    "exp": unary(torch.exp),
    "log": unary(torch.log),
    "sqrt": unary(torch.sqrt),
    "reciprocal": unary(torch.reciprocal),
    "abs": unary(absolute),
    "floor": unary(torch.floor),
    "square": unary(torch.square),
    "relu": unary(torch.relu),
    "sigmoid": unary(torch.sigmoid),
    "tanh": unary(torch.tanh),
    "erf": unary(torch.erf),
    "silu": unary(F.silu),
    "gelu": unary(F.gelu),
    "hardswish": unary(hardswish),
    "reluGrad": binary(relu_grad),
    "siluGrad": binary(silu_grad),
    "geluGrad": binary(gelu_grad),
    "hardswishGrad": binary(hardswish_grad),
    "where": where,
    "toFloat": unary(Tensor.float),
    "conv": conv,
    "convInputGrad": conv_input_grad,
    "convFilterGrad": conv_filter_grad,
    "matmul": matmul,
    "reduceSum": reduction(torch.sum),
    "reduceMean": reduction(torch.mean),
    "reduceMax": reduction(torch.amax),
    "argmax": argmax,
    "maxPool": max_pool,
    "maxPoolGrad": max_pool_grad,
    "avgPool": avg_pool,
    "avgPoolGrad": avg_pool_grad,
    "reshape": reshape,
    "broadcastTo": broadcast_to,
    "transpose": transpose,
    "slice": cut,
    "pad": pad,
    "concat": concat,
    "gather": gather,
    "scatterAdd": scatter_add,
    "oneHot": one_hot,
    "softmax": softmax,
    "logSoftmax": log_softmax,
    "batchMean": batch_mean,
    "batchVariance": batch_variance,
    "batchNorm": batch_norm,
    "batchNormScaleGrad": batch_norm_scale_grad,
    "batchNormInputGrad": batch_norm_input_grad,
}
