"""What pretrain.py and scans.py need of settings.py, which is written for an export."""

from typing import Any

STEPS: int
BATCH: int
OPTIMISER: str
LEARNING_RATE: float
WARMUP: float
SCHEDULE: str
MOMENTUM: float
WEIGHT_DECAY: float
LABEL_SMOOTHING: float
CLIP_NORM: float | None
VALIDATION: float
EVALUATION_BATCHES: int
SPACING: tuple[float, float, float]
CLIPPING: dict[str, Any]
MODALITIES: dict[str, dict[str, Any]]
FRAMES: str
NON_FINITE: str
TASK: dict[str, Any]
