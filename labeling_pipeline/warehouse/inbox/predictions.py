"""inbox/predictions: what a model said of a comment, ours or any other.

Belongs here: what a prediction row must have. Does not: what is done with low margins (``stages``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from labeling_pipeline.core.consensus.models import SUM_TOLERANCE
from labeling_pipeline.core.ontology import Ontology
from labeling_pipeline.warehouse.inbox.keys import row_keys, text_hash, time_keys
from labeling_pipeline.warehouse.inbox.model import (
    FLOAT,
    ORIGIN,
    PROBABILITIES,
    STRING,
    TIME,
    IngestContext,
    Kind,
    Split,
)
from labeling_pipeline.warehouse.inbox.schema import resolve
from labeling_pipeline.warehouse.inbox.sieve import Sieve

PREFIX = "p_"


def sift(rows: pd.DataFrame, context: IngestContext) -> Split:
    """Accepts rows with a comment and probabilities of the ontology's classes; a class without a column counts as 0."""
    sieve = Sieve(rows)
    comments = sieve.ids("comment_id", missing_rule="no_comment_id")
    times = sieve.times("predicted_at", context.known_at)
    ontologies = resolve(sieve, context, times)
    names = sorted({name for extra in sieve.extras() for name in extra if name.startswith(PREFIX)})
    cells = [extra or {} for extra in rows["extras"].tolist()]
    given = np.column_stack([_probabilities(sieve, cells, name) for name in names] or [np.zeros(len(rows))])
    _check_classes(sieve, names, given, ontologies)
    totals = given.sum(axis=1)
    sieve.reject(
        np.abs(totals - 1) > SUM_TOLERANCE,
        "not_a_distribution",
        lambda i: f"the probabilities add up to {totals[i]:.4g}; expected 1",
    )
    shares = given / np.where(totals > 0, totals, 1)[:, None]
    ordered = np.sort(np.column_stack([shares, np.zeros(len(rows))]), axis=1)
    models, texts = sieve.ids("model_version"), sieve.texts("text")
    maps = [_map(o, names, row) for o, row in zip(ontologies, shares.tolist(), strict=True)]
    columns: dict[str, Any] = {
        "comment_id": comments,
        "model_version": models,
        "predicted_at": times,
        "probabilities": maps,
        "confidence": pd.Series(ordered[:, -1]),
        "margin": pd.Series(ordered[:, -1] - ordered[:, -2]),
        "text": [t if t and t.strip() else None for t in texts],
        "content_hash": [text_hash(t or "") for t in texts],
        "metadata": sieve.metadata(without=names),
    }
    keys = row_keys(comments, models, time_keys(times), maps)
    return sieve.split({**columns, "prediction_id": keys}, comments)


def _probabilities(sieve: Sieve, cells: Sequence[dict[str, Any]], name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    column = Sieve(pd.DataFrame({name: pd.Series([cell.get(name) for cell in cells], dtype=object)}))
    values = column.numbers(name, 0, 1)
    sieve.reject(
        (rule is not None for rule in column.rules), "not_a_probability", f"{name} is not a number from 0 to 1"
    )
    return np.array([0.0 if v is None or not 0 <= v <= 1 else v for v in values])


def _check_classes(
    sieve: Sieve,
    names: Sequence[str],
    given: np.ndarray[Any, np.dtype[np.float64]],
    ontologies: Sequence[Ontology | None],
) -> None:
    for at, name in enumerate(names):
        class_id = name.removeprefix(PREFIX)
        unknown = (o is not None and class_id not in o.classes for o in ontologies)
        sieve.reject(
            (u and p > 0 for u, p in zip(unknown, given[:, at].tolist(), strict=True)),
            "unknown_class",
            f"{name}: {class_id!r} is not a class of the ontology",
        )


def _map(ontology: Ontology | None, names: Sequence[str], shares: Sequence[float]) -> list[tuple[str, float]]:
    by_class = {name.removeprefix(PREFIX): share for name, share in zip(names, shares, strict=False)}
    return [(one, by_class.get(one, 0.0)) for one in (ontology.classes if ontology else ())]


KIND = Kind(
    name="predictions",
    sift=sift,
    columns=("comment_id", "text", "model_version", "predicted_at", "schema_version"),
    required=(("comment_id", PREFIX + "*"),),
    schema=pa.schema(
        [
            *ORIGIN,
            ("prediction_id", STRING),
            ("comment_id", STRING),
            ("model_version", STRING),
            ("predicted_at", TIME),
            ("probabilities", PROBABILITIES),
            ("confidence", FLOAT),
            ("margin", FLOAT),
            ("text", STRING),
            ("content_hash", STRING),
            ("metadata", STRING),
        ]
    ),
)
