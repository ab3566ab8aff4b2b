"""The Flower app of a site: trains on its scans, and sends weights.

The site's node configuration says where its scans are and where it may write:
    --node-config 'scans="/data/ct" output="/data/federation"'
"""

from __future__ import annotations

import os

os.environ.setdefault("FLWR_TELEMETRY_ENABLED", "0")

from pathlib import Path

import torch
from flwr.client import Client, ClientApp, NumPyClient
from flwr.client.mod import adaptiveclipping_mod, fixedclipping_mod, secaggplus_mod
from flwr.common import Context, NDArrays, Scalar

from federation import (
    evaluate,
    get_weights,
    load_norms,
    make_modules,
    make_task,
    options_of,
    save_norms,
    set_weights,
    train_round,
)
from pretrain import load_patients, split
from protections import CLIPPING, SECURE_AGGREGATION
from settings import VALIDATION


class Site(NumPyClient):
    def __init__(self, context: Context) -> None:
        self.options = options_of(context.run_config)
        self.task = make_task(self.options)
        self.folder = Path(str(context.node_config["output"]))
        self.modules = make_modules(self.task, self.options.seed)
        load_norms(self.modules, self.folder)
        scans = Path(str(context.node_config["scans"]))
        patients = load_patients(scans, self.task.crop)
        self.train, self.held_out = split(patients, VALIDATION, self.options.seed)

    def receive(self, parameters: NDArrays) -> None:
        """Takes the server's weights, and keeps the encoder that they make here."""
        set_weights(self.modules, parameters)
        self.folder.mkdir(parents=True, exist_ok=True)
        torch.save(self.modules[0].state_dict(), self.folder / "encoder.pt")

    def fit(
        self, parameters: NDArrays, config: dict[str, Scalar]
    ) -> tuple[NDArrays, int, dict[str, Scalar]]:
        self.receive(parameters)
        turn = int(config["round"])
        train_round(self.modules, self.task, self.train, turn, self.options)
        save_norms(self.modules, self.folder)
        # Under differential privacy sites weigh the same, and their sizes stay there.
        examples = len(self.train) if CLIPPING == "none" else 1
        return get_weights(self.modules), examples, {}

    def evaluate(
        self, parameters: NDArrays, config: dict[str, Scalar]
    ) -> tuple[float, int, dict[str, Scalar]]:
        self.receive(parameters)
        loss, metric = evaluate(self.modules, self.task, self.held_out, self.options)
        return loss, len(self.held_out), {self.task.metric: metric}


def client_fn(context: Context) -> Client:
    return Site(context).to_client()


# From the outside in: an update is clipped before it is masked.
masks = [secaggplus_mod] if SECURE_AGGREGATION else []
clips = {"fixed": [fixedclipping_mod], "adaptive": [adaptiveclipping_mod], "none": []}
app = ClientApp(client_fn=client_fn, mods=[*masks, *clips[CLIPPING]])
