"""Pretrains the encoder on its proxy task, on a folder of NIfTI files.

    python pretrain.py SCANS --output runs/pretrained

Starts from the exported weights, or from random ones with --from-scratch. Every file
is taken for one patient. Writes encoder.pt: torch.load gives the encoder's state_dict.

    torchrun --nproc_per_node 4 pretrain.py SCANS --output runs/pretrained

trains on four GPUs, or with --device cpu in four processes, which share each batch.
"""

from __future__ import annotations

import argparse
import math
from functools import partial
from pathlib import Path
from typing import List

import numpy as np
import torch
from torch import nn

import settings
from model import FEATURES, IN_CHANNELS, Encoder, build
from optimisers import optimiser_of
from processes import (
    collected,
    count,
    expect_even,
    gathering,
    join,
    leave,
    mean_of,
    rank,
    say,
    share,
    stop,
    together,
)
from running import Checkpoint, add_options, encoding
from scans import Volume, find_scans, load
from task import Task

ATTEMPTS = 50  # at finding a crop that the task accepts
Patient = List[Volume]  # the volumes of one file
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scans", type=Path, help="folder of .nii and .nii.gz files")
    parser.add_argument("--output", type=Path, default=Path("pretrained"))
    parser.add_argument("--from-scratch", action="store_true")
    parser.add_argument("--steps", type=int, default=settings.STEPS)
    parser.add_argument("--batch", type=int, default=settings.BATCH)
    parser.add_argument(
        "--optimiser", choices=["adamw", "lamb", "sgd"], default=settings.OPTIMISER
    )
    parser.add_argument("--learning-rate", type=float, default=settings.LEARNING_RATE)
    parser.add_argument(
        "--warmup", type=float, default=settings.WARMUP, help="share of the steps"
    )
    parser.add_argument(
        "--schedule", choices=["cosine", "constant"], default=settings.SCHEDULE
    )
    parser.add_argument(
        "--momentum", type=float, default=settings.MOMENTUM, help="of sgd"
    )
    parser.add_argument("--weight-decay", type=float, default=settings.WEIGHT_DECAY)
    parser.add_argument(
        "--label-smoothing", type=float, default=settings.LABEL_SMOOTHING
    )
    parser.add_argument("--clip-norm", type=float, default=settings.CLIP_NORM)
    parser.add_argument(
        "--validation", type=float, default=settings.VALIDATION, help="share of files"
    )
    parser.add_argument(
        "--evaluation-batches", type=int, default=settings.EVALUATION_BATCHES
    )
    parser.add_argument("--report-every", type=int, default=50, help="steps")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default=DEVICE)
    add_options(parser)
    return parser.parse_args()


def load_patients(folder: Path, crop: tuple[int, int, int]) -> list[Patient]:
    """The volumes of each file that can be used; says which cannot, and why."""
    patients: list[Patient] = []
    for path in find_scans(folder):
        try:
            volumes = load(path)
            for volume in volumes:
                if np.less(volume.foreground.shape, crop).any():
                    raise ValueError(f"smaller than a crop of {crop} voxels")
            patients.append(volumes)
        except Exception as error:
            say(f"skipped {path}: {error}")
    return patients


def split(
    patients: list[Patient], share: float, seed: int
) -> tuple[list[Patient], list[Patient]]:
    """Patients to train on, and patients held out."""
    if len(patients) < 2:
        if rank() > 0:
            raise SystemExit(1)
        raise SystemExit(f"{len(patients)} usable scans; at least 2 are needed")
    order = np.random.default_rng((seed, 0)).permutation(len(patients))
    shuffled = [patients[i] for i in order]
    held_out = min(max(1, round(share * len(patients))), len(patients) - 1)
    return shuffled[held_out:], shuffled[:held_out]


def draw_crop(patients: list[Patient], task: Task, rng: np.random.Generator) -> Volume:
    """A crop of a random volume of a random patient; if possible, one to ask about."""
    accepts = getattr(task, "accepts", lambda foreground: True)
    for _ in range(ATTEMPTS):
        volumes = patients[rng.integers(len(patients))]
        voxels, foreground = volumes[rng.integers(len(volumes))]
        corner = [rng.integers(n - c + 1) for n, c in zip(foreground.shape, task.crop)]
        window = tuple(slice(start, start + c) for start, c in zip(corner, task.crop))
        crop = Volume(voxels[(slice(None), *window)], foreground[window])
        if accepts(crop.foreground):
            break
    return crop


def draw_batch(
    patients: list[Patient],
    task: Task,
    options: argparse.Namespace,
    seed: tuple[int, ...],
    train: bool,
) -> dict[str, torch.Tensor]:
    """The inputs of "task.loss", made from crops of random patients."""
    rng = np.random.default_rng(seed)
    crops = [draw_crop(patients, task, rng) for _ in range(options.batch)]
    voxels = np.stack([crop.voxels for crop in crops])
    foreground = np.stack([crop.foreground for crop in crops])
    return task.make_batch(voxels, foreground, rng, train)


def part_of(
    batch: dict[str, torch.Tensor], task: Task, index: int, of: int
) -> dict[str, torch.Tensor]:
    """The rows of some crops; tasks that order rows otherwise have a "part" for it."""
    if of == 1:
        return batch
    if hasattr(task, "part"):
        return task.part(batch, index, of)
    for name, tensor in batch.items():
        if tensor.ndim == 0 or len(tensor) % of != 0:
            stop(f'the task\'s "{name}" {tuple(tensor.shape)} does not make {of} parts')
    return {name: share(tensor, index, of) for name, tensor in batch.items()}


def moved(batch: dict[str, torch.Tensor], device: str) -> dict[str, torch.Tensor]:
    return {name: tensor.to(device) for name, tensor in batch.items()}


class Asked(nn.Module):
    """The loss of a batch, as a module: what processes share the gradients of."""

    def __init__(
        self, modules: nn.ModuleList, task: Task, options: argparse.Namespace
    ) -> None:
        super().__init__()
        self.encoder, self.head = modules
        self.task, self.options = task, options

    def forward(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        encode = encoding(self.encoder, self.options)
        return self.task.loss(encode, self.head, batch)[0]


def backward(
    asked: nn.Module,
    batch: dict[str, torch.Tensor],
    task: Task,
    options: argparse.Namespace,
) -> list[float]:
    """Adds up the gradients of this process's share of a batch; its losses."""
    parts, losses = options.accumulate, []
    for part in range(parts):
        own = part_of(batch, task, rank() * parts + part, count() * parts)
        with gathering(asked, last=part == parts - 1):
            loss = asked(moved(own, options.device))
            (loss if parts == 1 else loss / parts).backward()
        losses.append(loss.item())
    return losses


@torch.no_grad()
def grid_of(encoder: nn.Module, size: tuple[int, int, int]) -> tuple[int, ...]:
    """Cells (d, h, w) of the feature maps that volumes of some size become."""
    return tuple(encoder.eval()(torch.zeros(1, IN_CHANNELS, *size)).shape[2:])


def initialise(module: nn.Module) -> None:
    """He initialisation of convolutions, by fan out within their group."""
    if isinstance(module, nn.Conv3d):
        fan_out = module.weight[:, 0].numel() / module.groups
        nn.init.normal_(module.weight, std=math.sqrt(2 / fan_out))


def make_optimiser(
    modules: nn.Module, options: argparse.Namespace
) -> torch.optim.Optimizer:
    """Weight decay falls on the weights of convolutions and linear layers only."""
    weights = [p for p in modules.parameters() if p.ndim > 1]
    others = [p for p in modules.parameters() if p.ndim <= 1]
    groups = [
        {"params": weights, "weight_decay": options.weight_decay},
        {"params": others, "weight_decay": 0.0, "scaled": False},
    ]
    return optimiser_of(
        options.optimiser, groups, options.learning_rate, options.momentum
    )


def rate_at(step: int, options: argparse.Namespace) -> float:
    """Share of the peak learning rate: a linear rise, then all or half a cosine."""
    warmup = math.floor(options.warmup * options.steps + 0.5)
    if step < warmup:
        return (step + 1) / warmup
    if options.schedule == "constant":
        return 1.0
    done = (step - warmup) / max(1, options.steps - warmup)
    return (1 + math.cos(math.pi * done)) / 2


@torch.no_grad()
def evaluate(
    modules: nn.ModuleList,
    patients: list[Patient],
    task: Task,
    options: argparse.Namespace,
) -> float:
    """Mean metric over batches of held-out patients, the same ones every time."""
    encoder, head = modules.eval()
    scores = {}
    for index in range(rank(), options.evaluation_batches, count()):
        seed = (options.seed, 1, index)
        batch = draw_batch(patients, task, options, seed, train=False)
        _, metrics = task.loss(encoder, head, moved(batch, options.device))
        scores[index] = float(metrics[task.metric])
    modules.train()
    return float(np.mean(collected(scores)))


def main() -> None:
    options = parse_arguments()
    options.device = join(options.device)
    expect_even(options.batch, options.accumulate)
    torch.manual_seed(options.seed)
    task = Task(**settings.TASK)
    task.label_smoothing = options.label_smoothing
    task.batch = options.batch
    patients = load_patients(options.scans, task.crop)
    train, held_out = split(patients, options.validation, options.seed)
    say(f"{len(train)} scans to train on, {len(held_out)} held out")

    encoder = Encoder().apply(initialise) if options.from_scratch else build()
    head = task.head(FEATURES, partial(grid_of, encoder))
    modules = nn.ModuleList([encoder, head]).to(options.device).train()
    optimiser = make_optimiser(modules, options)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: rate_at(step, options)
    )
    data = {"scans to train on": len(train), "scans held out": len(held_out)}
    checkpoint = Checkpoint(options.output / "checkpoint.pt", options, data)
    stateful = {"modules": modules, "optimiser": optimiser, "schedule": schedule}
    held = checkpoint.read()
    if held is not None:
        for name, one in stateful.items():
            one.load_state_dict(held[name])
        say(f"goes on after step {held['step']}")
    asked = together(Asked(modules, task, options), options.device)

    for step in range(0 if held is None else held["step"], options.steps):
        batch = draw_batch(train, task, options, (options.seed, 2, step), train=True)
        optimiser.zero_grad()
        losses = backward(asked, batch, task, options)
        if options.clip_norm is not None:
            nn.utils.clip_grad_norm_(modules.parameters(), options.clip_norm)
        optimiser.step()
        schedule.step()
        if (step + 1) % options.report_every == 0 or step + 1 == options.steps:
            loss = mean_of(losses)
            score = evaluate(modules, held_out, task, options)
            say(
                f"step {step + 1}/{options.steps}: loss {loss:.4f}, "
                f"held-out {task.metric} {score:.3f} (chance {task.chance:.3f})"
            )
        checkpoint.write(
            step + 1, lambda: {name: one.state_dict() for name, one in stateful.items()}
        )

    if rank() == 0:
        options.output.mkdir(parents=True, exist_ok=True)
        torch.save(encoder.state_dict(), options.output / "encoder.pt")
        print(f"wrote {options.output / 'encoder.pt'}")
    leave()


if __name__ == "__main__":
    main()
