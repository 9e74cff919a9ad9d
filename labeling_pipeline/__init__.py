"""The labeling pipeline teams trust: raw comments in, labels a model may learn from out.

Every command on files is one call on frames; names are loaded when first used, so that importing this stays instant.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_EXPORTS = {
    "check": "labeling_pipeline.core.week_one",
    "plan_gold": "labeling_pipeline.core.gold",
    "consensus": "labeling_pipeline.core.consensus",
    "agreement": "labeling_pipeline.core.agreement",
    "annotators": "labeling_pipeline.core.reliability.overview",
    "load_lfs": "labeling_pipeline.core.weak_supervision",
    "apply_lfs": "labeling_pipeline.core.weak_supervision",
    "label_model": "labeling_pipeline.core.weak_supervision",
    "weak_labels": "labeling_pipeline.core.weak_supervision",
    "explain_weak_label": "labeling_pipeline.core.weak_supervision",
    "signal_labels": "labeling_pipeline.core.weak_supervision",
    "lf_report": "labeling_pipeline.core.weak_supervision.lf_report",
    "fuse": "labeling_pipeline.core.weak_supervision",
    "select": "labeling_pipeline.core.selection",
}
__all__ = ["__version__", *_EXPORTS]


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module 'labeling_pipeline' has no attribute {name!r}")
    return getattr(import_module(_EXPORTS[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
