"""By which rules a file's rows were examined.

Belongs here: the digest that tells when rows once refused should be examined again. Does not: any rule.
"""

from __future__ import annotations

import hashlib

from labeling_pipeline.warehouse.inbox.model import IngestContext


def rules_version(context: IngestContext, kind: str) -> str:
    """A digest of the settings and ontologies that decide which rows of a kind are accepted.

    >>> rules_version(IngestContext([]), "votes") == rules_version(IngestContext([], assume_schema="v1"), "votes")
    False
    """
    parts = (
        [ontology.ontology_hash for ontology in context.ontologies],
        context.assume_schema,
        sorted(context.mappings.get(kind, {}).items()),
        list(context.slice_columns),
        list(context.feedback_kinds),
        *([context.id_key] if context.id_key and kind == "votes" else []),
    )
    return hashlib.sha256(repr(parts).encode("utf-8")).hexdigest()[:16]
