"""One consensus from a frame: read, weigh, choose, fit, calibrate, describe, in that order.

Belongs here: the order of steps. Does not: any step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pyarrow as pa

from labeling_pipeline.core.calibration import MIN_GOLD, Calibration, calibrate
from labeling_pipeline.core.consensus.auto import (
    DEFAULT,
    FALLBACK,
    MIX_MOVE,
    HeldOut,
    choose,
    guard,
    held_out,
    keeps_mix,
    label_mix,
    mix_moved,
)
from labeling_pipeline.core.consensus.columns import Floats, count_by
from labeling_pipeline.core.consensus.em import Fit, Method
from labeling_pipeline.core.consensus.gold import Gold, classes_of, read_gold
from labeling_pipeline.core.consensus.majority import clamped, smoothed_shares
from labeling_pipeline.core.consensus.models import of_people, with_models
from labeling_pipeline.core.consensus.past import read_history
from labeling_pipeline.core.consensus.reading import read_votes
from labeling_pipeline.core.consensus.result import (
    CALIBRATED,
    UNCALIBRATED,
    ConsensusResult,
    annotators_frame,
    labels_frame,
)
from labeling_pipeline.core.consensus.stated import stated_weights
from labeling_pipeline.core.consensus.strangers import pool_strangers
from labeling_pipeline.core.consensus.unknown import note_weightless, why_unknown
from labeling_pipeline.core.consensus.votes import Votes
from labeling_pipeline.core.registry import load

# GLAD is left out of the choice: an order of magnitude slower, and never best by more than a standard error where it
# was measured. Plain Dawid-Skene is there to compare with.
CANDIDATES = ("dawid_skene", "majority", "wawa", "one_coin", "mace")


@dataclass
class Job:
    """One consensus under way."""

    votes: Votes
    gold: Gold | None
    history: Floats | None
    methods: Mapping[str, str]
    seed: int
    notes: list[str]
    scores: dict[str, float] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    usual: Floats | None = None  # the class mix of majority's labels, once it was asked for

    def method(self, name: str) -> Method:
        found: Method = load(self.methods, name, "consensus method")
        return found

    def fit(self, name: str, gold: Gold | None) -> Fit:
        clamp = None if gold is None else gold.clamp(self.votes.n_tasks)
        fit = self.method(name)(self.votes, clamp=clamp, history=self.history, seed=self.seed)
        if not fit.is_converged:
            self.notes.append(f"{name} had not settled after {fit.n_iterations} steps")
        return fit


def read_job(
    frame: pd.DataFrame,
    classes: Sequence[str] | None,
    non_class_answers: Sequence[str],
    gold: pd.DataFrame | None,
    history: pd.DataFrame | None,
    methods: Mapping[str, str],
    seed: int,
    predictions: pd.DataFrame | None = None,
) -> Job:
    """Frames as arrays, with notes on what could not be used."""
    early: list[str] = []
    models: list[str] = []
    if predictions is not None:
        told = classes or classes_of(frame, where="votes") + classes_of(gold) + classes_of(history, "true")
        frame, models = with_models(frame, predictions, told, early)
    special = set(non_class_answers)
    extra = [c for c in classes_of(gold) + classes_of(history, "true") if c not in special]
    votes = read_votes(frame, classes, non_class_answers, extra)
    notes = votes.notes
    notes += early
    known = None if gold is None else read_gold(gold, votes, notes)
    past = None if history is None else read_history(history, votes, notes, classes or classes_of(gold))
    _note_unused(votes, classes_of(gold), notes)
    _note_limits(votes, notes)
    note_weightless(votes, notes)
    return Job(votes, known, past, methods, seed, notes, models=tuple(models))


def aggregate(job: Job, method: str, *, ambiguity: bool = True) -> ConsensusResult:
    """The consensus by one method, or by the one ``auto`` picks."""
    pa.default_memory_pool().release_unused()  # what reading took; Arrow would keep it, the fit needs it
    if not job.votes.has_annotators and method not in ("auto", "majority"):
        job.notes.append(f"{method} needs annotator ids; majority was used")
    if not job.votes.has_annotators:
        method = "majority"
    said = job.votes
    why = why_unknown(said, None if job.gold is None else job.gold.clamp(said.n_tasks), job.history)
    known = pool_strangers(job.votes, job.history)
    job.votes, job.history = known.votes, known.history
    _weigh_stated(job)
    tried: dict[str, HeldOut] = {}
    name, free = _auto(job, tried) if method == "auto" else (method, None)
    if name == FALLBACK and job.history is not None and job.history.any():
        job.notes.append(f"{FALLBACK} weighs no annotator: history shows in annotators' confusions alone")
    fit = free if free is not None and job.gold is None else job.fit(name, job.gold)
    calibration, p = _calibrated(job, name, fit, tried, free)
    confidence_is = UNCALIBRATED if calibration is None else CALIBRATED
    # What people said is told as they said it; how sure they were, and models, only weigh in what we believe.
    labels = labels_frame(of_people(said, job.models), job.votes, p, fit, confidence_is, ambiguity=ambiguity)
    annotators = annotators_frame(replace(said, weight=job.votes.weight), fit.p, fit.confusion[known.row], why)
    blind = _blind(job, labels["task"], tried.get(name), calibration)
    return ConsensusResult(labels, annotators, name, job.scores, job.notes, blind)


def _blind(job: Job, tasks: pd.Series, tried: HeldOut | None, calibration: Calibration | None) -> pd.DataFrame:
    """What would be believed of each gold task if its own gold were not known: task, p_<class>…."""
    names = [f"p_{name}" for name in job.votes.classes]
    if job.gold is None or tried is None:
        return pd.DataFrame(columns=["task", *names])
    shares = smoothed_shares(job.votes)[:, job.gold.task].T
    p = tried.p if calibration is None else calibration.apply(tried.p, shares)
    return pd.DataFrame(p, columns=names).assign(task=tasks.to_numpy()[job.gold.task])[["task", *names]]


def _auto(job: Job, tried: dict[str, HeldOut]) -> tuple[str, Fit | None]:
    """The chosen method, and the fit without gold of it if there is one already."""
    free = job.fit(DEFAULT, None)
    job.usual = label_mix(smoothed_shares(job.votes))
    default = DEFAULT if guard(job.usual, free, DEFAULT, job.notes, has_gold=job.gold is not None) else FALLBACK
    if job.gold is None:
        return default, free if default == DEFAULT else None
    for name in CANDIDATES:
        tried[name] = held_out(job.votes, job.method(name), job.gold, free.p, job.history, job.seed)
    name, job.scores = choose(tried, job.gold, default)
    if name != default:
        job.notes.append(
            f"{name} chosen over {default}: held-out accuracy on gold {job.scores[name]:.3f} against "
            f"{job.scores[default]:.3f}"
        )
    return name, None


def _calibrated(
    job: Job, name: str, fit: Fit, tried: dict[str, HeldOut], free: Fit | None
) -> tuple[Calibration | None, Floats]:
    """The calibration that gold and the guard allow, and the posteriors under it."""
    gold = _to_calibrate(job, name, tried, free)
    if gold is None:
        return None, fit.p
    shares = smoothed_shares(job.votes)
    usual = label_mix(shares) if job.usual is None else job.usual
    for has_offsets in (True, False):
        found = calibrate(
            tried[name].p, gold.truth, shares=shares[:, gold.task].T, weight=gold.weight, has_offsets=has_offsets
        )
        if found is None:
            break
        p = np.ascontiguousarray(found.apply(fit.p.T, shares.T).T)
        p = clamped(p, gold.clamp(job.votes.n_tasks))
        if keeps_mix(usual, fit, p):
            _note_changed(job, gold, fit, p, found, tried[name], shares)
            return found, p
        job.notes.append(
            f"class mix moved {mix_moved(usual, p):.2f} from majority's by calibration (limit {MIX_MOVE:.2f}): "
            + ("calibrated again without favouring a class" if has_offsets else "left uncalibrated")
        )
    else:
        return None, fit.p
    job.notes.append("uncalibrated: calibration did not lower the log-loss on held-out gold")
    return None, fit.p


def _to_calibrate(job: Job, name: str, tried: dict[str, HeldOut], free: Fit | None) -> Gold | None:
    """The gold, if there is enough; the method is then held to it by cross-validation, if it was not yet."""
    if job.gold is None:
        return None
    if len(job.gold.task) < MIN_GOLD:
        job.notes.append(f"uncalibrated: {len(job.gold.task)} gold rows, {MIN_GOLD} needed")
        return None
    if name not in tried:
        free = job.fit(name, None) if free is None else free
        tried[name] = held_out(job.votes, job.method(name), job.gold, free.p, job.history, job.seed)
        job.scores.setdefault(name, float(np.average(tried[name].is_right, weights=job.gold.weight)))
    return job.gold


def _note_changed(
    job: Job, gold: Gold, fit: Fit, p: Floats, found: Calibration, tried: HeldOut, shares: Floats
) -> None:
    """That calibration gave some tasks another label, and what that does to accuracy on the gold it was fitted on."""
    changed = int((p.argmax(axis=0) != fit.p.argmax(axis=0)).sum())
    if changed:
        told = found.apply(tried.p, shares[:, gold.task].T).argmax(axis=1) == gold.truth
        before, after = (float(np.average(right, weights=gold.weight)) for right in (tried.is_right, told))
        job.notes.append(
            f"calibration gave {changed} of {p.shape[1]} tasks another label: right on {after:.3f} of the gold it was "
            f"fitted on, {before:.3f} without it"
        )


def _weigh_stated(job: Job) -> None:
    """Stated confidence becomes vote weights, where it tells right from wrong."""
    votes = job.votes
    if votes.stated is None or not votes.has_annotators:
        return
    weight, believed = stated_weights(votes, job.fit(DEFAULT, job.gold))
    told = np.unique(votes.annotator[~np.isnan(votes.stated) & (votes.annotator < len(votes.annotators))]).size
    job.notes.append(
        f"stated confidence weighs the votes of {believed} of {told} who gave it; of the others it told nothing"
        if believed
        else f"stated confidence weighs no vote: it told right from wrong for none of the {told} who gave it"
    )
    if believed:
        job.votes = replace(votes, weight=weight if votes.weight is None else weight * votes.weight)


def _note_unused(votes: Votes, in_gold: Sequence[str], notes: list[str]) -> None:
    used = count_by(votes.answer, votes.n_answers) > 0
    unused = [name for name, is_used in zip(votes.classes, used, strict=False) if not is_used and name in set(in_gold)]
    if unused:
        notes.append(
            f"no vote names {', '.join(unused)}, only gold does: what such comments look like in votes is not known, "
            "only how common they are in gold"
        )


def _note_limits(votes: Votes, notes: list[str]) -> None:
    if len(votes.classes) == 1:
        notes.append(f"one class only ({votes.classes[0]}): every label is it; how good annotators are cannot be known")
    size = named = votes.sizes
    people = votes.n_people
    if votes.answer.max() >= len(votes.classes):
        special = votes.task[votes.answer >= len(votes.classes)]
        named = size - np.bincount(special, minlength=votes.n_tasks)
    if (named == 0).any():
        notes.append(
            f"{int((named == 0).sum())} tasks have no vote that names a class; their label follows from the class mix "
            "and what such answers usually mean, at that confidence"
        )
    if (people == 1).any():
        notes.append(f"agreement is empty for {int((people == 1).sum())} tasks with a single vote")
