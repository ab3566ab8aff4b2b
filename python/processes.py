"""Several processes that train one network, each on its share of every batch.

torchrun starts them and tells each its place; a program that was started by itself is
the only one. Gradients are averaged by PyTorch's DistributedDataParallel, so that the
processes together take the step that one takes.
"""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from typing import Any, ContextManager, NoReturn, Sequence

import torch
import torch.distributed as dist
from torch import nn


def count() -> int:
    """How many processes there are."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def rank() -> int:
    """The place of this one among them, from 0."""
    return dist.get_rank() if count() > 1 else 0


def say(text: str) -> None:
    """Prints a line, once for all processes."""
    if rank() == 0:
        print(text, flush=count() > 1)


def stop(text: str) -> NoReturn:
    """Ends the program by one line; all processes come here for the same reason."""
    first = int(os.environ.get("RANK", "0")) == 0
    words = f"{os.path.basename(sys.argv[0])}: {text}" if first else ""
    if count() > 1:
        print(words, end="\n" if first else "", file=sys.stderr, flush=True)
        leave(1)
    sys.exit(words or 1)


def join(device: str) -> str:
    """Meets the processes that torchrun started, if it did; the device of this one."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return device
    if not dist.is_available():
        stop("this PyTorch has no torch.distributed; install one that has it")
    kind = torch.device(device).type
    if kind == "cpu":
        dist.init_process_group("gloo")
        return device
    if kind != "cuda":
        stop(f"--device {device}: several processes train on cuda or on cpu")
    if not dist.is_nccl_available():
        stop("--device cuda: this PyTorch has no NCCL; train with --device cpu")
    local, found = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
    if int(os.environ.get("LOCAL_WORLD_SIZE", "1")) > found:
        stop(f"found {found} GPUs here: start so many with torchrun --nproc_per_node")
    torch.cuda.set_device(local)
    dist.init_process_group("nccl")
    return f"cuda:{local}"


def leave(code: int = 0) -> None:
    """Ends this process, if there are several, when all have come so far.

    Without tearing down what is connected: gloo's threads may wait for Python's lock
    while Python waits for them (seen with PyTorch 1.13).
    """
    if count() > 1:
        dist.barrier()
        sys.stdout.flush()
        os._exit(code)


def expect_even(batch: int, parts: int) -> None:
    """Ends the program where a batch does not make equal parts for all processes."""
    if parts < 1:
        stop(f"--accumulate {parts}: at least 1")
    if batch % (count() * parts) == 0:
        return
    some = f"{count()} processes" + (f" in {parts} parts each" if parts > 1 else "")
    stop(f"--batch {batch}: for {some} it must be a multiple of {count() * parts}")


def share(values: Any, index: int, of: int) -> Any:  # noqa: ANN401
    """The rows of one part of a batch, of as many."""
    size = len(values) // of
    return values[index * size : (index + 1) * size]


def together(network: nn.Module, device: str, of_batch: bool = True) -> nn.Module:
    """The network, its gradients averaged over all processes.

    of_batch: batch norm, where there is some, takes statistics of batches. On GPUs they
    become those of all processes.
    """
    if count() == 1:
        return network
    kinds = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
    normed = of_batch and any(isinstance(part, kinds) for part in network.modules())
    on_gpu = torch.device(device).type == "cuda"
    if normed and on_gpu:
        network = nn.SyncBatchNorm.convert_sync_batchnorm(network)
    elif normed:
        say(
            "batch norm takes statistics of each process's share on CPUs: results are "
            'not those of one process; they are with "norm": "group" in "training"'
        )
    return nn.parallel.DistributedDataParallel(
        network, [torch.device(device)] if on_gpu else None, broadcast_buffers=normed
    )


def gathering(network: nn.Module, last: bool) -> ContextManager:
    """Around a part of a batch: gradients are exchanged after its last one alone."""
    several = isinstance(network, nn.parallel.DistributedDataParallel)
    return network.no_sync() if several and not last else nullcontext()


class Gather(torch.autograd.Function):
    """Rows of all processes, in their order, of which all compute the same loss."""

    @staticmethod
    def forward(context: Any, rows: torch.Tensor) -> torch.Tensor:  # noqa: ANN401
        parts = [torch.empty_like(rows) for _ in range(count())]
        dist.all_gather(parts, rows.contiguous())
        return torch.cat(parts)

    @staticmethod
    def backward(context: Any, gradient: torch.Tensor) -> torch.Tensor:  # noqa: ANN401
        # Gradients of parameters will be averaged, and these rows are of one process.
        return share(gradient, rank(), count()) * count()


def gathered(rows: torch.Tensor) -> torch.Tensor:
    """Rows of all processes while training, for losses that compare rows."""
    if count() == 1 or not torch.is_grad_enabled():
        return rows
    return Gather.apply(rows)


def collected(own: dict[int, Any]) -> list[Any]:
    """What processes computed of some items each, in the order of the items."""
    if count() > 1:
        parts: list[dict[int, Any]] = [{} for _ in range(count())]
        dist.all_gather_object(parts, own)
        own = {item: value for part in parts for item, value in part.items()}
    return [own[item] for item in sorted(own)]


def of_first(value: Any) -> Any:  # noqa: ANN401
    """What the first process has, for all."""
    if count() == 1:
        return value
    values = [value]
    dist.broadcast_object_list(values)
    return values[0]


def mean_of(values: Sequence[float]) -> float:
    """The mean over values of all processes, which have as many each."""
    every = collected({rank(): list(values)})
    return sum(sum(part) for part in every) / sum(len(part) for part in every)
