"""The versioned export.

Belongs here: what goes into the next version, re-asserting the gate. Does not: the files' formats (``core.export``).
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version as package_version

import pandas as pd

from labeling_pipeline import __version__
from labeling_pipeline.core.copies import leaks
from labeling_pipeline.core.errors import InvariantError
from labeling_pipeline.core.export import ExportMeta, build_export, changes, list_exports, next_version
from labeling_pipeline.stages.engine import Append, Context, Result
from labeling_pipeline.stages.frames import with_columns
from labeling_pipeline.stages.gold import held_for_gold

PACKAGES = ("duckdb", "numpy", "pandas", "pyarrow", "scikit-learn", "scipy")


def versioned_export(context: Context) -> Result:
    """Immutable, content-hashed data sets of passed labels with their votes, manifest and data set card."""
    apart = kept_apart(context)
    held = held_for_gold(context)["comment_id"]
    labels = _labels(context, [*apart, *held])
    done = context.warehouse.table("versioned_export")
    if labels.empty:
        return Result(len(done), waiting_for="labels that passed")
    # Folders that the warehouse does not know were left by a killed run: they are not anyone's parent.
    known = [one for one in list_exports(context.home.exports) if one["version"] in set(done["version"])]
    parent = known[-1] if known else None
    folder = context.home.exports / parent["version"] if parent else None
    found = changes(folder, labels, context.all_classes)
    version = next_version(parent, found, ontology_sha256=_ontology_sha256(context))
    metrics = {"labels": len(labels), "held_for_gold": len(held), "mean_weight": float(labels["weight"].mean())}
    if version is None:
        return Result(len(done), metrics)
    meta = _meta(context, labels, version, parent["version"] if parent else None, str(found))
    votes = _votes(context, labels)
    # A folder of this version that is there already was left by a killed run: the warehouse does not know it.
    result = build_export(context.home.exports / version, labels, votes, meta=meta, gold=apart, replace=True)
    row = {
        "version": version,
        "parent": meta.parent,
        "reason": meta.reason,
        "schema_version": meta.schema_version,
        "n_labels": result.n_labels,
        "content_sha256": result.content_sha256,
        "manifest_sha256": result.manifest_sha256,
        "path": f"exports/{version}",
        "labeled_until": labels["labeled_at"].max(),
        "exported_at": pd.Timestamp(context.now),
    }
    append = {
        "versioned_export": Append(pd.DataFrame([row]), ("version",)),
        "exported_labels": Append(labels[["comment_id"]].assign(version=version), ("comment_id",)),
    }
    return Result(len(done) + 1, {**metrics, "version": version}, append=append)


def kept_apart(context: Context) -> list[str]:
    """Gold that measures or is sealed, and its near-copies: a model that learned any of them has seen the gold."""
    return sorted({*context.query("gold_kept_apart")["comment_id"], *gold_copies(context)})


def gold_copies(context: Context) -> set[str]:
    """Comments that nearly repeat gold that measures or is sealed."""
    near = context.query("near_gold")
    return set(leaks(near[~near["is_apart"]], near[near["is_apart"]])["comment_id"])


def _labels(context: Context, apart: list[str]) -> pd.DataFrame:
    """The passed labels, but those kept apart, as the export has them.

    The gate is asserted again, whoever wrote the table read here.
    """
    labels = context.query("labels_to_export")
    if not labels.empty and set(labels["outcome"]) != {"passed"}:
        raise InvariantError("a label that did not pass is among those to export", remedy="rebuild qc_outcomes")
    labels = labels[~labels["comment_id"].isin(apart)].reset_index(drop=True)
    labels = with_columns(labels, "probabilities", "p_", context.all_classes)
    labels = with_columns(labels, "vote_shares", "v_", context.all_classes)
    # Fit gold may be exported for what it says of the labels; nobody learns from it.
    weight = labels["weight"].where(labels["gold_correct"].isna(), 0.0)
    return labels.rename(columns={"reasons": "qc_reasons"}).assign(weight=weight)


def _votes(context: Context, labels: pd.DataFrame) -> pd.DataFrame:
    with context.warehouse.read() as con:
        return context.warehouse.execute(con, "votes_to_export", {"exported": labels[["comment_id"]]})


def _meta(context: Context, labels: pd.DataFrame, version: str, parent: str | None, reason: str) -> ExportMeta:
    settings, until = context.settings, labels["labeled_at"].max()
    roles = context.query("gold_roles")
    return ExportMeta(
        version=version,
        classes=context.all_classes,
        parent=parent,
        reason=reason if parent else "first export",
        schema_version=context.ontology.schema_version,
        guideline_hash=context.ontology.guideline_hash,
        settings_sha256=_sha256(settings.model_dump(mode="json")),
        ontology_sha256=_ontology_sha256(context),
        code_version=__version__,
        packages={name: package_version(name) for name in PACKAGES},
        seeds={"consensus": settings.consensus.seed, "training": settings.training.seed},
        labeled_until=None if pd.isna(until) else until.isoformat(),
        display=context.ontology.class_names,
        gold={str(role): int(n) for role, n in zip(roles["role"], roles["n"], strict=True)},
    )


def _ontology_sha256(context: Context) -> str:
    return context.ontology.ontology_hash


def _sha256(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
