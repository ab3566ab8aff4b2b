"""A training step that is recorded once and replayed: one launch instead of hundreds.

Source: "Accelerating PyTorch with CUDA Graphs"; PyTorch, "CUDA semantics", CUDA Graphs.
Shapes are static, so that everything a step reads and writes stays where it is.
"""

from __future__ import annotations

from typing import Callable, Tuple

import torch
from torch import Tensor

# What a recorded step writes its outputs to, and how it is run again.
Recorded = Tuple[Tensor, Callable[[], None]]

# Steps before the recording, in which libraries choose and load what they need.
WARM_UP = 3


def on_cuda(step: Callable[[], Tensor]) -> Recorded:
    """Records a step; what it changes is left changed by the steps before."""
    beside = torch.cuda.Stream()
    beside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(beside):
        for _ in range(WARM_UP):
            step()
    torch.cuda.current_stream().wait_stream(beside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        outputs = step()
    return outputs, graph.replay


def emulated(step: Callable[[], Tensor]) -> Recorded:
    """The same without a GPU, for tests: every replay is a step."""
    outputs = step()

    def replay() -> None:
        outputs.copy_(step())

    return outputs, replay


class CapturedStep:
    """`kept`: everything that a step changes, which the recording leaves unchanged."""

    def __init__(
        self,
        step: Callable[[dict[str, Tensor], Tensor], Tensor],
        record: Callable[[Callable[[], Tensor]], Recorded],
        feeds: dict[str, Tensor],
        scalars: Tensor,
        kept: list[Tensor],
    ) -> None:
        self.feeds = {name: value.clone() for name, value in feeds.items()}
        self.scalars = scalars.clone()
        before = [value.clone() for value in kept]
        try:
            self.outputs, self.replay = record(lambda: step(self.feeds, self.scalars))
        finally:
            for value, start in zip(kept, before):
                value.copy_(start)

    def __call__(self, feeds: dict[str, Tensor], scalars: Tensor) -> Tensor:
        for name, value in feeds.items():
            self.feeds[name].copy_(value)
        self.scalars.copy_(scalars)
        self.replay()
        return self.outputs.clone()
