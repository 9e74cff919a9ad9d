"""Rules about what was answered.

Belongs here: is it a class, under which schema version, in accord with the atomic answers. Does not: how sure it is.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from labeling_pipeline.core.composition import ESCALATE
from labeling_pipeline.core.quality.finding import Finding, GateContext, Texts, choose, silent

TIED = 1e-6  # probabilities are rounded to this when they are written


def is_class(labels: pd.DataFrame, context: GateContext) -> Finding:
    """The answer is a class of the ontology; "unsure" and "none of these" are answers, never labels."""
    fails = ~labels["label"].isin(context.classes).to_numpy()
    said = "the answer is " + _text(labels["label"]) + ", not a class"
    bad = choose(labels["label"].isna().to_numpy(), "no answer counts", said)
    return Finding(fails, choose(fails, bad, ""), "adjudicate")


def probable(labels: pd.DataFrame, context: GateContext) -> Finding:
    """No class is more probable than the label: what a label's own row calls wrong is never learned from."""
    columns = [f"p_{c}" for c in context.classes]
    if not set(columns) <= set(labels.columns):
        return silent(labels)
    p = labels[columns].fillna(0.0).to_numpy(dtype=np.float64)
    names = np.asarray(context.classes, dtype=object)
    chosen = _text(labels["label"])[:, None] == names[None, :]
    own, best = np.where(chosen, p, 0.0).sum(axis=1), p.max(axis=1, initial=0.0)
    fails = chosen.any(axis=1) & (best > own + TIED)
    bad = _text(labels["label"]) + " is less probable than " + names[p.argmax(axis=1)]
    return Finding(fails, choose(fails, bad, ""), "adjudicate")


def schema(labels: pd.DataFrame, context: GateContext) -> Finding:
    """Answered under a schema version in force; an older one never passes silently."""
    versions = _text(labels["schema_version"])
    fails = ~np.isin(versions, list(context.current_schemas))
    wanted = " or ".join(sorted(context.current_schemas))
    bad = "answered under " + versions + f", in force is {wanted}"
    return Finding(fails, choose(fails, bad, "answered under " + versions), "rejected")


def composition(labels: pd.DataFrame, context: GateContext) -> Finding:
    """The class composed from the atomic answers is the direct one, and is not "escalate"."""
    if "composed_label" not in labels:
        return silent(labels)
    composed, absent = _text(labels["composed_label"]), labels["composed_label"].isna().to_numpy()
    escalates = (composed == ESCALATE) & ~absent
    differs = (composed != _text(labels["label"])) & ~absent & ~escalates
    reasons = choose(absent, "", "atomic answers compose to " + composed)
    reasons = choose(differs, reasons + ", the direct answer is " + _text(labels["label"]), reasons)
    return Finding(escalates | differs, choose(escalates, "atomic answers say escalate", reasons), "adjudicate")


def context_needed(labels: pd.DataFrame, context: GateContext) -> Finding:
    """Annotators say the comment cannot be judged without its context (column ``needs_context``)."""
    if "needs_context" not in labels:
        return silent(labels)
    fails = labels["needs_context"].fillna(False).to_numpy(dtype=bool)
    return Finding(fails, choose(fails, "annotators say it requires context", ""), "adjudicate")


def _text(column: pd.Series) -> Texts:
    return column.astype(object).where(column.notna(), "").to_numpy(dtype=object)
