"""A site's part of a federation, without the framework that carries it.

client_app.py and server_app.py call it from Flower. All that travels is what
get_weights returns. Batch norms stay at the site: their statistics would leak.
"""

from __future__ import annotations

import argparse
import copy
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

import settings
from model import FEATURES, Encoder, build
from pretrain import (
    DEVICE,
    Patient,
    draw_batch,
    grid_of,
    initialise,
    make_optimiser,
    rate_at,
)
from task import Task

BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm)
NORMS = "norms.pt"  # a site's own batch norms, in its folder


def options_of(config: Mapping[str, Any]) -> argparse.Namespace:
    """What the functions of pretrain.py read; the experiment's where nothing else is
    asked for."""
    rounds, local_steps = int(config["num-server-rounds"]), int(config["local-steps"])
    return argparse.Namespace(
        steps=rounds * local_steps,
        local_steps=local_steps,
        batch=int(config.get("batch", settings.BATCH)),
        optimiser=config.get("optimiser", settings.OPTIMISER),
        learning_rate=float(config.get("learning-rate", settings.LEARNING_RATE)),
        warmup=settings.WARMUP,
        schedule=settings.SCHEDULE,
        momentum=settings.MOMENTUM,
        weight_decay=settings.WEIGHT_DECAY,
        clip_norm=settings.CLIP_NORM,
        mu=float(config.get("mu", 0.0)),
        seed=int(config.get("seed", 0)),
        evaluation_batches=settings.EVALUATION_BATCHES,
        device=config.get("device") or DEVICE,
    )


def make_task(options: argparse.Namespace) -> Task:
    task = Task(**settings.TASK)
    task.label_smoothing = settings.LABEL_SMOOTHING
    task.batch = options.batch
    return task


def make_modules(
    task: Task, seed: int, weights: str | Path | None = None
) -> nn.ModuleList:
    """Encoder and head; the encoder from a file of weights, or from random ones."""
    torch.manual_seed(seed)
    encoder = Encoder().apply(initialise) if weights is None else build(weights)
    head = task.head(FEATURES, partial(grid_of, encoder))
    return nn.ModuleList([encoder, head]).train()


def shared_names(modules: nn.Module) -> list[str]:
    """Names of the state that travels: all but batch norms, which stay at the site."""
    own = [
        name
        for name, module in modules.named_modules()
        if isinstance(module, BATCH_NORMS)
    ]
    return [
        name
        for name in modules.state_dict()
        if not any(name.startswith(f"{prefix}.") for prefix in own)
    ]


def get_weights(modules: nn.Module) -> list[np.ndarray]:
    state = modules.state_dict()
    return [state[name].cpu().numpy().copy() for name in shared_names(modules)]


def set_weights(modules: nn.Module, arrays: Sequence[np.ndarray]) -> None:
    names = shared_names(modules)
    if len(names) != len(arrays):
        raise ValueError(f"{len(arrays)} arrays for {len(names)} names")
    state = {name: torch.from_numpy(np.asarray(a)) for name, a in zip(names, arrays)}
    modules.load_state_dict(state, strict=False)


def train_round(
    modules: nn.ModuleList,
    task: Task,
    patients: list[Patient],
    turn: int,
    options: argparse.Namespace,
) -> float:
    """Trains from the weights that modules have, with a fresh optimiser, in round turn
    (from 0 on); the mean loss. options.mu is the pull towards them (FedProx)."""
    modules.to(options.device).train()
    encoder, head = modules
    anchors = copy.deepcopy([p.detach() for p in modules.parameters()])
    optimiser = make_optimiser(modules, options)
    losses = []
    for step in range(turn * options.local_steps, (turn + 1) * options.local_steps):
        for group in optimiser.param_groups:
            group["lr"] = options.learning_rate * rate_at(step, options)
        drawn = draw_batch(patients, task, options, (options.seed, 2, step), train=True)
        batch = {name: tensor.to(options.device) for name, tensor in drawn.items()}
        loss, _ = task.loss(encoder, head, batch)
        losses.append(loss.item())
        if options.mu > 0:
            pairs = zip(modules.parameters(), anchors)
            loss = loss + options.mu / 2 * sum(((p - a) ** 2).sum() for p, a in pairs)
        optimiser.zero_grad()
        loss.backward()
        if options.clip_norm is not None:
            nn.utils.clip_grad_norm_(modules.parameters(), options.clip_norm)
        optimiser.step()
    return float(np.mean(losses))


@torch.no_grad()
def evaluate(
    modules: nn.ModuleList,
    task: Task,
    patients: list[Patient],
    options: argparse.Namespace,
) -> tuple[float, float]:
    """Mean loss and metric over batches of held-out patients, the same every time."""
    encoder, head = modules.to(options.device).eval()
    found = []
    for index in range(options.evaluation_batches):
        seed = (options.seed, 1, index)
        drawn = draw_batch(patients, task, options, seed, train=False)
        batch = {name: tensor.to(options.device) for name, tensor in drawn.items()}
        loss, metrics = task.loss(encoder, head, batch)
        found.append((float(loss), float(metrics[task.metric])))
    modules.train()
    loss, metric = np.mean(found, axis=0)
    return float(loss), float(metric)


def save_norms(modules: nn.Module, folder: Path) -> None:
    """Keeps the site's own batch norms for the next round."""
    shared = set(shared_names(modules))
    own = {k: v.cpu() for k, v in modules.state_dict().items() if k not in shared}
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(own, folder / NORMS)


def load_norms(modules: nn.Module, folder: Path) -> None:
    if (folder / NORMS).exists():
        modules.load_state_dict(torch.load(folder / NORMS), strict=False)
