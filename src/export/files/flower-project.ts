/**
 * `pyproject.toml` of a Flower app: what Flower reads of it, and the options of a run.
 *
 * Source: https://flower.ai/docs/framework/how-to-configure-pyproject-toml.html
 */
import type { ExportedTraining } from '../contents.js';

/** Rounds and steps: as many steps as the experiment trains, in twenty rounds or more. */
export function flowerProject({ steps }: ExportedTraining): string {
  const localSteps = Math.max(1, Math.min(20, Math.floor(steps / 20)));
  return `[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "voxolve-federation"
version = "1.0.0"
description = "Pretrains an encoder on the scans of several sites"
license = "Apache-2.0"
requires-python = ">=3.10"
dependencies = ["flwr[simulation]>=1.20,<2", "torch>=2.1", "numpy>=1.22", "nibabel>=4"]

[tool.hatch.build.targets.wheel]
packages = ["."]

[tool.flwr.app]
publisher = "voxolve"

[tool.flwr.app.components]
serverapp = "server_app:app"
clientapp = "client_app:app"

[tool.flwr.app.config]
num-server-rounds = ${Math.max(1, Math.ceil(steps / localSteps))}
# Optimiser steps of a site in a round.
local-steps = ${localSteps}
# Sites that every round waits for.
sites = 3
# Weight of the pull towards the server's weights (FedProx); 0: none.
mu = 0.0
seed = 0
# true: starts from weights.safetensors, which the server must have; false: from random weights.
from-weights = true
# Folder that the server writes encoder.pt to.
output = "federated"
# Secure aggregation: share of a site's neighbours that is needed to go on without it; most
# patients that a site may have; largest weight that can be masked; seconds to wait.
reconstruction-threshold = 0.6
max-patients = 1000.0
largest-weight = 8.0
timeout = 3600.0
# Differential privacy, where protections.py asks for it: largest norm of an update, and the
# noise on the mean of the updates as a multiple of it over the number of sites.
clip = 1.0
noise = 1.0

[tool.flwr.federations]
default = "local-simulation"

[tool.flwr.federations.local-simulation]
options.num-supernodes = 3
`;
}
