"""inbox/gold: expert-adjudicated labels.

Belongs here: what a gold row must have, and the role of one that names none. Does not: gold that contradicts gold
(``queries/take_gold``), or how gold is used.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from labeling_pipeline.core.gold import ROLES as SHARES
from labeling_pipeline.core.stable_hash import unit_hash
from labeling_pipeline.warehouse.inbox.keys import text_hash
from labeling_pipeline.warehouse.inbox.model import FLOAT, ORIGIN, STRING, STRINGS, TIME, IngestContext, Kind, Split
from labeling_pipeline.warehouse.inbox.schema import check_labels, direct_question, resolve
from labeling_pipeline.warehouse.inbox.sieve import Sieve

ROLES = tuple(name for name, _ in SHARES)
MEASURING = ("measure", "sealed")
# Upper ends of fit and measure: 50 % fit, 30 % measure, 20 % sealed.
FIT_BELOW, MEASURE_BELOW = 0.5, 0.8
ROLE_SEED = 20
# Words of a source that name who decided: annotators who agree may all have read past the same thing.
CROWD = re.compile(r"crowd|majorit|unanim|plurality", re.IGNORECASE)
EXPERTS = re.compile(r"expert|adjudicat|moderator", re.IGNORECASE)
SMALLEST_P = 1e-12  # a comment that could not have come into the set did not


def roles_of(comment_ids: Sequence[str]) -> list[str]:
    """The role of gold that names none: by a stable hash of its comment, whatever file it comes in and when.

    >>> roles_of(["c-1"]) == roles_of(["c-2", "c-1"])[1:]
    True
    """
    places = unit_hash(comment_ids, ROLE_SEED)
    return [ROLES[int(u >= FIT_BELOW) + int(u >= MEASURE_BELOW)] for u in places]


def _roles(sieve: Sieve, comments: Sequence[str | None], experts: Sequence[Sequence[str]]) -> list[str]:
    """The role given, else that of the hash; what no two experts decided measures nothing, and is fitted to."""
    given = sieve.ids("role")
    sieve.reject(
        (v is not None and v not in ROLES for v in given), "unknown_role", f"role must be one of {', '.join(ROLES)}"
    )
    is_alone = [len(set(named)) == 1 for named in experts]  # whoever names nobody may have asked two
    is_crowd = [bool(CROWD.search(said or "")) and not EXPERTS.search(said or "") for said in sieve.words("source")]
    measures = [role in MEASURING for role in given]
    either = " or ".join(MEASURING)
    sieve.reject(
        map(all, zip(is_crowd, measures, strict=True)),
        "crowd_gold",
        f"by its source this is what the crowd says, and role {either} takes two experts: have them label it, or give "
        "role fit",
    )
    sieve.reject(
        map(all, zip(is_alone, measures, strict=True)),
        "one_expert",
        f"role {either} takes two experts: name both in expert_ids (e-1;e-2), or give role fit",
    )
    stable = roles_of([c or "" for c in comments])
    is_fit = map(any, zip(is_alone, is_crowd, strict=True))
    return [g or ("fit" if fit else s) for g, s, fit in zip(given, stable, is_fit, strict=True)]


def sift(rows: pd.DataFrame, context: IngestContext) -> Split:
    """Accepts rows with a comment and a class; a gold plan's row left empty is ``not_answered``."""
    sieve = Sieve(rows)
    comments = sieve.ids("comment_id", missing_rule="no_comment_id")
    labels = sieve.ids("label")
    sieve.reject((v is None for v in labels), "not_answered", "label is empty: no expert has labeled it yet")
    times = sieve.times("decided_at", context.known_at)
    ontologies = resolve(sieve, context, times)
    check_labels(sieve, labels, [direct_question(o) for o in ontologies], ontologies)
    experts = sieve.lists("expert_ids")
    texts = sieve.texts("text")
    columns: dict[str, Any] = {
        "comment_id": comments,
        "label": labels,
        "text": [t if t and t.strip() else None for t in texts],
        "content_hash": [text_hash(t or "") for t in texts],
        "role": _roles(sieve, comments, experts),
        "given_role": sieve.ids("role"),
        "inclusion_p": sieve.numbers("inclusion_p", SMALLEST_P, 1),
        "expert_ids": experts,
        "decided_at": times,
        "schema_version": [o and o.schema_version for o in ontologies],
        "source": sieve.words("source"),
        "slices": sieve.slices(context.slice_columns),
        "metadata": sieve.metadata(without=context.slice_columns),
    }
    return sieve.split(columns, comments)


KIND = Kind(
    name="gold",
    sift=sift,
    columns=(
        "comment_id",
        "label",
        "text",
        "role",
        "inclusion_p",
        "expert_ids",
        "decided_at",
        "schema_version",
        "source",
    ),
    required=(("comment_id", "label"),),
    schema=pa.schema(
        [
            *ORIGIN,
            ("comment_id", STRING),
            ("label", STRING),
            ("text", STRING),
            ("content_hash", STRING),
            ("role", STRING),
            ("given_role", STRING),
            ("inclusion_p", FLOAT),
            ("expert_ids", STRINGS),
            ("decided_at", TIME),
            ("schema_version", STRING),
            ("source", STRING),
            ("slices", STRINGS),
            ("metadata", STRING),
        ]
    ),
    comes_back=True,
)
