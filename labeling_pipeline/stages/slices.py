"""Which comment is in which slice, and which comments nearly repeat each other: once, for everything that asks.

Belongs here: the home's slices as the settings define them. Does not: what a slice is (``core.slices``), figures per
slice.
"""

from __future__ import annotations

import pandas as pd

from labeling_pipeline.core.near_copies import near_copy_groups
from labeling_pipeline.core.slices import Slice, members
from labeling_pipeline.quality_settings import SliceSettings
from labeling_pipeline.stages.engine import Context, Result
from labeling_pipeline.warehouse.slice_sql import members_by_sql


def comment_slices(context: Context) -> Result:
    """Every comment's slices, by tag and by rule, each under the version of its definition; and groups of near-copies.

    Gate, gold, review, evaluation and selection all read this one table.
    """
    comments = context.query("comments_and_gold")
    defined = defined_slices(context)
    by_sql = [members_by_sql(context.warehouse, one) for one in defined if one.kind == "sql"]
    rows = pd.concat([members(comments, defined), *by_sql], ignore_index=True).drop_duplicates()
    known = {one.name: one for one in defined}
    watched = set(context.settings.slices.watched)
    every = {str(name): known.get(str(name), Slice(str(name))) for name in {*rows["slice"], *known}}
    sizes = rows.groupby("slice").size()
    table = pd.DataFrame(
        [
            {
                "slice": name,
                "slice_version": one.version,
                "kind": one.kind,
                "definition": one.definition,
                "is_watched": name in watched,
                "n_comments": int(sizes.get(name, 0)),
            }
            for name, one in sorted(every.items())
        ],
        columns=["slice", "slice_version", "kind", "definition", "is_watched", "n_comments"],
    )
    versions = table.set_index("slice")["slice_version"]
    copies = near_copy_groups(comments.dropna(subset="text"))
    metrics = {"slices": len(table), "near_copies": len(copies)}
    memberships = rows.assign(slice_version=rows["slice"].map(versions))
    return Result(
        len(rows), metrics, replace={"comment_slices": memberships, "slices": table, "comment_copies": copies}
    )


def watched_comments(context: Context) -> set[str]:
    """Comments of watched slices, by tag and by rule, as they are now: new ones, too, of which no table tells yet."""
    watched = set(context.settings.slices.watched)
    defined = [one for one in defined_slices(context) if one.name in watched]
    by_sql = [members_by_sql(context.warehouse, one) for one in defined if one.kind == "sql"]
    rows = pd.concat([members(context.query("comments_and_gold"), defined), *by_sql]) if watched else pd.DataFrame()
    return set(rows.loc[rows["slice"].isin(watched), "comment_id"]) if len(rows) else set()


def defined_slices(context: Context) -> list[Slice]:
    """The slices by rule of the home's settings."""
    return slices_of(context.settings.slices)


def slices_of(settings: SliceSettings) -> list[Slice]:
    """The slices by rule that settings define, by name."""
    return [
        Slice(
            name, name in settings.watched, one.pattern, one.glossary, one.sql, one.examples, one.likeness,
            tuple(sorted(one.terms.items())), one.at_least,
        )
        for name, one in sorted(settings.define.items())
    ]  # fmt: skip
