"""Trains the model with PyTorch Lightning, on one GPU or several.

    python lightning.py MANIFEST --scans FOLDER --devices 4 --precision 16-mixed
    python predict.py MANIFEST --scans FOLDER --weights lightning/outcome.pt

The recipe of finetune.py, which needs no Lightning, but for three things: held-out
scans are looked at in their middle, rows come in passes whatever the task balances, and
standardisation stays as exported. Several devices train by DistributedDataParallel;
where statistics of batch norm are trained, they are those of all GPUs together. Heads
that compare rows with each other (cox) compare those of all devices.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

import settings
from finetune import (
    groups_of,
    loss_together,
    rate_at,
    save,
    set_mode,
    settle,
    split_batch,
    start,
)
from optimisers import optimiser_of
from outcome import Outcome
from processes import count
from rows import Rows, split
from table import Row, read_rows

HERE = Path(__file__).resolve().parent


def package() -> ModuleType:
    """PyTorch Lightning under either of its names.

    This file has the name of the newer one, and would be found in its place.
    """
    path, own = list(sys.path), sys.modules.pop("lightning", None)
    sys.path[:] = [place for place in path if Path(place).resolve() != HERE]
    try:
        return importlib.import_module("lightning.pytorch")
    except ImportError:
        return importlib.import_module("pytorch_lightning")
    finally:
        sys.path[:] = path
        if own is not None:
            sys.modules["lightning"] = own


pl = package()


class LightningOutcome(pl.LightningModule):
    """The model, its loss, and its optimiser."""

    def __init__(
        self, model: Outcome, train: str, learning_rate: float, weight_decay: float
    ) -> None:
        super().__init__()
        self.model = model
        self.train_encoder = train
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay

    def forward(
        self, crops: torch.Tensor | None, covariates: torch.Tensor | None
    ) -> dict[str, torch.Tensor]:
        return self.model(crops, covariates)

    def on_train_epoch_start(self) -> None:
        set_mode(self.model, self.train_encoder)

    def training_step(self, batch: dict[str, torch.Tensor], index: int) -> torch.Tensor:
        crops, table, wanted = split_batch(batch, self.device)
        progress = self.global_step / max(1, self.trainer.max_steps)
        loss, metrics = loss_together(
            self.model, self.model.features, crops, table, wanted, progress
        )
        self.log_dict({"loss": loss, **metrics}, prog_bar=True)
        return loss

    def validation_step(self, batch: dict[str, torch.Tensor], index: int) -> None:
        crops, table, wanted = split_batch(batch, self.device)
        loss, metrics = self.model.loss(crops, table, wanted)
        named = {"loss": loss, **metrics}
        self.log_dict(
            {f"validation_{name}": one for name, one in named.items()},
            sync_dist=True,
            batch_size=len(next(iter(wanted.values()))),
        )

    def configure_optimizers(self) -> dict[str, Any]:
        groups = groups_of(self.model, self.train_encoder, self.weight_decay)
        rates = [self.learning_rate * group.pop("rate") for group in groups]
        for group, rate in zip(groups, rates):
            group["lr"] = rate
        name, momentum = settings.OPTIMISER, settings.MOMENTUM
        optimiser = optimiser_of(name, groups, self.learning_rate, momentum)
        steps = self.trainer.max_steps
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: rate_at(min(step, steps - 1), steps, 1.0)
        )
        scheduler = {"scheduler": schedule, "interval": "step"}
        return {"optimizer": optimiser, "lr_scheduler": scheduler}


class LabelledRows(pl.LightningDataModule):
    """Rows of a manifest, some of whose patients are held out."""

    def __init__(
        self, rows: list[Row], scans: Path, batch: int, crops: str, seed: int
    ) -> None:
        super().__init__()
        self.rows, self.scans, self.seed = rows, scans, seed
        self.batch, self.crops = batch, crops

    def setup(self, stage: str | None = None) -> None:
        learnt, held = split(self.rows, settings.HELD_OUT, self.seed)
        self.learnt = Rows(learnt, self.scans, self.crops, self.seed)
        self.held = Rows(held, self.scans, "middle")

    def train_dataloader(self) -> torch.utils.data.DataLoader:
        batch = max(1, min(self.batch, len(self.learnt) // count()))
        return torch.utils.data.DataLoader(
            self.learnt, batch, shuffle=True, drop_last=True
        )

    def val_dataloader(self) -> torch.utils.data.DataLoader:
        return torch.utils.data.DataLoader(self.held, max(1, len(self.held)))


def trainer_of(options: argparse.Namespace) -> Any:  # noqa: ANN401
    """A trainer for these devices, which keeps the step of the lowest held-out loss."""
    several = options.devices not in ("1", "auto")
    on_gpu = options.accelerator != "cpu" and torch.cuda.is_available()
    best = pl.callbacks.ModelCheckpoint(
        dirpath=options.output, filename="best", monitor="validation_loss"
    )
    callbacks = [best]
    if settings.PATIENCE is not None:
        stop = pl.callbacks.EarlyStopping(
            monitor="validation_loss", patience=settings.PATIENCE
        )
        callbacks.append(stop)
    return pl.Trainer(
        accelerator=options.accelerator,
        devices=options.devices if options.devices == "auto" else int(options.devices),
        num_nodes=options.nodes,
        strategy="ddp" if several or options.nodes > 1 else "auto",
        sync_batchnorm=settings.OF_BATCH and on_gpu,
        accumulate_grad_batches=options.accumulate,
        precision=options.precision,
        max_steps=options.steps,
        val_check_interval=min(settings.EVALUATE_EVERY, options.steps),
        check_val_every_n_epoch=None,
        gradient_clip_val=settings.CLIP_NORM,
        callbacks=callbacks,
        default_root_dir=str(options.output),
        log_every_n_steps=1,
    )


def finish(
    trainer: Any,  # noqa: ANN401
    module: LightningOutcome,
    data: LabelledRows,
    output: Path,
) -> None:
    """Takes the best step, sets what follows from its weights, and saves the model."""
    best = trainer.checkpoint_callback.best_model_path
    if best:
        kept = torch.load(best, map_location="cpu", weights_only=False)
        module.load_state_dict(kept["state_dict"])
    model = module.model.cpu()
    settle(model, data.learnt, data.held if len(data.held) else None, "cpu")
    save(model, output / "outcome.pt")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--scans", type=Path, default=Path())
    parser.add_argument("--output", type=Path, default=Path("lightning"))
    parser.add_argument("--from-scratch", action="store_true")
    parser.add_argument("--accelerator", default="auto")
    parser.add_argument("--devices", default="auto", help="how many, on this machine")
    parser.add_argument("--nodes", type=int, default=1, help="machines")
    parser.add_argument("--accumulate", type=int, default=1, help="batches a step")
    parser.add_argument("--precision", default="32", help="such as 16-mixed")
    parser.add_argument("--steps", type=int, default=settings.STEPS)
    parser.add_argument("--batch", type=int, default=settings.BATCH, help="a device's")
    parser.add_argument("--learning-rate", type=float, default=settings.LEARNING_RATE)
    parser.add_argument("--weight-decay", type=float, default=settings.WEIGHT_DECAY)
    parser.add_argument(
        "--train", choices=["frozen", "full", "layerwise"], default=settings.TRAIN
    )
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    options = parse_arguments()
    pl.seed_everything(options.seed)
    model = start(options.from_scratch)
    module = LightningOutcome(
        model, options.train, options.learning_rate, options.weight_decay
    )
    rows = read_rows(options.manifest)
    drawn = settings.AUGMENT and options.train != "frozen"
    crops = "drawn" if drawn else "tile"
    data = LabelledRows(rows, options.scans, options.batch, crops, options.seed)
    trainer = trainer_of(options)
    trainer.fit(module, datamodule=data)
    if trainer.is_global_zero:
        finish(trainer, module, data, options.output)


if __name__ == "__main__":
    main()
