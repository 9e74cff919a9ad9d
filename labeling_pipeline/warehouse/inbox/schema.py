"""Which ontology a row was made under, and whether its label is one of that ontology's.

Belongs here: the contract's order (given, task, in force, assumed) and the label check. Does not: the ontology itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from labeling_pipeline.core.ontology import Ontology
from labeling_pipeline.warehouse.inbox.model import IngestContext
from labeling_pipeline.warehouse.inbox.sieve import Sieve

# The question of a vote that gives a class without saying which question it answers.
LABEL_QUESTION = "label"


def resolve(
    sieve: Sieve,
    context: IngestContext,
    times: pd.Series[Any],
    of_task: Sequence[str | None] | None = None,
) -> list[Ontology | None]:
    """The ontology of each row; None for rows rejected here.

    Given, else that of its task, else in force at its time, else ``assume_schema``.
    """
    known = {ontology.schema_version: ontology for ontology in context.ontologies}
    given = sieve.ids("schema_version")
    sieve.reject(
        (v is not None and v not in known for v in given),
        "unknown_schema",
        lambda i: f"schema_version {given[i]!r} is not in ontology/; expected one of {', '.join(known)}",
    )
    of_time = _in_force(context.ontologies, times)
    of_tasks = of_task if of_task is not None else [None] * len(given)
    assumed = context.assume_schema
    chosen = [g or t or w or assumed for g, t, w in zip(given, of_tasks, of_time, strict=True)]
    sieve.reject(
        (v is None for v in chosen),
        "no_schema",
        "no schema_version, and none in force at its time; give one or set ontology.assume_schema",
    )
    found = [known.get(v) if v is not None else None for v in chosen]
    sieve.reject(
        (o is None for o in found),
        "unknown_schema",
        lambda i: f"schema_version {chosen[i]!r} is not in ontology/; expected one of {', '.join(known)}",
    )
    return found


def check_labels(
    sieve: Sieve, labels: Sequence[str | None], questions: Sequence[str | None], ontologies: Sequence[Ontology | None]
) -> None:
    """Reject rows whose question the ontology does not ask, or whose label it does not allow as an answer."""

    def allowed(at: int) -> tuple[str, ...] | None:
        ontology, question = ontologies[at], questions[at]
        return None if ontology is None or question is None else answers(ontology, question)

    rows = range(len(labels))
    asked = [allowed(i) for i in rows]
    sieve.reject(
        (a is None and ontologies[i] is not None and questions[i] is not None for i, a in enumerate(asked)),
        "unknown_question",
        lambda i: f"question {_short(questions[i])} is not in ontology {_version(ontologies[i])}",
    )
    sieve.reject(
        (a is not None and labels[i] is not None and labels[i] not in a for i, a in enumerate(asked)),
        "unknown_class",
        lambda i: (
            f"label {_short(labels[i])} is not in ontology {_version(ontologies[i])};"
            f" expected one of {', '.join(asked[i] or ())}{_hint(labels[i], ontologies[i])}"
        ),
    )


@cache
def answers(ontology: Ontology, question: str) -> tuple[str, ...] | None:
    """What may be answered; None when the ontology does not ask this. A bare label answers with a class."""
    if question in {q.id for q in ontology.questions}:
        return ontology.answers(question)
    return ontology.classes if question == LABEL_QUESTION else None


def direct_question(ontology: Ontology | None) -> str:
    """The question that a bare label answers."""
    return ontology.direct_question.id if ontology and ontology.direct_question else LABEL_QUESTION


def _in_force(ontologies: Sequence[Ontology], times: pd.Series[Any]) -> list[str | None]:
    ordered = sorted(ontologies, key=lambda o: o.effective_at)
    if not times.notna().any():
        return [None] * len(times)
    starts = np.array([o.effective_at for o in ordered], dtype="datetime64[us]")
    places = np.searchsorted(starts, times.to_numpy(dtype="datetime64[us]"), side="right") - 1
    missing = times.isna().to_numpy()
    versions = [o.schema_version for o in ordered]
    return [None if m or p < 0 else versions[p] for p, m in zip(places, missing, strict=True)]


def _version(ontology: Ontology | None) -> str:
    return ontology.schema_version if ontology else ""


def _short(value: str | None) -> str:
    return repr(value if value is None or len(value) <= 60 else value[:60] + "…")


def _hint(label: str | None, ontology: Ontology | None) -> str:
    names = ontology.class_names if ontology else {}
    found = next((one for one, name in names.items() if name == label), None)
    return f"; write the id {found!r} instead of the display name" if found else ""
