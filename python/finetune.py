"""Trains the model further, or anew, on labelled scans or rows of a table.

    python finetune.py MANIFEST --scans FOLDER --output outcome.pt
    python predict.py MANIFEST --scans FOLDER --weights outcome.pt

MANIFEST has "path", "patient", the covariates, and "label", "value", or "time" and
"event". Rows whose "split" is "test" are left out; those of "validation", or else some
patients, are held out to choose the best step and the temperature of probabilities.
"""

from __future__ import annotations

import argparse
import copy
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

import settings
from optimisers import optimiser_of
from outcome import Outcome, build
from rows import Rows, batches, patient_of, split
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
def tell(model: Outcome, data: Rows, device: str) -> Told:
    """All rows, with what the encoder tells of each tile, or of all where it pools."""
    model.eval()
    features, owners = None, list(range(len(data)))
    if model.encoder is not None:
        tiles = []
        for index in range(len(data)):
            crops = data.tiles(index)
            own = torch.cat([model.features(crop[None].to(device)) for crop in crops])
            pools = settings.READING == "pool"
            tiles.append(own.mean(0, keepdim=True) if pools else own)
        features = torch.cat(tiles)
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


def train(
    model: Outcome, learnt: Rows, held: Rows | None, options: argparse.Namespace
) -> None:
    """Leaves the model with the weights of the lowest held-out loss, else the last."""
    device, frozen = options.device, options.train == "frozen"
    groups = groups_of(model, options.train, options.weight_decay)
    rate = options.learning_rate
    optimiser = optimiser_of(options.optimiser, groups, rate, settings.MOMENTUM)
    whole = tell(model, learnt, device)
    if options.from_scratch:
        standardise(model, whole)
    held_out = None if held is None else tell(model, held, device)
    changes = model.encoder is not None and not frozen
    best, lowest, since = None, math.inf, 0
    rng = np.random.default_rng((options.seed, 2))
    order = batches(learnt.rows, min(options.batch, len(learnt)), options.seed)
    for step, picked in zip(range(options.steps), order):
        set_mode(model, options.train)
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, options.steps, rate * group["rate"])
        progress = step / options.steps
        if changes:
            items = torch.utils.data.default_collate([learnt[i] for i in picked])
            loss, _ = model.loss(*split_batch(items, device), progress)
        else:
            index = draw(whole, picked, rng)
            parts = at(whole.features, index), at(whole.covariates, index)
            wanted = {name: x[index] for name, x in whole.targets.items()}
            loss, _ = model.loss_of(*parts, wanted, progress)
        optimiser.zero_grad()
        loss.backward()
        if settings.CLIP_NORM is not None:
            torch.nn.utils.clip_grad_norm_(model.parameters(), settings.CLIP_NORM)
        optimiser.step()
        if (step + 1) % settings.EVALUATE_EVERY != 0 and step + 1 != options.steps:
            continue
        value = float(loss)
        if held is not None:
            model.eval()
            held_out = tell(model, held, device) if changes else held_out
            value = look(model, held_out)
            since += 1
            if value < lowest:
                best, lowest, since = copy.deepcopy(model.state_dict()), value, 0
        print(f"step {step + 1}: loss {value:.4f}")
        if options.patience is not None and since >= options.patience:
            break
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
    torch.manual_seed(options.seed)
    model = start(options.from_scratch).to(options.device)
    rows, kept = split(read_rows(options.manifest), settings.HELD_OUT, options.seed)
    crops = "drawn" if settings.AUGMENT else "tile"
    learnt = Rows(rows, options.scans, crops, options.seed)
    held = Rows(kept, options.scans, "middle") if kept else None
    train(model, learnt, held, options)
    settle(model, learnt, held, options.device)
    save(model, options.output)


if __name__ == "__main__":
    main()
