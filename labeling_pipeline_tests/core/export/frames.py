"""Label and vote frames with harmless texts, shaped as the store hands them over."""

from __future__ import annotations

import numpy as np
import pandas as pd

from labeling_pipeline.core.export import ExportMeta

CLASSES = ("fine", "mild", "harsh")
NIGHT = pd.Timestamp("2026-03-02T20:00:00", tz="UTC")


def labels(n: int = 30, seed: int = 0) -> pd.DataFrame:
    """One row per comment; the last two were decided by an expert and have no votes."""
    p = np.random.default_rng(seed).dirichlet([1.0, 1.0, 1.0], n)
    frame = pd.DataFrame({"comment_id": [f"c-{i:03}" for i in range(n)]})
    frame["text"] = [f"a harmless sentence, number {i}" for i in range(n)]
    frame["label"] = [CLASSES[k] for k in p.argmax(axis=1)]
    by_expert = np.arange(n) >= n - 2
    for k, name in enumerate(CLASSES):
        frame[f"p_{name}"] = p[:, k]
        frame[f"v_{name}"] = np.where(by_expert, np.nan, p[:, k].round(1))
    frame["confidence"] = p.max(axis=1)
    frame["weight"] = 1.0
    frame["schema_version"] = "v3"
    frame["source"] = np.where(by_expert, "verdict", "crowd")
    frame["n_votes"] = np.where(by_expert, 0, 3)
    frame["agreement"] = np.where(by_expert, np.nan, 1.0)
    frame["gold_correct"] = None
    frame["labeled_by"] = [["e-04"] if expert else ["a1", "a2", "a3"] for expert in by_expert]
    frame["labeled_at"] = NIGHT
    frame["qc_reasons"] = [["verdict"] if expert else ["confident"] for expert in by_expert]
    return frame


def votes(n: int = 30) -> pd.DataFrame:
    """Three votes on every comment but the last two."""
    rows = [
        (f"c-{i:03}", "class", f"a{j}", CLASSES[(i + j) % 3], 0.7, NIGHT, "r-1", "v3", "hash")
        for i in range(n - 2)
        for j in (1, 2, 3)
    ]
    names = "comment_id question annotator_id answer stated_confidence answered_at labeling_round schema_version"
    return pd.DataFrame(rows, columns=[*names.split(), "guideline_hash"])


def meta(version: str = "1.0.0", **change) -> ExportMeta:
    """Facts of an export."""
    facts = {
        "version": version,
        "classes": CLASSES,
        "reason": "first labels",
        "schema_version": "v3",
        "guideline_hash": "hash",
        "settings_sha256": "s",
        "ontology_sha256": "o",
        "code_version": "0.1.0",
        "packages": {"numpy": "2"},
        "ledger_head": "l",
        "seeds": {"consensus": 1},
        "labeled_until": "2026-03-02T20:00:00+00:00",
        "display": {"fine": "Fine"},
    }
    return ExportMeta(**{**facts, **change})
