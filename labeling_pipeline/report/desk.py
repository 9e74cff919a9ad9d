"""What an expert reads: the guideline, and every comment in its context, hidden until it is opened.

Belongs here: the page beside the sheet. Does not: who is asked what (``stages.desk``). What the crowd said is on
neither: it would anchor the expert, and a warning about one comment only would say what the crowd took it for.
"""

from __future__ import annotations

import pandas as pd

from labeling_pipeline.core.ontology import Ontology
from labeling_pipeline.report.html import Html, element, page
from labeling_pipeline.stages.desk import ERROR_TYPES


def guideline_text(ontology: Ontology) -> str:
    """The guideline with its classes, as text; what an expert decides by."""
    classes = [f"- `{one.id}`: {one.name}. {one.definition}".rstrip() for one in ontology.class_specs]
    errors = ", ".join(f"`{one}`" for one in ERROR_TYPES)
    return "\n".join(
        [
            f"# Guideline {ontology.schema_version}", "", ontology.guideline.strip(), "", "Classes:", "", *classes, "",
            "A note is required where your answer may surprise: without one, a verdict that puts another label in the "
            "place of the annotators' does not count.", "", f"`error_type`, where something went wrong: {errors}.", "",
        ]
    )  # fmt: skip


def render_desk(rows: pd.DataFrame, ontology: Ontology, blur: bool = True) -> str:
    """The comments of a sheet as a page; ``blur``: each is hidden until it is opened.

    ``rows``: comment_id, text, context; optional due_at.
    """
    told = "Each comment is hidden until you open it." if blur else "The comments are shown as they are."
    return page(
        "Comments to decide",
        element("h1", f"{len(rows):,} comments to decide"),
        element("p", f"They may be abusive. {told} Stop when you have had enough: nobody counts.", class_="lead"),
        element("details", element("summary", "the guideline"), element("pre", guideline_text(ontology))),
        *[_comment(row, blur) for row in rows.to_dict("records")],
    )


def _comment(row: dict[object, object], blur: bool) -> Html:
    context = row.get("context")
    before = (
        [element("p", element("small", "before it: "), str(context))] if isinstance(context, str) and context else []
    )
    body = [*before, element("p", str(row["text"]))]
    due = row.get("due_at")
    by = element("small", f" by {due:%Y-%m-%d %H:%M}") if isinstance(due, pd.Timestamp) and due == due else ""
    name = element("span", element("code", str(row["comment_id"])), by)
    if blur:
        return element("details", element("summary", name), *body)
    return element("div", element("h3", name), *body)
