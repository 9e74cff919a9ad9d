"""The life of one comment, in time order, every line read from the store.

Belongs here: what happened to a comment, as it was known at that time, and in which words. Does not: what is computed
anew whenever more is known (``report.explain_now``), printing (``cli.home``), or anything that is not in the warehouse
or an export.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.people import HARMFUL_FROM
from labeling_pipeline.report.explain_now import computed_now, in_order
from labeling_pipeline.report.explain_words import Event, each, given, shares, time
from labeling_pipeline.stages.context import Context

MOST_ACTS = 5  # more acts of one kind on a comment are told as one event


def explain(context: Context, comment_id: str, show_text: bool = False) -> list[Event]:
    """Every event of a comment's life: those nobody dated first, then earliest first.

    An event tells what was known at its time; what is computed anew whenever more is known comes last, and says so.
    The text of a comment that anybody or anything holds for harmful is hidden unless ``show_text`` (people.blur).
    Raises InputError for a comment the home does not know.
    """
    rows = {name: context.query(f"explain/{name}", comment_id=comment_id) for name in QUERIES}
    if rows["comment"].empty:
        raise InputError(f"no comment {comment_id!r} in this home", remedy="look it up in raw_comments or gold_set")
    hidden = [] if show_text else _harm(context, comment_id)
    rows["comment"] = rows["comment"].assign(hidden=", ".join(hidden))
    events = [event for name, tell in QUERIES.items() for event in tell(rows[name], context)]
    events += [*_exports(context, comment_id), *computed_now(context, comment_id), *_today(context, comment_id)]
    return sorted(events, key=lambda event: pd.Timestamp.min if event.at is None else event.at)


def _comment(rows: pd.DataFrame, context: Context) -> Iterator[Event]:
    for row in each(rows):
        place = f" in {row.thread_id}" if given(row.thread_id) else ""
        slices = f" · slices: {', '.join(row.slices)}" if len(row.slices) else ""
        shown = f"text hidden, it may be {row.hidden} (--show-text shows it)" if row.hidden else repr(row.text)
        yield Event(time(row.posted_at), "comment", (f"posted{place}: {shown}", f"{len(row.text)} characters{slices}"))


def _harm(context: Context, comment_id: str) -> list[str]:
    """The harmful classes the comment may be of; none where texts are shown as they are."""
    people = context.settings.people
    if not people.blur:
        return []
    options = {"comment_id": comment_id, "harmful": list(people.harmful), "least": HARMFUL_FROM}
    found: list[str] = context.query("explain/harm", **options)["label"].tolist()
    return found


def _predictions(rows: pd.DataFrame, context: Context) -> Iterator[Event]:
    limit = context.settings.feedback.low_margin
    for row in each(rows):
        scores = shares("P", row.probabilities)
        queued = "LOW → queued for annotation" if round(row.margin, 9) <= limit else "not low"
        yield Event(
            time(row.predicted_at), "prediction",
            (f"{row.model_version or 'a model'}: {scores}", f"margin {row.margin:.2f} (limit {limit:g}) → {queued}"),
        )  # fmt: skip


def _feedback(rows: pd.DataFrame, context: Context) -> Iterator[Event]:
    for (kind, label), part in rows.groupby(["kind", "label"], dropna=False, sort=False):
        said = f"{kind}: {label}" if given(label) else str(kind)
        if len(part) > MOST_ACTS:
            first, last = time(part["created_at"].min()), time(part["created_at"].max())
            since = f" since {first:%Y-%m-%d %H:%M}" if first is not None else ""
            yield Event(last, "feedback", (f"{said}, {len(part)} times{since}",))
            continue
        for row in each(part):
            yield Event(time(row.created_at), "feedback", (f"{said} by {row.actor_id or 'somebody'}",))


def _tasks(rows: pd.DataFrame, context: Context) -> Iterator[Event]:
    for name, part in rows.groupby("labeling_round"):
        first = part.iloc[0]
        lines = [f"round {name} ({first['kind']}: {first['reason']}) · schema {first['schema_version']}"]
        asked = {str(one) for one in part["question"]}
        lines += [f"{number} {one.id}" for number, one in _numbered(context, first["schema_version"], asked)]
        yield Event(time(first["created_at"]), "tasks", tuple(lines))


def _numbered(context: Context, schema_version: str, asked: Collection[str]) -> list[tuple[str, Any]]:
    """The questions that were asked, in the ontology's order; the direct one only where it is the only one."""
    questions = [one for one in in_order(context, schema_version) if one.id in asked]
    atomic = [one for one in questions if not one.is_direct] or questions
    return [(f"Q{place}", one) for place, one in enumerate(atomic, start=1)]


def _votes(rows: pd.DataFrame, context: Context) -> Iterator[Event]:
    """One event per round and day: the votes on the class by name, the other answers counted."""
    day = pd.to_datetime(rows["answered_at"]).dt.normalize()
    for (_, schema, _), part in rows.groupby(["labeling_round", "schema_version", day], dropna=False):
        direct = {one.id for one in in_order(context, str(schema)) if one.is_direct}
        is_direct = part["question"].isin(direct)
        atomic = part[~is_direct & part["is_current"]]
        said = [_vote(row) for row in each(part[is_direct])]
        said += _agreed(part.loc[is_direct & part["is_current"], "label"])
        for number, one in _numbered(context, str(schema), set(atomic["question"])):
            said.append(f"{number} {one.id} → {_counted(atomic.loc[atomic['question'] == one.id, 'label'])}")
        yield Event(time(part["answered_at"].max()), "votes", tuple(said))


def _vote(row: Any) -> str:
    sure = f" (stated confidence {row.stated_confidence:g})" if given(row.stated_confidence) else ""
    late = "" if row.is_current else " · does not count: a later answer took its place, or its file was returned"
    return f"{row.annotator_id or 'somebody'} → {row.label}{sure}{late}"


def _counted(answers: pd.Series) -> str:
    """The answers, those given most often first: "no (3 of 3)"."""
    counts = sorted(Counter(answers).items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{answer} ({n} of {len(answers)})" for answer, n in counts)


def _agreed(labels: pd.Series) -> list[str]:
    if len(labels) < 2:
        return []
    pairs = len(labels) * (len(labels) - 1)
    alike = sum(n * (n - 1) for n in Counter(labels).values()) / pairs
    return [f"{_counted(labels)} · share of agreeing pairs {alike:.2f}"]


def _gold(rows: pd.DataFrame, context: Context) -> Iterator[Event]:
    for row in each(rows):
        experts = f" by {', '.join(row.expert_ids)}" if row.expert_ids is not None and len(row.expert_ids) else ""
        source = f" · {row.source}" if given(row.source) else ""
        yield Event(
            time(row.decided_at), "gold",
            (f"{row.role} gold: {row.label}, decided{experts}{source} · schema {row.schema_version}", ROLES[row.role]),
        )  # fmt: skip


def _history(rows: pd.DataFrame, context: Context) -> Iterator[Event]:
    for row in each(rows):
        at, detail = time(row.happened_at), json.loads(row.detail) if str(row.detail).startswith("{") else {}
        if row.event in ("passed", "adjudicate", "rejected"):
            to = " → queue of the experts" if row.event == "adjudicate" else ""
            label = f"{detail['label']} ({detail['confidence']:.2f} then, from {detail['source']})"
            clamped = [CLAMPED] if row.is_clamped and detail["source"] != "verdict" else []
            yield Event(at, "quality", (f"{row.event}{to}: {label}", *map(str, detail["reasons"]), *clamped))
            if row.event == "passed":
                entry = f"label store entry: {detail['label']} · confidence {detail['confidence']:.2f} then"
                yield Event(at, "label store", (f"{entry} · from {detail['source']}{_under(detail)}",))
        elif row.event in GOLD_EVENTS:
            yield Event(at, "gold", (f"{GOLD_EVENTS[row.event]}: {detail['why']}",))


def _under(detail: dict[str, Any]) -> str:
    """The schema a label was made under, and by whom; entries of earlier homes do not say."""
    by = detail.get("labeled_by") or []
    schema = f" · schema {detail['schema_version']}" if detail.get("schema_version") else ""
    return schema + (f" · by {', '.join(by)}" if by else "")


def _verdicts(rows: pd.DataFrame, context: Context) -> Iterator[Event]:
    for row in each(rows):
        sure = f" (stated confidence {row.stated_confidence:g})" if given(row.stated_confidence) else ""
        lines = [f"{row.expert_id} → {row.label}{sure}"]
        lines += [f"context shown: {row.context_shown}"] if given(row.context_shown) else []
        lines += [f"note: {row.note!r}"] if given(row.note) else []
        yield Event(time(row.decided_at), "verdict", tuple(lines))


def _reliability(rows: pd.DataFrame, context: Context) -> Iterator[Event]:
    for week, part in rows.groupby("week"):
        lines = [
            f"{row.annotator_id} reliability: {row.before:.3f} → {row.value:.3f} "
            f"({'up' if row.value > row.before else 'down'})"
            for row in each(part)
        ]
        yield Event(time(week), "reliability", tuple(lines))


def _exports(context: Context, comment_id: str) -> Iterator[Event]:
    last, is_first = None, True
    for row in each(context.query("explain/exports")):
        label = _exported(context, row.path, comment_id)
        if label and label != last:
            sure = f"confidence {label['confidence']:.2f} · weight {label['weight']:.2f}"
            said = f"export {row.version}: {label['label']} · {sure} · from {label['source']}"
            yield Event(time(row.exported_at), "export", (said,))
            last = label
        if label and given(row.model_version):
            if label["weight"] > 0:
                how = "first learns from it" if is_first else "learns from it"
                is_first = False
            else:
                how = "is trained, and does not learn from it: its weight is 0"
            status = "served until a later model replaced it" if row.status == "retired" else row.status
            lines = [f"model {row.model_version} {how} (export {row.version})", f"{status}; {row.status_reason}"]
            yield Event(time(row.trained_at), "training", (*lines, *_recalls(context, str(row.model_version))))


def _exported(context: Context, path: str, comment_id: str) -> dict[str, Any] | None:
    """The comment's row of one export, None where it is not in it."""
    found = pq.read_table(context.home.root / path / "labels.parquet", filters=[("comment_id", "==", comment_id)])
    rows = found.select(["label", "confidence", "weight", "source"]).to_pylist()
    return rows[0] if rows else None


def _today(context: Context, comment_id: str) -> Iterator[Event]:
    """The serving model, where it has learned from the comment."""
    models = context.query("explain/exports")
    for row in each(models[models["status"] == "serving"]):
        label = _exported(context, row.path, comment_id)
        if label and label["weight"] > 0:
            said = f"model {row.model_version} serves, and has learned from it"
            yield Event(time(context.now), "today", (said, *_recalls(context, str(row.model_version))))


def _recalls(context: Context, model_version: str) -> list[str]:
    rows = context.query("explain/slice_recall", model_version=model_version)
    return [
        f"recall of {row._2} in slice {row.slice} of measuring gold: "
        + (f"{row.before:.2f} → " if given(row.before) else "")
        + f"{row.value:.2f} (n = {row.n})"
        for row in each(rows)
    ]


ROLES = {
    "fit": "consensus is clamped to it and calibrated on it; votes on it measure annotators; no model learns from it",
    "measure": "only ever measured on: never asked of the crowd as work, never learned from",
    "sealed": "kept for the final evaluation of models: never asked of the crowd as work, never learned from",
    "candidate": "not used for anything yet",
    "retired": "not used for anything any more",
}
CLAMPED = "it is fit gold: the confidence is clamped to it, and its votes measure annotators, not the comment"
GOLD_EVENTS = {
    "gold_candidate": "candidate for the gold set",
    "gold": "joins the gold set",
    "gold_retired": "retired from the gold set",
}
QUERIES = {
    "comment": _comment,
    "predictions": _predictions,
    "feedback": _feedback,
    "tasks": _tasks,
    "votes": _votes,
    "verdicts": _verdicts,
    "gold": _gold,
    "history": _history,
    "reliability": _reliability,
}
