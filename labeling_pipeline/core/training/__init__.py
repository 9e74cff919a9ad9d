"""The model that is retrained: texts and soft labels in, class probabilities out.

Belongs here: training, predicting, saving and loading the built-in model, and the held-out share. Does not: judging a
model (``core.evaluation``), choosing the next batch (``core.selection``), where models live (the warehouse).
"""

from labeling_pipeline.core.stable_hash import holdout_mask
from labeling_pipeline.core.training.fit import train
from labeling_pipeline.core.training.model import Model, TrainingSettings
from labeling_pipeline.core.training.store import load, model_digest, save

__all__ = ["Model", "TrainingSettings", "holdout_mask", "load", "model_digest", "save", "train"]
