"""How a training runs, whatever is trained: precision, checkpoints, their options."""

from __future__ import annotations

import argparse
import io
import os
from pathlib import Path
from typing import Any, Callable

import torch

from processes import of_first, rank, stop

# Options that change nothing but where and how fast a training runs.
FREE = {"accumulate", "checkpoint_every", "device", "manifest", "output"}
FREE |= {"report_every", "scans"}


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--accumulate", type=int, default=1, help="parts of a batch, one after another"
    )
    parser.add_argument(
        "--precision",
        choices=["float32", "tf32", "bfloat16"],
        help="of the encoder's products; without it PyTorch's own choice",
    )
    parser.add_argument(
        "--checkpoint-every",
        type=int,
        help="steps; the training goes on from its checkpoint, if there is one",
    )


def encoding(encoder: Callable, options: argparse.Namespace) -> Callable:
    """The encoder with products of the precision; what it tells is of 32 bits."""
    if options.precision in ("float32", "tf32"):
        narrow = options.precision == "tf32"
        torch.backends.cuda.matmul.allow_tf32 = narrow
        torch.backends.cudnn.allow_tf32 = narrow
    if options.precision != "bfloat16":
        return encoder
    kind = torch.device(options.device).type
    if kind == "cpu" and int(torch.__version__.split(".")[0]) < 2:
        stop("--precision bfloat16: on CPUs it needs PyTorch 2")

    def encode(x: torch.Tensor) -> torch.Tensor:
        with torch.autocast(kind, torch.bfloat16):
            told = encoder(x)
        return told.float()

    return encode


class Checkpoint:
    """The state of a training in a file, which is replaced as a whole or not at all.

    The first process alone reads and writes it.
    """

    def __init__(
        self, path: Path, options: argparse.Namespace, data: dict[str, Any]
    ) -> None:
        """data: what else must be the same for the training to go on."""
        every = options.checkpoint_every
        if every is not None and every < 1:
            stop(f"--checkpoint-every {every}: at least 1 step")
        self.path, self.every = path, every
        known = {k: v for k, v in vars(options).items() if k not in FREE}
        self.known = {**known, **data}

    def read(self) -> dict[str, Any] | None:
        """What was last written, on the CPU; None where there is nothing yet."""
        if self.every is None:
            return None
        held = self.path.read_bytes() if rank() == 0 and self.path.exists() else None
        held = of_first(held)
        if held is None:
            return None
        content = torch.load(io.BytesIO(held), map_location="cpu")
        for name, value in self.known.items():
            before = content["known"].get(name)
            if before != value:
                stop(
                    f"{self.path} is of a training with {name} {before}, not {value}; "
                    "name another --output, or remove it"
                )
        torch.set_rng_state(content["random"])
        return content

    def write(self, step: int, content: Callable[[], dict[str, Any]]) -> None:
        """Writes the state after so many steps, if it is time."""
        if self.every is None or step % self.every != 0 or rank() != 0:
            return
        whole = {**content(), "step": step, "known": self.known}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f".{self.path.name}.unfinished")
        with open(draft, "wb") as file:
            torch.save({**whole, "random": torch.get_rng_state()}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self.path)
