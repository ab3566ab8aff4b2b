"""Manifests: rows of scans with covariates and targets, as voxolve reads them."""

from __future__ import annotations

import csv
from pathlib import Path

import torch

import settings
from covariates import Covariates

Row = dict


def read_rows(manifest: str | Path) -> list[Row]:
    """Rows by column; tables are CSV, or TSV if their name says so."""
    delimiter = "\t" if str(manifest).lower().endswith(".tsv") else ","
    with open(manifest, newline="", encoding="utf-8-sig") as file:
        return [
            {(name or "").strip(): (value or "").strip() for name, value in row.items()}
            for row in csv.DictReader(file, delimiter=delimiter)
        ]


def covariates(rows: list[Row]) -> torch.Tensor | None:
    """Columns [N, P]: numbers, indicators of categories and of what is missing."""
    if settings.COVARIATES == 0:
        return None
    columns = Covariates(settings.SOURCES, settings.COLUMNS)
    return torch.from_numpy(columns(rows))


def targets(rows: list[Row]) -> dict[str, torch.Tensor]:
    """What the head's loss takes: label, value, or time and event, each [N]."""
    if settings.TARGETS == "classes":
        labels = [settings.CLASSES.index(row["label"]) for row in rows]
        return {"label": torch.tensor(labels)}
    if settings.TARGETS == "value":
        return {"value": numbers(rows, "value")}
    return {"time": numbers(rows, "time"), "event": numbers(rows, "event")}


def numbers(rows: list[Row], column: str) -> torch.Tensor:
    """A column of numbers [N]."""
    return torch.tensor([float(row[column]) for row in rows])
