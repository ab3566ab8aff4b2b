"""Answers of the stack: what the scan's model and the table's tell, weighted.

    python predict.py MANIFEST --scans FOLDER --output predictions.csv

MANIFEST is a CSV table with "path" (NIfTI files below FOLDER), "patient", and the
covariates. Runs predict.py of each part, whose answers stacked.json says how to weight.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

from decisions import Decisions
from meta import Meta

HERE = Path(__file__).resolve().parent
Row = dict


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--scans", type=Path, default=Path())
    parser.add_argument("--output", type=Path, default=Path("predictions.csv"))
    parser.add_argument("--device", help="of the parts, such as cpu")
    parser.add_argument(
        "--groups-column",
        help="decide by thresholds of the groups in this column (see the README)",
    )
    return parser.parse_args()


def answers_of(part: str, options: argparse.Namespace, folder: Path) -> list[Row]:
    """Rows that a part's own predict.py writes, in a process of its own."""
    output = folder / f"{part}.csv"
    command = [sys.executable, str(HERE / part / "predict.py"), str(options.manifest)]
    command += ["--scans", str(options.scans), "--output", str(output)]
    if options.device is not None:
        command += ["--device", options.device]
    code = subprocess.run(command, check=False).returncode
    if code != 0:
        raise SystemExit(code)
    with open(output, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_rows(manifest: Path) -> list[Row]:
    """Rows by column, as the parts read them."""
    delimiter = "\t" if str(manifest).lower().endswith(".tsv") else ","
    with open(manifest, newline="", encoding="utf-8-sig") as file:
        return [
            {(name or "").strip(): (value or "").strip() for name, value in row.items()}
            for row in csv.DictReader(file, delimiter=delimiter)
        ]


def common(rows: list[Row], among: list[list[Row]]) -> list[Row]:
    """Rows that all parts answer for: one that reads scans may leave some out."""
    known = [{(row["patient"], row["path"]) for row in answers} for answers in among]
    return [
        row
        for row in rows
        if all((row.get("patient", ""), row.get("path", "")) in keys for keys in known)
    ]


def columns(rows: list[Row], names: list[str]) -> torch.Tensor:
    """Numbers [N, names]."""
    return torch.tensor(
        [[float(row[name]) for name in names] for row in rows], dtype=torch.float64
    )


def pooled(settings: dict, answers: dict[str, list[Row]]) -> dict[str, torch.Tensor]:
    """Columns [N] of the stack by name, from the rows of each part."""
    meta = Meta(**settings["meta"])
    if settings["targets"] == "classes":
        named = [f"p_{label}" for label in settings["classes"]]
        told = {part: columns(rows, named) for part, rows in answers.items()}
        logs = meta.probabilities(told).clamp(min=1e-30).log()
        shares = (logs / (settings["temperature"] or 1)).softmax(1)
        return dict(zip(named, shares.T))
    of = "prediction" if settings["targets"] == "value" else "risk"
    told = {part: columns(rows, [of])[:, 0] for part, rows in answers.items()}
    if settings["targets"] == "value":
        return {of: meta.value(told)}
    named = [f"surv_{time:g}" for time in settings["times"]]
    return {of: meta.risk(told), **dict(zip(named, meta.survival(told).T))}


def main() -> None:
    options = parse_arguments()
    settings = json.loads((HERE / "stacked.json").read_text(encoding="utf-8"))
    column = options.groups_column
    decisions = column and Decisions(
        settings["thresholds"], settings["classes"], column
    )
    with tempfile.TemporaryDirectory() as folder:
        parts = settings["meta"]["weights"]
        said = {part: answers_of(part, options, Path(folder)) for part in parts}
    among = list(said.values())
    answers = {part: common(rows, among) for part, rows in said.items()}
    found = pooled(settings, answers)
    rows = []
    for index, row in enumerate(next(iter(answers.values()))):
        told = {name: float(values[index]) for name, values in found.items()}
        rows.append({"patient": row["patient"], "path": row["path"], **told})
    if decisions:
        for row, asked in zip(rows, common(read_rows(options.manifest), among)):
            row.update(decisions.of(asked, row))
    with open(options.output, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    if decisions:
        print(decisions.summary())


if __name__ == "__main__":
    main()
