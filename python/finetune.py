"""Trains the model further, or anew, on labelled scans or rows of a table.

    python finetune.py MANIFEST --scans FOLDER --output outcome.pt
    python predict.py MANIFEST --scans FOLDER --weights outcome.pt

MANIFEST has "path", "patient", the covariates, and "label", "value", or "time" and
"event". Rows whose "split" is "test" are left out; those of "validation", or else some
patients, are held out to choose the best step and the temperature of probabilities.

    torchrun --nproc_per_node 4 finetune.py MANIFEST --scans FOLDER

trains on four GPUs, or with --device cpu in four processes, which share each batch.
"""

from __future__ import annotations

import argparse
import copy
import math
from pathlib import Path
from typing import Callable, NamedTuple

import numpy as np
import torch

import settings
from optimisers import optimiser_of
from outcome import Outcome, build
from processes import (
    collected,
    count,
    expect_even,
    gathered,
    gathering,
    join,
    leave,
    mean_of,
    of_first,
    rank,
    say,
    share,
    together,
)
from rows import Rows, batches, patient_of, split
from running import Checkpoint, add_options, encoding
from table import read_rows

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--scans", type=Path, default=Path())
    parser.add_argument("--output", type=Path, default=Path("outcome.pt"))
    parser.add_argument("--from-scratch", action="store_true")
    parser.add_argument("--steps", type=int, default=settings.STEPS)
    parser.add_argument("--batch", type=int, default=settings.BATCH)
    parser.add_argument(
        "--optimiser", choices=["adamw", "lamb", "sgd"], default=settings.OPTIMISER
    )
    parser.add_argument("--learning-rate", type=float, default=settings.LEARNING_RATE)
    parser.add_argument("--weight-decay", type=float, default=settings.WEIGHT_DECAY)
    parser.add_argument(
        "--patience", type=int, default=settings.PATIENCE, help="looks; see README.md"
    )
    parser.add_argument(
        "--train", choices=["frozen", "full", "layerwise"], default=settings.TRAIN
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default=DEVICE)
    add_options(parser)
    return parser.parse_args()


class Told(NamedTuple):
    """All rows as a model reads them, one for each tile of a scan."""

    features: torch.Tensor | None  # [N, F]
    covariates: torch.Tensor | None  # [N, P]
    targets: dict[str, torch.Tensor]  # [N]
    owners: torch.Tensor  # [N], the row of each tile


def groups_of(model: Outcome, train: str, decay: float) -> list[dict]:
    """Parameters with their rates: the head's, and smaller ones for the encoder."""
    groups: dict[tuple[float, bool], list] = {}
    layers = settings.LAYERS if model.encoder is not None else []
    depth = {name: i for i, layer in enumerate(layers) for name in layer}
    for name, parameter in model.named_parameters():
        rate = 1.0
        if name.startswith("encoder."):
            if train == "frozen":
                parameter.requires_grad_(False)
                continue
            rate = settings.ENCODER_RATE
            if train == "layerwise":
                place = depth[name[len("encoder.") :]]
                rate *= settings.ENCODER_DECAY ** (len(layers) - place)
        groups.setdefault((rate, parameter.dim() > 1), []).append(parameter)
    return [
        {
            "params": parameters,
            "rate": rate,
            "weight_decay": decay if is_matrix else 0.0,
            "scaled": is_matrix,
        }
        for (rate, is_matrix), parameters in groups.items()
    ]


def rate_at(step: int, steps: int, peak: float) -> float:
    """Rises linearly, then stays or falls along a half cosine."""
    warmup = math.floor(settings.WARMUP * steps + 0.5)
    if step < warmup:
        return peak * (step + 1) / warmup
    if settings.SCHEDULE == "constant":
        return peak
    progress = (step - warmup) / max(1, steps - warmup)
    return peak * 0.5 * (1 + math.cos(math.pi * progress))


def split_batch(
    batch: dict[str, torch.Tensor], device: str
) -> tuple[torch.Tensor | None, torch.Tensor | None, dict[str, torch.Tensor]]:
    """Crops, covariates and targets."""
    moved = {name: values.to(device) for name, values in batch.items()}
    return moved.pop("crops", None), moved.pop("covariates", None), moved


def initialise(module: torch.nn.Module) -> None:
    """He initialisation of convolutions, by fan out within their group."""
    if isinstance(module, torch.nn.Conv3d):
        fan_out = module.weight[:, 0].numel() / module.groups
        torch.nn.init.normal_(module.weight, std=math.sqrt(2 / fan_out))


def start(from_scratch: bool) -> Outcome:
    """The model with its weights, or with random ones."""
    if not from_scratch:
        return build()
    model = Outcome()
    if model.encoder is not None:
        model.encoder.apply(initialise)
    return model


def set_mode(model: Outcome, train: str) -> None:
    """Training mode; statistics of batch norm stay, unless the task says otherwise."""
    model.train()
    if model.encoder is not None and (train == "frozen" or not settings.OF_BATCH):
        model.encoder.eval()


@torch.no_grad()
def tell(model: Outcome, data: Rows, device: str, alone: bool = True) -> Told:
    """All rows, with what the encoder tells of each tile, or of all where it pools.

    alone: this process reads all of them, not its share.
    """
    model.eval()
    features, owners = None, list(range(len(data)))
    if model.encoder is not None:
        found = {}
        for index in range(len(data)) if alone else range(rank(), len(data), count()):
            crops = data.tiles(index)
            own = torch.cat([model.features(crop[None].to(device)) for crop in crops])
            pools = settings.READING == "pool"
            told = own.mean(0, keepdim=True) if pools else own
            found[index] = told if alone else told.cpu()
        tiles = [found[index] for index in found] if alone else collected(found)
        features = torch.cat(tiles).to(device)
        owners = [row for row, own in enumerate(tiles) for _ in own]
    index = torch.tensor(owners)
    table = None if data.covariates is None else data.covariates[index].to(device)
    wanted = {name: values[index].to(device) for name, values in data.targets.items()}
    return Told(features, table, wanted, index)


@torch.no_grad()
def standardise(model: Outcome, told: Told) -> None:
    """Sets mean and deviation of features and covariates, from rows of training."""
    parts = {"features": told.features, "covariates": told.covariates}
    for name, module in model.standardise.items():
        columns = parts[name].double()
        mean, deviation = columns.mean(0), columns.std(0, unbiased=False)
        varies = deviation > 1e-6 * mean.abs().clamp(min=1e-6)
        # A constant covariate tells nothing later; features may come to differ.
        common = deviation[varies].mean() if varies.any() else torch.tensor(1.0)
        other = common.item() if name == "features" else 1e30
        module.mean.copy_(mean)
        module.deviation.copy_(
            deviation.where(varies, torch.full_like(deviation, other))
        )


def draw(told: Told, picked: list[int], rng: np.random.Generator) -> list[int]:
    """Of each row one of its tiles."""
    places = [torch.nonzero(told.owners == row)[:, 0] for row in picked]
    return [int(place[rng.integers(len(place))]) for place in places]


def at(part: torch.Tensor | None, index: list[int]) -> torch.Tensor | None:
    return None if part is None else part[index]


def look(model: Outcome, told: Told) -> float:
    """The loss of all rows."""
    with torch.no_grad():
        return float(model.loss_of(told.features, told.covariates, told.targets)[0])


@torch.no_grad()
def temperature_of(model: Outcome, told: Told) -> float | None:
    """The positive number that fits probabilities to held-out rows (Guo et al. 2017).

    The loss is convex in its inverse, whose best value is found by halving.
    """
    probabilities = model.answer(told.features, told.covariates)["probabilities"]
    rows = int(told.owners.max()) + 1
    one = torch.nn.functional.one_hot(told.owners, rows).to(probabilities).T
    logs = ((one @ probabilities) / one.sum(1, keepdim=True)).clamp(min=1e-12).log()
    first = [int((told.owners == row).nonzero()[0]) for row in range(rows)]
    own = logs.gather(1, told.targets["label"][first][:, None])[:, 0]
    low, high = math.log(1 / 20), math.log(1 / 0.05)
    for _ in range(60):
        middle = (low + high) / 2
        p = (logs * math.exp(middle)).softmax(1)
        if float(((p * logs).sum(1) - own).sum()) < 0:
            low = middle
        else:
            high = middle
    return math.exp(-(low + high) / 2)


def loss_together(
    model: Outcome,
    encode: Callable,
    crops: torch.Tensor | None,
    covariates: torch.Tensor | None,
    targets: dict[str, torch.Tensor],
    progress: float,
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """The loss of the rows of all processes, which heads may compare, and metrics."""
    features = None if model.encoder is None else gathered(encode(crops))
    table = None if covariates is None else gathered(covariates)
    wanted = {name: gathered(values) for name, values in targets.items()}
    return model.loss_of(features, table, wanted, progress)


class Learning(torch.nn.Module):
    """The loss of a batch, as a module: what processes share the gradients of."""

    def __init__(self, model: Outcome, options: argparse.Namespace) -> None:
        super().__init__()
        self.model, self.options = model, options

    def forward(
        self, batch: dict[str, torch.Tensor] | Told, progress: float
    ) -> torch.Tensor:
        if isinstance(batch, Told):
            told = batch.features, batch.covariates, batch.targets
            return self.model.loss_of(*told, progress)[0]
        encode = encoding(self.model.features, self.options)
        parts = split_batch(batch, self.options.device)
        return loss_together(self.model, encode, *parts, progress)[0]


def backward(
    network: torch.nn.Module,
    learnt: Rows,
    picked: list[int],
    step: int,
    options: argparse.Namespace,
) -> list[float]:
    """Adds up the gradients of this process's share of a batch; its losses."""
    parts, losses = options.accumulate, []
    for part in range(parts):
        index = rank() * parts + part
        own = share(picked, index, count() * parts)
        # Crops are drawn as one process draws them.
        learnt.draws = step * len(picked) + index * len(own)
        items = torch.utils.data.default_collate([learnt[i] for i in own])
        with gathering(network, last=part == parts - 1):
            loss = network(items, step / options.steps)
            (loss if parts == 1 else loss / parts).backward()
        losses.append(float(loss.detach()))
    return losses


def train(
    model: Outcome, learnt: Rows, held: Rows | None, options: argparse.Namespace
) -> None:
    """Leaves the model with the weights of the lowest held-out loss, else the last."""
    device, frozen = options.device, options.train == "frozen"
    groups = groups_of(model, options.train, options.weight_decay)
    rate = options.learning_rate
    optimiser = optimiser_of(options.optimiser, groups, rate, settings.MOMENTUM)
    whole = tell(model, learnt, device, count() == 1)
    if options.from_scratch:
        standardise(model, whole)
    held_out = None if held is None else tell(model, held, device, count() == 1)
    changes = model.encoder is not None and not frozen
    size = min(options.batch, len(learnt))
    if changes:
        expect_even(size, options.accumulate)
    best, lowest, since, first = None, math.inf, 0, 0
    rng = np.random.default_rng((options.seed, 2))
    order = batches(learnt.rows, size, options.seed)
    data = {"rows to learn from": len(learnt), "rows held out": len(held or [])}
    path = options.output.with_suffix(".checkpoint.pt")
    checkpoint = Checkpoint(path, options, data)
    before = checkpoint.read()
    if before is not None:
        model.load_state_dict(before["model"])
        optimiser.load_state_dict(before["optimiser"])
        best, lowest, since = before["best"], before["lowest"], before["since"]
        first = before["step"]
        say(f"goes on after step {first}")
    of_batch = changes and settings.OF_BATCH
    network = together(Learning(model, options), device, of_batch)

    def state() -> dict:
        now = {"model": model.state_dict(), "optimiser": optimiser.state_dict()}
        return {**now, "best": best, "lowest": lowest, "since": since}

    for step, picked in zip(range(options.steps), order):
        index = [] if changes else draw(whole, picked, rng)
        if step < first:
            continue
        set_mode(model, options.train)
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, options.steps, rate * group["rate"])
        optimiser.zero_grad()
        if changes:
            losses = backward(network, learnt, picked, step, options)
        else:
            parts = at(whole.features, index), at(whole.covariates, index)
            wanted = {name: x[index] for name, x in whole.targets.items()}
            loss = network(Told(*parts, wanted, whole.owners), step / options.steps)
            loss.backward()
            losses = [float(loss)]
        if settings.CLIP_NORM is not None:
            torch.nn.utils.clip_grad_norm_(model.parameters(), settings.CLIP_NORM)
        optimiser.step()
        if (step + 1) % settings.EVALUATE_EVERY == 0 or step + 1 == options.steps:
            value = mean_of(losses)
            if held is not None:
                model.eval()
                if changes:
                    held_out = tell(model, held, device, count() == 1)
                value = of_first(look(model, held_out))
                since += 1
                if value < lowest:
                    best, lowest, since = copy.deepcopy(model.state_dict()), value, 0
            say(f"step {step + 1}: loss {value:.4f}")
            if options.patience is not None and since >= options.patience:
                break
        checkpoint.write(step + 1, state)
    if best is not None:
        model.load_state_dict(best)


def settle(model: Outcome, learnt: Rows, held: Rows | None, device: str) -> None:
    """Sets what follows from the weights: baseline hazards, and the temperature."""
    model.eval()
    if hasattr(model.head, "settle"):
        told = tell(model, learnt, device)
        with torch.no_grad():
            fused = model.fused(told.features, told.covariates)[0]
            names = [patient_of(row, index) for index, row in enumerate(learnt.rows)]
            patients = torch.from_numpy(np.unique(names, return_inverse=True)[1])
            targets = {**told.targets, "patient": patients[told.owners]}
            model.head.settle(fused, targets)
    model.temperature = None
    if settings.CALIBRATE and held is not None:
        model.temperature = temperature_of(model, tell(model, held, device))


def save(model: Outcome, path: Path) -> None:
    """Writes what predict.py reads."""
    content = {
        "weights": model.state_dict(),
        "constants": {name: getattr(model.head, name) for name in settings.CONSTANTS},
        "temperature": model.temperature,
    }
    torch.save(content, path)
    print(f"the weights are in {path}")


def main() -> None:
    options = parse_arguments()
    options.device = join(options.device)
    torch.manual_seed(options.seed)
    model = start(options.from_scratch).to(options.device)
    rows, kept = split(read_rows(options.manifest), settings.HELD_OUT, options.seed)
    crops = "drawn" if settings.AUGMENT else "tile"
    learnt = Rows(rows, options.scans, crops, options.seed)
    held = Rows(kept, options.scans, "middle") if kept else None
    train(model, learnt, held, options)
    if rank() == 0:
        settle(model, learnt, held, options.device)
        save(model, options.output)
    leave()


if __name__ == "__main__":
    main()
