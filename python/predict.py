"""Answers for scans, for rows of a table, or for both.

    python predict.py MANIFEST --scans FOLDER --output predictions.csv

MANIFEST is a CSV table with "path" (NIfTI files below FOLDER), "patient", and the
covariates that the model reads. A model without an encoder needs no FOLDER. Rows whose
scan cannot be used are left out, each with a word why.
"""

from __future__ import annotations

import argparse
import csv
import sys
import zlib
from pathlib import Path

import numpy as np
import torch

import settings
from decisions import Decisions
from outcome import Outcome, build
from table import Row, covariates, read_rows

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
Answer = dict  # of numbers and lists, by name


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--scans", type=Path, default=Path())
    parser.add_argument("--output", type=Path, default=Path("predictions.csv"))
    parser.add_argument("--weights", type=Path, help="what finetune.py wrote")
    parser.add_argument("--device", default=DEVICE)
    parser.add_argument(
        "--groups-column",
        help="decide by thresholds of the groups in this column (see the README)",
    )
    options = parser.parse_args()
    if options.groups_column is not None and options.weights is not None:
        parser.error("--groups-column: thresholds were fitted to the run's own weights")
    return options


@torch.no_grad()
def predict(
    model: Outcome, crops: torch.Tensor | None, table: torch.Tensor | None
) -> dict[str, torch.Tensor]:
    """What the model tells of a scan's crops [T, C, D, H, W] and covariates [1, P]."""
    if crops is None:
        return model.calibrated(model.answer(None, table))
    features = torch.cat([model.features(crop[None]) for crop in crops])
    if settings.READING == "pool":
        features = features.mean(0, keepdim=True)
    rows = None if table is None else table.expand(len(features), -1)
    told = model.answer(features, rows)
    return model.calibrated({name: x.mean(0, keepdim=True) for name, x in told.items()})


def crops_of(path: Path, modality: str | None) -> torch.Tensor | None:
    """The crops of a scan that are answered for; None where it cannot be used."""
    from nibabel.filebasedimages import ImageFileError

    from crops import cut, tiles
    from scans import load

    try:
        volume = load(path, modality)[0]
    except (OSError, EOFError, ValueError, zlib.error, ImageFileError) as error:
        print(f"left out {path}: {error}", file=sys.stderr)
        return None
    corners = tiles(volume.foreground.shape)
    return torch.from_numpy(np.stack([cut(volume, corner) for corner in corners]))


def columns_of(told: dict[str, torch.Tensor]) -> dict[str, float]:
    """Predictions of one row by the names of columns that voxolve gives them."""
    columns: dict[str, float] = {}
    for name, values in told.items():
        if name == "probabilities":
            named = [f"p_{label}" for label in settings.CLASSES]
        elif name == "survival":
            named = [f"surv_{time:g}" for time in settings.TIMES]
        else:
            named = ["prediction" if name == "value" else name]
        columns.update(zip(named, values[0].reshape(-1).tolist()))
    return columns


def main() -> None:
    options = parse_arguments()
    column = options.groups_column
    decisions = column and Decisions(settings.THRESHOLDS, settings.CLASSES, column)
    model = build(options.weights).to(options.device)
    answers: list[Row] = []
    for row in read_rows(options.manifest):
        crops, table = None, covariates([row])
        if settings.FEATURES > 0:
            path = options.scans / row["path"]
            crops = crops_of(path, row.get("modality") or None)
            if crops is None:
                continue
            crops = crops.to(options.device)
        if table is not None:
            table = table.to(options.device)
        told = predict(model, crops, table)
        known = {name: row.get(name, "") for name in ("patient", "path")}
        columns = columns_of(told)
        decided = decisions.of(row, columns) if decisions else {}
        answers.append({**known, **columns, **decided})
    if not answers:
        raise SystemExit(f"{options.manifest}: no row has a scan that can be used")
    with open(options.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(answers[0]))
        writer.writeheader()
        writer.writerows(answers)
    if decisions:
        print(decisions.summary())


if __name__ == "__main__":
    main()
