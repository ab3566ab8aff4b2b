"""The Flower app of the server: averages what sites send, and keeps the result.

Its options are in pyproject.toml, under [tool.flwr.app.config].
"""

from __future__ import annotations

import os

os.environ.setdefault("FLWR_TELEMETRY_ENABLED", "0")

from pathlib import Path

import torch
from flwr.common import Context, Metrics, NDArrays, Scalar, ndarrays_to_parameters
from flwr.server import Grid, LegacyContext, ServerApp, ServerConfig
from flwr.server.strategy import (
    DifferentialPrivacyClientSideAdaptiveClipping,
    DifferentialPrivacyClientSideFixedClipping,
    FedAvg,
    Strategy,
)
from flwr.server.workflow import DefaultWorkflow, SecAggPlusWorkflow

from federation import get_weights, make_modules, make_task, options_of, set_weights
from model import WEIGHTS
from protections import CLIPPING, SECURE_AGGREGATION

app = ServerApp()


def weighted(metrics: list[tuple[int, Metrics]]) -> Metrics:
    """Means over the sites, by their held-out patients."""
    total = sum(examples for examples, _ in metrics)
    names = {name for _, own in metrics for name in own}
    return {
        name: sum(examples * float(own[name]) for examples, own in metrics) / total
        for name in names
    }


def private(strategy: FedAvg, config: dict[str, Scalar], sites: int) -> Strategy:
    """The strategy with noise, where protections.py asks for it."""
    noise, clip = float(config["noise"]), float(config["clip"])
    if CLIPPING == "fixed":
        return DifferentialPrivacyClientSideFixedClipping(
            strategy,
            noise_multiplier=noise,
            clipping_norm=clip,
            num_sampled_clients=sites,
        )
    if CLIPPING == "adaptive":
        return DifferentialPrivacyClientSideAdaptiveClipping(
            strategy,
            noise_multiplier=noise,
            num_sampled_clients=sites,
            initial_clipping_norm=clip,
        )
    return strategy


@app.main()
def main(grid: Grid, context: Context) -> None:
    config = context.run_config
    weights = WEIGHTS if config["from-weights"] else None
    if weights is not None and not weights.exists():
        # Bundles may leave it out; random weights in its place would go unnoticed.
        raise SystemExit(
            f"{weights.name}: is not beside server_app.py: put it there, "
            "or set from-weights = false to start from random weights"
        )
    options = options_of(config)
    sites = int(config["sites"])
    modules = make_modules(make_task(options), options.seed, weights)
    output = Path(str(config["output"]))

    def keep(
        turn: int, arrays: NDArrays, _: dict[str, Scalar]
    ) -> tuple[float, dict[str, Scalar]] | None:
        """Saves the weights of each round: an encoder as pretrain.py writes it."""
        set_weights(modules, arrays)
        output.mkdir(parents=True, exist_ok=True)
        torch.save(modules[0].state_dict(), output / "encoder.pt")
        return None

    strategy = FedAvg(
        fraction_fit=1.0,
        # Numbers of an evaluation would tell more than the noise allows for.
        fraction_evaluate=1.0 if CLIPPING == "none" else 0.0,
        min_fit_clients=sites,
        min_evaluate_clients=sites,
        min_available_clients=sites,
        initial_parameters=ndarrays_to_parameters(get_weights(modules)),
        on_fit_config_fn=lambda turn: {"round": turn - 1},
        evaluate_fn=keep,
        evaluate_metrics_aggregation_fn=weighted,
    )
    legacy = LegacyContext(
        context=context,
        config=ServerConfig(num_rounds=int(config["num-server-rounds"])),
        strategy=private(strategy, config, sites),
    )
    secure = SecAggPlusWorkflow(
        num_shares=1.0,
        reconstruction_threshold=float(config["reconstruction-threshold"]),
        max_weight=float(config["max-patients"]),
        clipping_range=float(config["largest-weight"]),
        timeout=float(config["timeout"]),
    )
    workflow = DefaultWorkflow(fit_workflow=secure if SECURE_AGGREGATION else None)
    workflow(grid, legacy)
