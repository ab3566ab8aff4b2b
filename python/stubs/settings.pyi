"""What other files need of settings.py, which is written for an export."""

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
FEATURES: int
EARLY: int
AFTER_EARLY: str
COVARIATES: int
FUSION: dict[str, Any]
HEAD: dict[str, Any]
CONSTANTS: tuple[str, ...]
TEMPERATURE: float | None
SOURCES: tuple[dict[str, Any], ...]
COLUMNS: tuple[dict[str, Any], ...]
TARGETS: str
CLASSES: tuple[str, ...]
TIMES: tuple[float, ...]
THRESHOLDS: dict[str, float] | None
EVALUATE_EVERY: int
HELD_OUT: float
AUGMENT: bool
PATIENCE: int | None
BALANCE: str
GROUP: str
CALIBRATE: bool
TRAIN: str
ENCODER_RATE: float
ENCODER_DECAY: float
OF_BATCH: bool
LAYERS: tuple[tuple[str, ...], ...]
SIZE: tuple[int, int, int]
READING: str
TILES: int
NORMALISE: str
PUBLISHED: dict[str, tuple[float, ...]] | None
