"""How good a model is, by slice, with intervals; and whether it may replace the serving one.

Belongs here: metrics against gold (or any labels), paired comparison of two models, the promotion rule. Does not:
training, and which comments are gold.
"""

from labeling_pipeline.core.evaluation.evaluate import evaluate
from labeling_pipeline.core.evaluation.paired import Difference, compare, paired_difference
from labeling_pipeline.core.evaluation.promotion import Promotion, promotion

__all__ = ["Difference", "Promotion", "compare", "evaluate", "paired_difference", "promotion"]
