"""Crowds with planted annotators, whose votes and truth are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

CLASSES = np.array(["none", "insult", "threat", "slur", "spam"])
MIX = np.array([0.62, 0.18, 0.10, 0.07, 0.03])


def crowd(
    n_tasks: int = 4_000, n_annotators: int = 60, votes: int = 3, low: float = 0.55, high: float = 0.9, seed: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Votes (task, annotator, label, week), answers (task, label), and each annotator's true accuracy."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(5, n_tasks, p=MIX)
    who = rng.random((n_tasks, n_annotators)).argpartition(votes, axis=1)[:, :votes]
    accuracy = rng.uniform(low, high, n_annotators)
    wrong = (truth[:, None] + rng.integers(1, 5, who.shape)) % 5
    given = np.where(rng.random(who.shape) < accuracy[who], truth[:, None], wrong)
    names = np.array([f"a{code:03d}" for code in range(n_annotators)])
    tasks = np.array([f"t{code:05d}" for code in range(n_tasks)])
    table = pd.DataFrame(
        {
            "task": np.repeat(tasks, votes),
            "annotator": names[who.ravel()],
            "label": CLASSES[given.ravel()],
            "week": np.repeat(np.arange(n_tasks) * 10 // n_tasks, votes),
        }
    )
    return table, pd.DataFrame({"task": tasks, "label": CLASSES[truth]}), pd.Series(accuracy, index=names)


@dataclass(frozen=True)
class Planted:
    """A crowd with bad annotators: its votes, what each annotator is, and whom the copiers copied."""

    votes: pd.DataFrame
    kind: pd.Series
    sources: list[str]

    def of(self, *kinds: str) -> set[str]:
        return set(self.kind[self.kind.isin(kinds)].index)


def bad_crowd(
    *,
    n_annotators: int = 240,
    n_tasks: int = 10_000,
    votes: int = 3,
    random: int = 12,
    one_answer: int = 12,
    declining: int = 12,
    copiers: int = 12,
    copy_rate: float = 0.8,
    elsewhere: int = 0,
    seed: int = 0,
) -> Planted:
    """Honest annotators (accuracy .55 to .9) and planted ones; a copier shares 50 to 120 comments with an honest one.

    Random clickers answer uniformly or by the class mix; declining ones click at random in the second half; copiers
    have `elsewhere` votes of their own beside the shared ones.
    """
    rng = np.random.default_rng(seed)
    truth = rng.choice(5, n_tasks, p=MIX)
    who = rng.random((n_tasks, n_annotators)).argpartition(votes, axis=1)[:, :votes]
    accuracy = rng.uniform(0.55, 0.9, n_annotators)
    kind = np.array(["honest"] * n_annotators, dtype=object)
    kind[:random], kind[random : random + one_answer] = "random", "one_answer"
    kind[random + one_answer : random + one_answer + declining] = "declining"
    week = np.arange(n_tasks) * 20 // n_tasks
    given = _answers(rng, truth[:, None], accuracy[who])
    uniform, mixed = rng.integers(0, 5, who.shape), rng.choice(5, who.shape, p=MIX)
    given = np.where(kind[who] == "random", np.where(who % 2, uniform, mixed), given)
    given = np.where(kind[who] == "one_answer", rng.choice(5, n_annotators, p=[0.6, 0.1, 0.1, 0.1, 0.1])[who], given)
    given = np.where((kind[who] == "declining") & (week[:, None] >= 10), uniform, given)
    names = np.array([f"a{code:03d}" for code in range(n_annotators)])
    frames = [_frame(np.repeat(np.arange(n_tasks), votes), names[who.ravel()], given.ravel(), week)]
    sources = rng.choice(np.flatnonzero(kind == "honest"), copiers, replace=False)
    for place, source in enumerate(sources):
        tasks, answers = _copied(rng, np.nonzero(who == source), given, truth, copy_rate, elsewhere)
        frames.append(_frame(tasks, np.full(tasks.size, f"c{place:03d}"), answers, week))
    kinds = pd.Series([*kind, *["copier"] * copiers], index=[*names, *[f"c{place:03d}" for place in range(copiers)]])
    return Planted(pd.concat(frames, ignore_index=True), kinds, [str(names[source]) for source in sources])


def two_class_crowd(
    *,
    low: float,
    high: float,
    common: float = 0.5,
    n_annotators: int = 120,
    random: int = 12,
    each: int = 120,
    votes: int = 3,
    by_mix: bool = False,
    seed: int = 0,
) -> Planted:
    """Everybody has `each` votes; honest accuracies are between `low` and `high`, one class has a share of `common`.

    Random clickers answer evenly, or as the classes are mixed.
    """
    rng = np.random.default_rng(seed)
    n_tasks = n_annotators * each // votes
    truth = rng.random(n_tasks) < common
    order = np.argsort(rng.random((n_tasks * votes // n_annotators, n_annotators)), axis=1).ravel()
    task = np.repeat(np.arange(n_tasks), votes)[: order.size]
    right = rng.random(order.size) < rng.uniform(low, high, n_annotators)[order]
    clicked = rng.random(order.size) < (common if by_mix else 0.5)
    given = np.where(order < random, clicked, truth[task] == right)
    names = np.array([f"a{code:03d}" for code in range(n_annotators)])
    frame = pd.DataFrame({"task": task, "annotator": names[order], "label": np.where(given, "yes", "no")})
    kind = pd.Series(np.where(np.arange(n_annotators) < random, "random", "honest"), index=names)
    return Planted(frame.drop_duplicates(["task", "annotator"]), kind, [])


def _copied(
    rng: np.random.Generator,
    source: tuple[np.ndarray, ...],
    given: np.ndarray,
    truth: np.ndarray,
    copy_rate: float,
    elsewhere: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Tasks and answers of one who copies from the source's votes (rows, columns of ``given``)."""
    rows, columns = source
    chosen = rng.choice(rows.size, min(int(rng.integers(50, 121)), rows.size), replace=False)
    tasks, copied = rows[chosen], given[rows[chosen], columns[chosen]]
    skill = rng.uniform(0.55, 0.9)
    own = _answers(rng, truth[tasks], skill)
    answers = np.where(rng.random(tasks.size) < copy_rate, copied, own)
    other = rng.choice(np.setdiff1d(np.arange(len(truth)), rows), elsewhere, replace=False)
    return np.r_[tasks, other], np.r_[answers, _answers(rng, truth[other], skill)]


def _answers(rng: np.random.Generator, truth: np.ndarray, accuracy: np.ndarray | float) -> np.ndarray:
    shape = np.broadcast_shapes(truth.shape, np.shape(accuracy))
    wrong = (truth + rng.integers(1, 5, shape)) % 5
    return np.where(rng.random(shape) < accuracy, truth, wrong)


def _frame(tasks: np.ndarray, annotators: np.ndarray, answers: np.ndarray, week: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "task": [f"t{task:05d}" for task in tasks],
            "annotator": annotators,
            "label": CLASSES[answers],
            "week": week[tasks],
        }
    )
