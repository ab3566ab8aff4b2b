"""Convolutions of volumes on processors: which form one takes, by shapes alone.

Volumes lie with channels last ([N, D, H, W, C] in memory), as oneDNN's kernels read
and write them. So a pointwise convolution is one matrix product, a filter along the
depth is one of planes whose rows are D and whose columns are H and W, and neither
copies a value. Gradients of depthwise convolutions are written here: oneDNN's own, over
three axes, take ten times as long as the convolution.
"""

from __future__ import annotations

from typing import NamedTuple, Optional, Protocol, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

convolution_backward = torch.ops.aten.convolution_backward

# A gradient of an autograd function.
Gradient = Optional[Tensor]


class Context(Protocol):
    """What an autograd function keeps from its values for its gradients."""

    at: Places
    saved_tensors: tuple[Tensor, ...]
    needs_input_grad: tuple[bool, ...]

    def save_for_backward(self, *values: Tensor) -> None: ...


class Places(NamedTuple):
    """Where a filter is applied: numbers for each of the three axes."""

    stride: tuple[int, ...]
    # On both sides.
    padding: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int


def channels_last(x: Tensor) -> Tensor:
    """The same volumes, or filters, with channels last in memory."""
    if x.shape[1] == 1:
        # One channel lies in either way: only its stride says which one is meant.
        return x.squeeze(1).unsqueeze(-1).permute(0, 4, 1, 2, 3)
    return x.contiguous(memory_format=torch.channels_last_3d)


class GradientsLast(torch.autograd.Function):
    """The same values; their gradient is given channels last."""

    @staticmethod
    def forward(ctx: Context, x: Tensor) -> Tensor:
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Context, dy: Tensor) -> Tensor:
        return channels_last(dy)


def rows_of(x: Tensor) -> Tensor:
    """[N, C, D, H, W] as [N·D·H·W, C]."""
    return x.permute(0, 2, 3, 4, 1).reshape(-1, x.shape[1])


def convolve(x: Tensor, w: Tensor, at: Places) -> Tensor:
    """A convolution over three axes, in the form that its shapes ask for."""
    w, at = trimmed(x, w, at)
    x, at = framed(x, w, at)
    if w.shape[3] == w.shape[4] == 1 and not any(at.padding[1:]):
        x, at = every_other(x, at)
    if list(w.shape[2:]) == [1, 1, 1] and at.groups == 1 and not any(at.padding):
        return pointwise(x, w, at.stride)
    x = channels_last(x)
    if w.shape[3] == w.shape[4] == 1 and not any(at.padding[1:]):
        return along_depth(x, w, at)
    if is_depthwise(w, at.groups):
        return Depthwise.apply(x, w, at)
    return F.conv3d(x, channels_last(w), None, *at)


def every_other(x: Tensor, at: Places) -> tuple[Tensor, Places]:
    """The lines and columns that a filter of one line and column sees."""
    _, height, width = at.stride
    if height == width == 1:
        return x, at
    return thinned(x, (1, height, width)), at._replace(stride=(at.stride[0], 1, 1))


def thinned(x: Tensor, stride: Sequence[int]) -> Tensor:
    """Every so manieth place of each axis; gradients get channels last, too."""
    depth, height, width = stride
    seen = x.permute(0, 2, 3, 4, 1)[:, ::depth, ::height, ::width]
    return seen.permute(0, 4, 1, 2, 3)


def trimmed(x: Tensor, w: Tensor, at: Places) -> tuple[Tensor, Places]:
    """The filter without the taps that see nothing but padding, wherever it stands."""
    begins: list[int] = []
    ends: list[int] = []
    for axis in range(3):
        taps, stride, gap = w.shape[axis + 2], at.stride[axis], at.dilation[axis]
        extent, side = x.shape[axis + 2], at.padding[axis]
        count = (extent + 2 * side - gap * (taps - 1) - 1) // stride + 1
        begin = max(0, -(-(side - (count - 1) * stride) // gap))
        end = min(taps, (extent - 1 + side) // gap + 1)
        left = side - begin * gap
        same = (extent + 2 * left - gap * (end - begin - 1) - 1) // stride + 1
        kept = left >= 0 and end > begin and same == count
        begins.append(begin if kept else 0)
        ends.append(end if kept else taps)
    if not any(begins) and ends == list(w.shape[2:]):
        return w, at
    cut = w[:, :, begins[0] : ends[0], begins[1] : ends[1], begins[2] : ends[2]]
    sides = tuple(
        side - begin * gap for side, begin, gap in zip(at.padding, begins, at.dilation)
    )
    return cut, at._replace(padding=sides)


def framed(x: Tensor, w: Tensor, at: Places) -> tuple[Tensor, Places]:
    """The values with their padding written down, where oneDNN must not see any.

    Its strided kernels (PyTorch 2.13, AVX-512) leave places or taps unset, or write
    past the end, where several planes of padding lie before the first, where a window
    is longer than an axis, and where an axis has a single window: all found by
    comparing with double precision. Of a single window only what it sees is kept.
    """
    if max(at.stride) == 1:
        return x, at
    extents = x.shape[2:]
    reaches = [gap * (taps - 1) + 1 for gap, taps in zip(at.dilation, w.shape[2:])]
    room = [
        extent + 2 * side - reach
        for extent, side, reach in zip(extents, at.padding, reaches)
    ]
    single = [step > 1 and step > rest for step, rest in zip(at.stride, room)]
    longer = any(reach > extent for reach, extent in zip(reaches, extents))
    everywhere = longer or any(single)
    if not everywhere and (at.stride[0] == 1 or at.padding[0] < 2):
        return x, at
    depth, height, width = at.padding
    if everywhere:
        sides, left = (width, width, height, height, depth, depth), (0, 0, 0)
    else:
        sides, left = (0, 0, 0, 0, depth, depth), (0, height, width)
    x = F.pad(channels_last(x), sides)
    for axis, alone in enumerate(single):
        if alone:
            x = x.narrow(axis + 2, 0, reaches[axis])
    stride = tuple(1 if alone else step for alone, step in zip(single, at.stride))
    return x, at._replace(padding=left, stride=stride)


def is_depthwise(w: Tensor, groups: int) -> bool:
    return groups > 1 and w.shape[0] == groups and w.shape[1] == 1


def pointwise(x: Tensor, w: Tensor, stride: Sequence[int]) -> Tensor:
    if max(stride) > 1:
        x = thinned(x, stride)
    product = torch.mm(rows_of(x), w.reshape(w.shape[0], -1).t())
    return product.reshape(x.shape[0], *x.shape[2:], -1).permute(0, 4, 1, 2, 3)


def along_depth(x: Tensor, w: Tensor, at: Places) -> Tensor:
    count, channels, depth, height, width = x.shape
    lines = x.permute(0, 2, 3, 4, 1).reshape(count, depth, height * width, channels)
    y = F.conv2d(
        lines.permute(0, 3, 1, 2),
        w.squeeze(4).contiguous(memory_format=torch.channels_last),
        None,
        (at.stride[0], 1),
        (at.padding[0], 0),
        (at.dilation[0], 1),
        at.groups,
    )
    places = y.permute(0, 2, 3, 1).reshape(count, -1, height, width, w.shape[0])
    return places.permute(0, 4, 1, 2, 3)


class Depthwise(torch.autograd.Function):
    """A convolution with one filter for each channel; `x` has channels last."""

    @staticmethod
    def forward(ctx: Context, x: Tensor, w: Tensor, at: Places) -> Tensor:
        ctx.save_for_backward(x, w)
        ctx.at = at
        return F.conv3d(x, channels_last(w), None, *at)

    @staticmethod
    def backward(ctx: Context, dy: Tensor) -> tuple[Gradient, Gradient, None]:
        # Precisions that narrow products make the result's gradient narrow.
        x, w = (value.to(dy.dtype) for value in ctx.saved_tensors)
        dy = channels_last(dy)
        dx = input_gradient(dy, x, w, ctx.at) if ctx.needs_input_grad[0] else None
        dw = filter_gradient(dy, x, w, ctx.at) if ctx.needs_input_grad[1] else None
        return dx, dw, None


def input_gradient(dy: Tensor, x: Tensor, w: Tensor, at: Places) -> Tensor:
    """The convolution of the result's gradient with the flipped filter."""
    taps, extents = list(w.shape[2:]), list(x.shape[2:])
    sides = [
        gap * (count - 1) - side
        for gap, count, side in zip(at.dilation, taps, at.padding)
    ]
    if min(sides) < 0:
        return own_gradient(dy, x, w, at, 0)
    spread = spread_out(dy, at.stride, extents, taps, sides, at.dilation)
    return F.conv3d(
        spread, channels_last(w.flip(2, 3, 4)), None, 1, sides, at.dilation, at.groups
    )


def spread_out(
    dy: Tensor,
    stride: Sequence[int],
    extents: Sequence[int],
    taps: Sequence[int],
    sides: Sequence[int],
    dilation: Sequence[int],
) -> Tensor:
    """The gradient with zeros where strides passed, and behind what windows reached."""
    # So many places that the flipped filter gives the input's extents.
    whole = [
        extent + gap * (count - 1) - 2 * side
        for extent, gap, count, side in zip(extents, dilation, taps, sides)
    ]
    if list(dy.shape[2:]) == whole and max(stride) == 1:
        return dy
    count, channels = dy.shape[:2]
    zeros = dy.new_zeros(count, *whole, channels).permute(0, 4, 1, 2, 3)
    places = tuple(
        slice(0, (n - 1) * step + 1, step) for n, step in zip(dy.shape[2:], stride)
    )
    zeros[(slice(None), slice(None), *places)] = dy
    return zeros


def filter_gradient(dy: Tensor, x: Tensor, w: Tensor, at: Places) -> Tensor:
    """Tap by tap of the depth, as gradients of convolutions of planes."""
    step, side, gap = at.stride[0], at.padding[0], at.dilation[0]
    depth, count = x.shape[2], dy.shape[2]
    found = torch.zeros_like(w)
    plane = w[:, :, 0]
    for tap in range(w.shape[2]):
        # What this tap meets: planes first·step + shift and so on.
        shift = tap * gap - side
        first = max(0, -(shift // step))
        last = min(count - 1, (depth - 1 - shift) // step)
        if last < first:
            continue
        begin, end = first * step + shift, last * step + shift + 1
        met = planes(x[:, :, begin:end:step])
        found[:, :, tap] = convolution_backward(
            planes(dy[:, :, first : last + 1]),
            met,
            plane,
            None,
            at.stride[1:],
            at.padding[1:],
            at.dilation[1:],
            False,
            [0, 0],
            at.groups,
            [False, True, False],
        )[1]
    return found


def means(x: Tensor, kernel: Sequence[int], at: Places) -> Tensor:
    """Means of windows, padding included: as depthwise convolutions they are faster."""
    channels = x.shape[1]
    share = 1 / (kernel[0] * kernel[1] * kernel[2])
    w = x.new_full((channels, 1, *kernel), share)
    with torch.autocast("cpu", enabled=False):
        y: Tensor = Depthwise.apply(channels_last(x), w, at._replace(groups=channels))
        return y


def planes(x: Tensor) -> Tensor:
    """[N, C, D, H, W] as [N·D, C, H, W], channels last."""
    _, channels, _, height, width = x.shape
    flat = x.permute(0, 2, 3, 4, 1).reshape(-1, height, width, channels)
    return flat.permute(0, 3, 1, 2)


def own_gradient(dy: Tensor, x: Tensor, w: Tensor, at: Places, which: int) -> Tensor:
    """PyTorch's own gradient of an operand, 0 for the input and 1 for the filter."""
    wanted = [which == 0, which == 1, False]
    return convolution_backward(
        dy, x, w, None, *at[:3], False, [0, 0, 0], at.groups, wanted
    )[which]
