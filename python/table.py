"""Manifests: rows of scans with covariates and targets, as voxolve reads them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import torch

import settings

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
    columns = [[value(column, row) for row in rows] for column in settings.COLUMNS]
    return torch.tensor(np.array(columns, dtype=np.float32).T)


def value(column: dict, row: Row) -> float:
    """One encoded covariate of a row."""
    source = settings.SOURCES[column["source"]]
    text = row.get(source["column"], "")
    named = source["kind"] == "category"
    known = text in source["categories"] if named else text != ""
    if column["is"] == "missing":
        return 0.0 if known else 1.0
    if source["kind"] == "number":
        return float(text) if known else source["mean"]
    return 1.0 if text == column["is"]["category"] else 0.0


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
