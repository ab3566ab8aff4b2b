"""Trains the model further, or anew, on labelled scans or rows of a table.

    python finetune.py MANIFEST --scans FOLDER --output outcome.pt

MANIFEST has "path", "patient", the covariates, and "label", "value", or "time" and
"event". Patients are held out to choose the best step. The output holds
"weights", a state_dict of outcome.Outcome, and "constants" of its head.
"""

from __future__ import annotations

import argparse
import copy
import math
from pathlib import Path

import numpy as np
import torch

import settings
from outcome import Outcome, build
from table import Row, covariates, read_rows, targets

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
    parser.add_argument("--learning-rate", type=float, default=settings.LEARNING_RATE)
    parser.add_argument("--weight-decay", type=float, default=settings.WEIGHT_DECAY)
    parser.add_argument(
        "--train", choices=["frozen", "full", "layerwise"], default=settings.TRAIN
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default=DEVICE)
    return parser.parse_args()


class Rows(torch.utils.data.Dataset):
    """Rows of a manifest: crops, covariates and targets.

    Crops lie at random places where "augment", else in the middle.
    """

    def __init__(self, rows: list[Row], scans: Path, augment: bool, seed: int) -> None:
        self.covariates = covariates(rows)
        self.targets = targets(rows)
        self.augment, self.seed, self.draws = augment, seed, 0
        self.volumes: list = []
        if settings.FEATURES > 0:
            from scans import load

            paths = [(scans / row["path"], row.get("modality") or None) for row in rows]
            self.volumes = [load(*path)[0] for path in paths]
        self.count = len(rows)

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        item = {name: values[index] for name, values in self.targets.items()}
        if self.covariates is not None:
            item["covariates"] = self.covariates[index]
        if self.volumes:
            item["crops"] = torch.from_numpy(self.crop(index))
        return item

    def crop(self, index: int) -> np.ndarray:
        """A crop of a row's scan."""
        from crops import anywhere, cut, jitter, middle, near_middle

        volume = self.volumes[index]
        extents = volume.foreground.shape
        if not self.augment:
            return cut(volume, middle(extents))
        self.draws += 1
        rng = np.random.default_rng((self.seed, index, self.draws))
        place = near_middle if settings.READING == "crop" else anywhere
        return jitter(cut(volume, place(extents, rng)), rng)


def split(rows: list[Row], share: float, seed: int) -> tuple[list[Row], list[Row]]:
    """Rows of patients to train on, and of patients held out."""
    patients = sorted({row["patient"] for row in rows})
    order = np.random.default_rng(seed).permutation(len(patients))
    held = {patients[i] for i in order[: round(share * len(patients))]}
    learnt = [row for row in rows if row["patient"] not in held]
    return learnt, [row for row in rows if row["patient"] in held]


def groups_of(model: Outcome, train: str, decay: float) -> list[dict]:
    """Parameters with their rates: the head's, and smaller ones for the encoder."""
    groups: dict[tuple[float, float], list] = {}
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
        shrinks = decay if parameter.dim() > 1 else 0.0
        groups.setdefault((rate, shrinks), []).append(parameter)
    return [
        {"params": parameters, "rate": rate, "weight_decay": shrinks}
        for (rate, shrinks), parameters in groups.items()
    ]


def rate_at(step: int, steps: int, peak: float) -> float:
    """Rises linearly, then stays or falls along a half cosine."""
    warmup = round(settings.WARMUP * steps)
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


def set_mode(model: Outcome, train: str) -> None:
    """Training mode; statistics of batch norm stay, unless the task says otherwise."""
    model.train()
    if model.encoder is not None and (train == "frozen" or not settings.OF_BATCH):
        model.encoder.eval()


@torch.no_grad()
def standardise(model: Outcome, data: Rows, device: str) -> None:
    """Sets mean and deviation of features and covariates, from rows of training."""
    model.eval()
    crops, table, _ = everything(data, device)
    parts = {"covariates": table}
    parts["features"] = None if model.encoder is None else model.features(crops)
    for name, module in model.standardise.items():
        columns = parts[name]
        deviation = columns.std(0, unbiased=False)
        module.mean.copy_(columns.mean(0))
        module.deviation.copy_(
            deviation.where(deviation > 1e-6, torch.ones_like(deviation))
        )


def everything(data: Rows, device: str) -> tuple:
    """All rows as one batch."""
    loader = torch.utils.data.DataLoader(data, batch_size=max(1, len(data)))
    return split_batch(next(iter(loader)), device)


def main() -> None:
    options = parse_arguments()
    torch.manual_seed(options.seed)
    model = (Outcome() if options.from_scratch else build()).to(options.device)
    learnt, held = split(read_rows(options.manifest), settings.HELD_OUT, options.seed)
    train = Rows(learnt, options.scans, settings.AUGMENT, options.seed)
    whole = Rows(learnt, options.scans, False, 0)
    if options.from_scratch:
        standardise(model, whole, options.device)
    groups = groups_of(model, options.train, options.weight_decay)
    optimiser = torch.optim.AdamW(groups, lr=options.learning_rate)
    sampler = torch.utils.data.RandomSampler(
        train, True, num_samples=options.steps * min(options.batch, len(train))
    )
    loader = torch.utils.data.DataLoader(
        train, min(options.batch, len(train)), sampler=sampler
    )
    held_out = None
    if held:
        held_out = everything(Rows(held, options.scans, False, 0), options.device)
    best, lowest = copy.deepcopy(model.state_dict()), math.inf
    set_mode(model, options.train)
    for step, batch in enumerate(loader):
        for group in optimiser.param_groups:
            peak = options.learning_rate * group["rate"]
            group["lr"] = rate_at(step, options.steps, peak)
        crops, table, wanted = split_batch(batch, options.device)
        loss, _ = model.loss(crops, table, wanted, step / options.steps)
        optimiser.zero_grad()
        loss.backward()
        if settings.CLIP_NORM is not None:
            torch.nn.utils.clip_grad_norm_(model.parameters(), settings.CLIP_NORM)
        optimiser.step()
        last = step + 1 == options.steps
        if last or (step + 1) % settings.EVALUATE_EVERY == 0:
            value = float(loss)
            if held_out is not None:
                model.eval()
                with torch.no_grad():
                    value = float(model.loss(*held_out)[0])
                set_mode(model, options.train)
            print(f"step {step + 1}: loss {value:.4f}")
            if value < lowest:
                best, lowest = copy.deepcopy(model.state_dict()), value
    model.load_state_dict(best)
    if hasattr(model.head, "settle"):
        model.eval()
        crops, table, wanted = everything(whole, options.device)
        with torch.no_grad():
            features = None if model.encoder is None else model.features(crops)
            model.head.settle(model.fused(features, table)[0], wanted)
    constants = {name: getattr(model.head, name) for name in settings.CONSTANTS}
    weights = {"weights": model.state_dict(), "constants": constants}
    torch.save(weights, options.output)
    print(f"the weights are in {options.output}")


if __name__ == "__main__":
    main()
