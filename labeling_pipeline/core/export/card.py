"""The dataset card: README.md with the header that Hugging Face `datasets` reads.

Belongs here: text about the data, from counts and settings. Does not: any comment's text, ever.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from labeling_pipeline.core.export.manifest import ExportMeta

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def dataset_card(meta: ExportMeta, counts: Mapping[str, Any], content: str) -> str:
    """Markdown with a YAML header that names two configurations, ``labels`` and ``votes``."""
    return "\n".join(
        [*_header(meta, counts), "", *_what(meta, counts, content), *_columns(), *_annotation(meta, counts), ""]
    )


def _header(meta: ExportMeta, counts: Mapping[str, Any]) -> list[str]:
    size = next((name for limit, name in SIZES if counts["labels"] < limit), "1M<n<10M")
    expert = any("expert" in source or "verdict" in source for source in counts["by_source"])
    creators = ["crowdsourced", *(["expert-generated"] if expert else [])]
    lines = ["---", f"pretty_name: {_quoted(f'{meta.title} {meta.version}')}"]
    lines += [f"license: {_quoted(meta.license)}"] if meta.license else []
    lines += ["language:", *(f"- {_quoted(one)}" for one in meta.languages)] if meta.languages else []
    lines += ["annotations_creators:", *(f"- {one}" for one in creators)]
    lines += ["task_categories:", "- text-classification", "size_categories:", f"- {size}"]
    lines += ["configs:"]
    for name, default in (("labels", True), ("votes", False)):
        lines += [f"- config_name: {name}", f"  data_files: {name}.parquet"] + (["  default: true"] if default else [])
    return [*lines, "---"]


def _what(meta: ExportMeta, counts: Mapping[str, Any], content: str) -> list[str]:
    rows = [
        f"| `{name}` | {meta.display.get(name, name)} | {counts['by_class'].get(name, 0)} |" for name in meta.classes
    ]
    parent = f"It follows version {meta.parent}." if meta.parent else "It is the first version."
    return [
        f"# {meta.title} {meta.version}",
        "",
        meta.description or "Comments with a class, the probability of each class, and the votes behind it.",
        "",
        f"{counts['labels']} labels from {counts['votes']} votes by {counts['annotators']} annotators. {parent} "
        + (f"Why it exists: {meta.reason}. " if meta.reason else "")
        + (f"Newest evidence: {meta.labeled_until}." if meta.labeled_until else ""),
        "",
        f"Content hash `{content}`. `labeling-pipeline exports verify {meta.version}` recomputes it and every file's.",
        "",
        "**Content warning:** comments may be offensive or abusive.",
        "",
        "| class | shown as | labels |",
        "|---|---|---|",
        *rows,
        "",
    ]


def _columns() -> list[str]:
    return [
        "## Columns",
        "",
        "- `label`: the class believed; `confidence`: its probability.",
        "- `p_<class>`: what we believe; each row sums to 1. `v_<class>`: what people said, as vote shares.",
        "- `weight`: what the row should count for in training. `source`: where the label comes from.",
        "- `agreement`: share of agreeing pairs of votes. `gold_correct`: against gold; null if not in gold.",
        "- `labeled_by`, `labeled_at`, `qc_reasons`: who, when, why it passed. `schema_version`: by which rules.",
        "- Configuration `votes`: every vote behind the labels, with round, schema version and guideline.",
        "",
    ]


def _annotation(meta: ExportMeta, counts: Mapping[str, Any]) -> list[str]:
    sources = ", ".join(f"{name}: {n}" for name, n in sorted(counts["by_source"].items()))
    versions = ", ".join(f"{name}: {n}" for name, n in sorted(counts["by_schema_version"].items()))
    known = f"{counts['gold_correct']} of the {counts['in_gold']} labels that are in gold agree with the experts."
    unknown = "No label here was compared with experts' gold: agreement between annotators is not accuracy."
    return [
        "## Annotation process",
        "",
        f"Guideline and classes: schema version {meta.schema_version or 'not given'}. Labels by version: {versions}.",
        f"Labels by source: {sources}. Only labels that passed quality control are inside.",
        "",
        "## Who are the annotators",
        "",
        f"{counts['annotators']} people or models, known by their id alone; their attributes are not published.",
        "",
        "## Biases and limits",
        "",
        known if counts["in_gold"] else unknown,
        "Annotators may share a blind spot that no agreement shows: look at accuracy per slice before use.",
        "Probabilities are the label model's belief; they are calibrated only where gold allowed it.",
    ]


def _quoted(value: str) -> str:
    """A JSON string is a YAML string, whatever is in it."""
    return json.dumps(value, ensure_ascii=False)
