"""Convolutions and pools of the engine `torch`, over 1 to 3 spatial axes.

PyTorch's own 3D pools have no deterministic gradient on GPUs, so there a pool is a fold
over the taps of its window. Paddings may differ between the two sides of an axis, which
PyTorch's convolutions do not know.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from engine_convolutions import (
    GradientsLast,
    Places,
    channels_last,
    convolve,
    means,
)

if TYPE_CHECKING:
    from engine_ops import Site

CONVS = {3: F.conv1d, 4: F.conv2d, 5: F.conv3d}
TRANSPOSED = {3: F.conv_transpose1d, 4: F.conv_transpose2d, 5: F.conv_transpose3d}
MAX_POOLS = {3: F.max_pool1d, 4: F.max_pool2d, 5: F.max_pool3d}
AVG_POOLS = {3: F.avg_pool1d, 4: F.avg_pool2d, 5: F.avg_pool3d}
LAYOUTS = {4: torch.channels_last, 5: torch.channels_last_3d}


def laid_out(x: Tensor) -> Tensor:
    """In the layout that convolutions of the device prefer."""
    if not x.is_cuda or x.dim() not in LAYOUTS:
        return x
    return x.contiguous(memory_format=LAYOUTS[x.dim()])


def pad_sides(
    x: Tensor, padding: Sequence[Sequence[int]], value: float = 0.0
) -> Tensor:
    """Pads the spatial axes by [before, after]."""
    if not any(side for pair in padding for side in pair):
        return x
    return F.pad(x, [side for pair in reversed(padding) for side in pair], value=value)


def is_even(padding: Sequence[Sequence[int]]) -> bool:
    return all(before == after for before, after in padding)


def padded(x: Tensor, at: dict[str, Any]) -> tuple[Tensor, list[int]]:
    """The input, and what a convolution is still to pad on both sides of each axis."""
    if is_even(at["padding"]):
        return x, [before for before, _ in at["padding"]]
    return pad_sides(x, at["padding"]), [0] * len(at["padding"])


def conv(site: Site) -> Tensor:
    at = site.attributes
    x, sides = padded(site.inputs[0], at)
    if x.device.type == "cpu" and x.dim() == 5:
        places = (at["stride"], sides, at["dilation"])
        where = Places(*(tuple(each) for each in places), at["groups"])
        return convolve(x, site.inputs[1], where)
    w = laid_out(site.inputs[1])
    own = CONVS[x.dim()]
    return own(laid_out(x), w, None, at["stride"], sides, at["dilation"], at["groups"])


def conv_input_grad(site: Site) -> Tensor:
    """The transposed convolution, cut to what the convolution saw of its input."""
    dy, w = site.inputs
    at = site.attributes
    extents = at["inputShape"][2:]
    stride, dilation = at["stride"], at["dilation"]
    # What the windows reach, which may be less than the padded input.
    reached = [
        (dy.shape[axis + 2] - 1) * stride[axis]
        + dilation[axis] * (w.shape[axis + 2] - 1)
        + 1
        for axis in range(len(extents))
    ]
    transposed = TRANSPOSED[dy.dim()]
    dx = transposed(
        laid_out(dy), laid_out(w), None, stride, 0, 0, at["groups"], dilation
    )
    sides = [
        (-before, extent + before - reach)
        for extent, (before, _), reach in zip(extents, at["padding"], reached)
    ]
    # Negative paddings cut.
    return pad_sides(dx, sides)


def conv_filter_grad(site: Site) -> Tensor:
    dy = site.inputs[1]
    at = site.attributes
    x, sides = padded(site.inputs[0], at)
    # Its values have no part in the gradient, which is linear in them.
    w = x.new_zeros(at["filterShape"])
    return torch.ops.aten.convolution_backward(
        laid_out(dy),
        laid_out(x),
        laid_out(w),
        None,
        at["stride"],
        sides,
        at["dilation"],
        False,
        [0] * len(sides),
        at["groups"],
        [False, True, False],
    )[1]


def taps(x: Tensor, at: dict[str, Any]) -> list[Tensor]:
    """What each tap of a window meets, from a padded input, row-major."""
    kernel, stride = at["kernel"], at["stride"]
    counts = [
        (x.shape[axis + 2] - kernel[axis]) // stride[axis] + 1
        for axis in range(len(kernel))
    ]
    # Cut with channels last, since gradients of cuts lie as what was cut.
    last = x.movedim(1, -1)
    return [
        last[
            (
                slice(None),
                *(
                    slice(tap, tap + (count - 1) * step + 1, step)
                    for tap, count, step in zip(place, counts, stride)
                ),
            )
        ].movedim(-1, 1)
        for place in itertools.product(*map(range, kernel))
    ]


def max_pool(site: Site) -> Tensor:
    return max_pool_of(site.inputs[0], site)


def max_pool_of(x: Tensor, site: Site) -> Tensor:
    """The first greatest value of each window, to which the gradient goes."""
    if x.device.type == "cpu" and x.dim() == 5:
        # PyTorch's own pools lay their values and gradients out as they like.
        z = GradientsLast.apply(channels_last(x))
        return channels_last(max_pool_as_laid(z, site))
    return max_pool_as_laid(x, site)


def max_pool_as_laid(x: Tensor, site: Site) -> Tensor:
    at = site.attributes
    wide = pad_sides(x, at["padding"], -math.inf)
    if not site.taps:
        return MAX_POOLS[x.dim()](wide, at["kernel"], at["stride"])
    best, *others = taps(wide, at)
    for tap in others:
        best = torch.where(tap > best, tap, best)
    return best


def max_pool_grad(site: Site) -> Tensor:
    x, dy = site.inputs
    with torch.enable_grad():
        z = x.detach().requires_grad_()
        y = max_pool_of(z, site)
        return torch.autograd.grad(y, z, dy, create_graph=dy.requires_grad)[0]


def avg_pool(site: Site) -> Tensor:
    return avg_pool_of(site.inputs[0], site)


def avg_pool_of(x: Tensor, site: Site) -> Tensor:
    """Means of windows, padding included."""
    at = site.attributes
    by_filter = x.device.type == "cpu" and x.dtype == torch.float32 and not site.taps
    if by_filter and x.dim() == 5 and x.shape[1] > 1 and is_even(at["padding"]):
        sides = tuple(before for before, _ in at["padding"])
        return means(x, at["kernel"], Places(tuple(at["stride"]), sides, (1, 1, 1), 1))
    wide = pad_sides(x, at["padding"])
    if not site.taps:
        return AVG_POOLS[x.dim()](wide, at["kernel"], at["stride"])
    first, *others = taps(wide, at)
    total = first
    for tap in others:
        total = total + tap
    return total / math.prod(at["kernel"])


def avg_pool_grad(site: Site) -> Tensor:
    (dy,) = site.inputs
    with torch.enable_grad():
        z = dy.new_zeros(site.attributes["inputShape"]).requires_grad_()
        y = avg_pool_of(z, site)
        return torch.autograd.grad(y, z, dy, create_graph=dy.requires_grad)[0]
