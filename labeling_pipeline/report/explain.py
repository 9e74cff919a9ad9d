"""The life of one comment, in time order, every line read from the store.

Belongs here: what is told of a comment, and in which words. Does not: printing (``cli.explain``), or anything that is
not in the warehouse or an export.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.stages.context import Context

MOST_ACTS = 5  # more acts of one kind on a comment are told as one event


@dataclass(frozen=True)
class Event:
    """Something that happened to a comment; ``at`` is UTC, None where no one said when."""

    at: pd.Timestamp | None
    stage: str
    lines: tuple[str, ...]


def explain(context: Context, comment_id: str) -> list[Event]:
    """Every event of a comment's life, earliest first. Raises InputError for a comment the home does not know."""
    rows = {name: context.query(f"explain/{name}", comment_id=comment_id) for name in QUERIES}
    for frame in rows.values():
        frame.attrs["comment_id"] = comment_id
    if rows["comment"].empty:
        raise InputError(f"no comment {comment_id!r} in this home", remedy="look it up in raw_comments or gold_set")
    events = [event for name, tell in QUERIES.items() for event in tell(rows[name], context)]
    events += list(_exports(context, comment_id))
    return [event for _, event in sorted(enumerate(events), key=lambda pair: (_moment(pair[1]), pair[0]))]


def _moment(event: Event) -> pd.Timestamp:
    """When an event is told: at its time; without one, what is judged comes before everything and judgments after."""
    if event.at is not None:
        return event.at
    return pd.Timestamp.max if event.stage in ("verdict", "quality", "gold") else pd.Timestamp.min


def _comment(rows: pd.DataFrame, context: Context) -> Iterator[Event]:
    for row in _each(rows):
        place = f" in {row.thread_id}" if _given(row.thread_id) else ""
        slices = f" · slices: {', '.join(row.slices)}" if len(row.slices) else ""
        yield Event(
            _time(row.posted_at), "comment", (f"posted{place}: {row.text!r}", f"{len(row.text)} characters{slices}")
        )


def _predictions(rows: pd.DataFrame, context: Context) -> Iterator[Event]:
    limit = context.settings.feedback.low_margin
    for row in _each(rows):
        scores = "  ".join(f"P({name})={p:.2f}" for name, p in _sorted(row.probabilities) if p >= 0.005)
        queued = "LOW → queued for annotation" if round(row.margin, 9) <= limit else "not low"
        yield Event(
            _time(row.predicted_at), "prediction",
            (f"{row.model_version or 'a model'}: {scores}", f"margin {row.margin:.2f} (limit {limit:g}) → {queued}"),
        )  # fmt: skip


def _feedback(rows: pd.DataFrame, context: Context) -> Iterator[Event]:
    for (kind, label), part in rows.groupby(["kind", "label"], dropna=False, sort=False):
        said = f"{kind}: {label}" if _given(label) else str(kind)
        if len(part) > MOST_ACTS:
            first, last = _time(part["created_at"].min()), _time(part["created_at"].max())
            since = f" since {first:%Y-%m-%d %H:%M}" if first is not None else ""
            yield Event(last, "feedback", (f"{said}, {len(part)} times{since}",))
            continue
        for row in _each(part):
            yield Event(_time(row.created_at), "feedback", (f"{said} by {row.actor_id or 'somebody'}",))


def _tasks(rows: pd.DataFrame, context: Context) -> Iterator[Event]:
    for name, part in rows.groupby("labeling_round"):
        first = part.iloc[0]
        lines = [f"round {name} ({first['kind']}: {first['reason']}) · schema {first['schema_version']}"]
        for place, row in enumerate(_each(part), start=1):
            answer = f" → {row.answer} ({row.confidence:.2f})" if _given(row.answer) else ""
            lines.append(f"Q{place} {row.question}{answer}")
        yield Event(_time(first["created_at"]), "tasks", tuple(lines))


def _votes(rows: pd.DataFrame, context: Context) -> Iterator[Event]:
    if rows.empty:
        return
    said = [
        f"{row.annotator_id or 'somebody'} → {row.label}"
        + (f" (stated confidence {row.stated_confidence:g})" if _given(row.stated_confidence) else "")
        + ("" if row.is_current else " · superseded")
        for row in _each(rows)
    ]
    yield Event(_time(rows["answered_at"].max()), "votes", tuple(said))


def _weak_label(rows: pd.DataFrame, context: Context) -> Iterator[Event]:
    for row in _each(rows):
        line = f"labeling functions, as they are now ({row.method}): {row.label} ({row.confidence:.2f})"
        votes = context.query("explain/function_votes", comment_id=rows.attrs["comment_id"])
        yield Event(_time(row.posted_at), "weak label", (line, *(_function_vote(vote) for vote in _each(votes))))


def _function_vote(vote: Any) -> str:
    sure = f"right {vote.learned_accuracy:.2f} of the time, as the label model believes"
    copies = f" · shares its vote with {', '.join(vote.near_copies)}" if len(vote.near_copies) else ""
    note = f" · {vote.note}" if _given(vote.note) else ""
    return f"{vote.lf} → {vote.label} ({sure}; code {vote.code_hash[:8]}){copies}{note}"


def _signal(act: Any) -> str:
    claim = str(act.label) if _given(act.label) else f"not {act.against}"
    sure = f"[{act.low:.2f}, {act.high:.2f}] on {act.n_gold} of gold" if act.n_gold else "a stated default"
    acts = f"acts: {act.n_acts}, independent: {act.n_sources}"
    return f"  {act.lf} → {claim} ({acts}; right {act.learned_accuracy:.2f} of the time, {sure})"


def _fused(rows: pd.DataFrame, context: Context) -> Iterator[Event]:
    for row in _each(rows):
        p = "  ".join(f"p({name})={value:.2f}" for name, value in _sorted(row.probabilities) if value >= 0.005)
        lines = [f"all sources together ({row.source}, {row.confidence_is}): {row.label}", f"believed {p}"]
        for one in _each(context.query("explain/evidence", comment_id=rows.attrs["comment_id"])):
            top = _sorted(one.probabilities)[0] if _given(one.probabilities) else None
            said = f"says {top[0]} ({top[1]:.2f}), " if top else ""
            lines.append(f"{one.source}: {said}weight {one.weight:.2f}, evidence {one.evidence:+.2f}")
            if one.source == "signals":
                acts = context.query("explain/signals", comment_id=rows.attrs["comment_id"])
                lines += [_signal(act) for act in _each(acts)]
        if _given(row.with_verdicts):
            p = "  ".join(f"p({name})={value:.2f}" for name, value in _sorted(row.with_verdicts) if value >= 0.005)
            lines.append(f"with the experts' verdicts as evidence {p}")
        yield Event(_time(row.evidence_at), "fusion", tuple(lines))


def _consensus(rows: pd.DataFrame, context: Context) -> Iterator[Event]:
    for row in _each(rows):
        p = "  ".join(f"p({name})={value:.2f}" for name, value in _sorted(row.probabilities) if value >= 0.005)
        v = "  ".join(f"v({name})={value:.2f}" for name, value in _sorted(row.vote_shares) if value >= 0.005)
        agreed = f"{row.agreement:.2f}" if _given(row.agreement) else "undefined (one vote)"
        composed = f" · composed from the answers: {row.composed_label}" if _given(row.composed_label) else ""
        lines = [
            f"consensus, with all votes there are now ({row.method}, {row.confidence_is}): {row.label}{composed}",
            f"believed {p}",
            f"said {v} · share of agreeing pairs {agreed}",
        ]
        if _given(row.ambiguity):
            chance = "under 0.01" if row.ambiguity < 0.01 else f"{row.ambiguity:.2f}"
            why = f"chance {chance} that the comment is ambiguous"
            lines.append(
                f"{why} · these annotators are wrong on {row.annotator_noise:.2f} of clear {row.label} comments"
            )
        yield Event(_time(row.evidence_at), "consensus", tuple(lines))


def _history(rows: pd.DataFrame, context: Context) -> Iterator[Event]:
    for row in _each(rows):
        detail = json.loads(row.detail) if str(row.detail).startswith("{") else {}
        if row.event in ("passed", "adjudicate", "rejected"):
            to = " → queue of the experts" if row.event == "adjudicate" else ""
            label = f"{detail['label']} ({detail['confidence']:.2f} then, from {detail['source']})"
            yield Event(
                _time(row.happened_at), "quality", (f"{row.event}{to}: {label}", *(str(r) for r in detail["reasons"]))
            )
        elif row.event == "gold_candidate":
            yield Event(_time(row.happened_at), "gold", (f"candidate for the gold set: {detail['why']}",))
        elif row.event in ("gold", "gold_retired"):
            state = "joins the gold set" if row.event == "gold" else "retired from the gold set"
            yield Event(_time(row.happened_at), "gold", (f"{state}: {detail['why']}",))


def _verdicts(rows: pd.DataFrame, context: Context) -> Iterator[Event]:
    for row in _each(rows):
        sure = f" (stated confidence {row.stated_confidence:g})" if _given(row.stated_confidence) else ""
        lines = [f"{row.expert_id} → {row.label}{sure}"]
        lines += [f"context shown: {row.context_shown}"] if _given(row.context_shown) else []
        lines += [f"note: {row.note!r}"] if _given(row.note) else []
        yield Event(_time(row.decided_at), "verdict", tuple(lines))


def _reliability(rows: pd.DataFrame, context: Context) -> Iterator[Event]:
    for week, part in rows.groupby("week"):
        lines = [
            f"{row.annotator_id} reliability: {row.before:.3f} → {row.value:.3f} "
            f"({'up' if row.value > row.before else 'down'})"
            for row in _each(part)
        ]
        yield Event(_time(week), "reliability", tuple(lines))


def _exports(context: Context, comment_id: str) -> Iterator[Event]:
    exports = context.query("explain/exports")
    last, first_model, serving = None, False, ""
    for row in _each(exports):
        found = pq.read_table(
            context.home.root / row.path / "labels.parquet", filters=[("comment_id", "==", comment_id)]
        )
        label = found.select(["label", "confidence", "weight", "source"]).to_pylist()
        if label and label[0] != last:
            one = label[0]
            sure = f"confidence {one['confidence']:.2f} · weight {one['weight']:.2f}"
            said = f"export {row.version}: {one['label']} · {sure}"
            yield Event(_time(row.exported_at), "export", (f"{said} · from {one['source']}",))
            last = one
        if label and _given(row.model_version):
            if row.status == "serving":
                serving = str(row.model_version)
            how = "first learns from it" if not first_model else "learns from it"
            status = "served until a later model replaced it" if row.status == "retired" else row.status
            lines = [f"model {row.model_version} {how} (export {row.version})", f"{status}; {row.status_reason}"]
            yield Event(_time(row.trained_at), "training", (*lines, *_recalls(context, str(row.model_version))))
            first_model = True
    if serving:
        said = f"model {serving} serves, and has learned from it"
        yield Event(_time(context.now), "today", (said, *_recalls(context, serving)))


def _recalls(context: Context, model_version: str) -> list[str]:
    rows = context.query("explain/slice_recall", model_version=model_version)
    return [
        f"recall of {row._2} in slice {row.slice} of measuring gold: "
        + (f"{row.before:.2f} → " if _given(row.before) else "")
        + f"{row.value:.2f} (n = {row.n})"
        for row in _each(rows)
    ]


def _each(rows: pd.DataFrame) -> Iterator[Any]:
    """Rows whose columns are those of a query, which no type checker knows."""
    yield from rows.itertuples()


def _given(value: Any) -> bool:
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and pd.isna(value)):
        return False
    return bool(value != "")


def _time(value: Any) -> pd.Timestamp | None:
    return pd.Timestamp(value) if _given(value) and not pd.isna(value) else None


def _sorted(probabilities: Any) -> list[tuple[str, float]]:
    return sorted(dict(probabilities).items(), key=lambda pair: (-pair[1], pair[0]))


QUERIES = {
    "comment": _comment,
    "weak_label": _weak_label,
    "predictions": _predictions,
    "feedback": _feedback,
    "tasks": _tasks,
    "votes": _votes,
    "consensus": _consensus,
    "fused": _fused,
    "verdicts": _verdicts,
    "history": _history,
    "reliability": _reliability,
}
