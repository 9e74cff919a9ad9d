"""A world as the files of a home: what a vendor, experts and production would deliver, and the truth beside it.

Belongs here: frames and texts by file name. Does not: writing them (``cli.simulate``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from labeling_pipeline.core.errors import InputError
from labeling_pipeline.core.pairing import pair_up
from labeling_pipeline.core.simulate.annotators import COUNTRIES
from labeling_pipeline.core.simulate.texts import CLASSES, DOG_WHISTLE, compose
from labeling_pipeline.core.simulate.world.answers import ask, ask_experts
from labeling_pipeline.core.simulate.world.chance import chance
from labeling_pipeline.core.simulate.world.comments import HARASSMENT, MILD, Comments, draw_comments
from labeling_pipeline.core.simulate.world.people import People, draw_people
from labeling_pipeline.core.simulate.world.spec import WorldSpec

START = datetime(2026, 1, 5)
GOLD_SHARE = 0.1  # of the comments, drawn at random, labeled by two experts
DISPUTED_SHARE = 0.2  # of the comments whose votes differ get a verdict

Ints = npt.NDArray[np.int64]


def world_files(spec: WorldSpec, seed: int, votes_per_comment: int = 3) -> Iterator[tuple[str, pd.DataFrame]]:
    """Every file of a world, as path in the home and rows: ``inbox/…``, week by week, and ``truth/…``.

    Raises InputError when more votes are asked than there are annotators.

    >>> [name for name, _ in world_files(WorldSpec(comments=8, annotators=5, weeks=1), 0)][:3]
    ['inbox/annotators/annotators.csv', 'inbox/comments/week-01.csv', 'inbox/votes/week-01.csv']
    """
    if votes_per_comment > spec.annotators:
        raise InputError(f"{votes_per_comment} votes per comment by {spec.annotators} annotators", expected="fewer")
    comments, people = draw_comments(spec, seed), draw_people(spec, seed)
    votes = _votes(spec, comments, people, seed, votes_per_comment)
    told = _comments(comments, seed)
    week = comments.week
    yield "inbox/annotators/annotators.csv", _everyone(spec, people)
    for number in range(1, spec.weeks + 1):
        yield f"inbox/comments/week-{number:02d}.csv", told[week == number]
        yield f"inbox/votes/week-{number:02d}.csv", _as_delivered(votes[week[votes["place"]] == number])
    yield "inbox/gold/gold.csv", _gold(spec, comments, seed)
    yield "inbox/verdicts/verdicts.csv", _verdicts(spec, comments, votes, seed)
    yield "truth/comments.csv", _truth(comments)
    yield "truth/annotators.csv", _true_people(people)


def week_starts(week: int) -> datetime:
    """When a week of the world begins, counted from 1."""
    return START + timedelta(weeks=week - 1)


def _ids(place: npt.ArrayLike) -> list[str]:
    return [f"c-{one:06d}" for one in np.asarray(place).tolist()]


def _names(who: npt.ArrayLike, prefix: str = "a") -> list[str]:
    return [f"{prefix}-{one + 1:03d}" for one in np.asarray(who).tolist()]


def _at(posted: npt.NDArray[np.float64]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(pd.Timestamp(START) + pd.to_timedelta((posted * 7 * 86_400).astype(np.int64), unit="s"))


def _everyone(spec: WorldSpec, people: People) -> pd.DataFrame:
    crowd = pd.DataFrame({"annotator_id": _names(np.arange(len(people))), "kind": "crowd"})
    crowd["country"] = np.asarray(COUNTRIES)[people.country]
    experts = pd.DataFrame({"annotator_id": _names(np.arange(spec.experts), "e"), "kind": "expert", "country": ""})
    return pd.concat([crowd, experts], ignore_index=True).assign(consent="yes")


def _comments(comments: Comments, seed: int) -> pd.DataFrame:
    # A boundary comment reads as mild, whatever the schema version calls it.
    written = np.where(comments.is_boundary, MILD, comments.truth)
    texts = []
    for place, (kind, coded) in enumerate(zip(written.tolist(), comments.is_blind.tolist(), strict=True)):
        rng = np.random.default_rng([seed, 11, place])
        texts.append(compose(DOG_WHISTLE if coded else CLASSES[kind], rng)[0])
    context = np.where(comments.needs_context, "an answer to a thread that says what is meant", "")
    return pd.DataFrame(
        {
            "comment_id": _ids(np.arange(len(comments))),
            "text": texts,
            "posted_at": _at(comments.posted),
            "context": context,
            "slice": np.where(comments.needs_context, "needs_context", ""),
        }
    )


def _votes(spec: WorldSpec, comments: Comments, people: People, seed: int, each: int) -> pd.DataFrame:
    place, who = pair_up(
        np.full(len(comments), each), len(people), np.empty(0, np.int64), np.random.default_rng([seed, 13])
    )
    frame = pd.DataFrame({"place": place, "who": who})
    frame["at"] = comments.posted[place] + (0.2 + 0.6 * chance(seed, "when", place, who)) / 7
    frame = frame.sort_values(["at", "place", "who"], ignore_index=True)
    day = (frame["at"] * 7).astype(np.int64)
    by_day = frame.groupby([frame["who"], day])["who"]
    tired = by_day.cumcount().to_numpy() / by_day.transform("size").to_numpy()
    week = np.minimum(frame["at"].to_numpy().astype(np.int64) + 1, spec.weeks)
    places, annotators = frame["place"].to_numpy(), frame["who"].to_numpy()
    frame["said"] = ask(spec, comments, people, places, annotators, seed=seed, week=week, tired=tired)
    frame["is_nameless"] = chance(seed, "nameless", places, annotators) < spec.missing_id_share
    frame["duration_s"] = (6 + 40 * chance(seed, "effort", places, annotators) ** 2).round(1)
    frame["schema"] = comments.schema[places]
    return frame


def _as_delivered(votes: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "comment_id": _ids(votes["place"]),
            "annotator_id": np.where(votes["is_nameless"], "", np.asarray(_names(votes["who"]), dtype=object)),
            "label": np.asarray(CLASSES, dtype=object)[votes["said"].to_numpy()],
            "labeling_round": 1,
            "answered_at": _at(votes["at"].to_numpy()),
            "duration_s": votes["duration_s"].to_numpy(),
            "schema_version": [f"v{one}" for one in votes["schema"].tolist()],
        }
    )


def _gold(spec: WorldSpec, comments: Comments, seed: int) -> pd.DataFrame:
    """A random draw, judged by two experts; where they differ the third decides, or the first."""
    drawn = np.flatnonzero(chance(seed, "gold", np.arange(len(comments))) < GOLD_SHARE)
    first = (chance(seed, "first expert", drawn) * spec.experts).astype(np.int64)
    who = [(first + step) % spec.experts for step in (0, 1, 2)]
    a, b, c = (ask_experts(spec, comments, drawn, one, seed=seed) for one in who)
    label = np.where(a == b, a, np.where(c == b, b, a))
    names = zip(_names(who[0], "e"), _names(who[1], "e"), strict=True)
    return pd.DataFrame(
        {
            "comment_id": _ids(drawn),
            "label": np.asarray(CLASSES, dtype=object)[label],
            "inclusion_p": GOLD_SHARE,
            "expert_ids": [";".join(dict.fromkeys(pair)) for pair in names],
            "decided_at": _at(comments.posted[drawn] + 3 / 7),
            "schema_version": [f"v{one}" for one in comments.schema[drawn].tolist()],
        }
    )


def _verdicts(spec: WorldSpec, comments: Comments, votes: pd.DataFrame, seed: int) -> pd.DataFrame:
    n_answers = votes.groupby("place")["said"].nunique()
    disputed = n_answers.index[n_answers > 1].to_numpy()
    taken = disputed[chance(seed, "disputed", disputed) < DISPUTED_SHARE]
    who = (chance(seed, "whose desk", taken) * spec.experts).astype(np.int64)
    return pd.DataFrame(
        {
            "comment_id": _ids(taken),
            "expert_id": _names(who, "e"),
            "label": np.asarray(CLASSES, dtype=object)[ask_experts(spec, comments, taken, who, seed=seed)],
            "context_shown": True,
            "note": "read in its context, by the guideline",
            "decided_at": _at(comments.posted[taken] + 2 / 7),
            "schema_version": [f"v{one}" for one in comments.schema[taken].tolist()],
        }
    )


def _truth(comments: Comments) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "comment_id": _ids(np.arange(len(comments))),
            "label": np.asarray(CLASSES, dtype=object)[comments.truth],
            "week": comments.week,
            "is_hard": comments.is_hard,
            "is_blind_spot": comments.is_blind,
            "needs_context": comments.needs_context,
            "is_boundary": comments.is_boundary & np.isin(comments.truth, (MILD, HARASSMENT)),
            "schema_version": [f"v{one}" for one in comments.schema.tolist()],
        }
    )


def _true_people(people: People) -> pd.DataFrame:
    named = [name if leader >= 0 else "" for name, leader in zip(_names(people.copies), people.copies, strict=True)]
    return pd.DataFrame(
        {
            "annotator_id": _names(np.arange(len(people))),
            "accuracy": people.accuracy.round(4),
            "is_blind": people.is_blind,
            "copies": named,
            "spams": people.spam != -1,
            "declines": people.declines,
            "rereads": people.rereads,
        }
    )
