"""The sample home's committed files, written again from nothing but a seed.

Belongs here: times, file names and the recorded story of comment c-1f8a. Does not: texts and
answers (``core.simulate``).
A name that starts with ``day-NN-`` is delivered when the simulated clock reaches that day.

``python -m labeling_pipeline.platforms.sample data/sample`` rewrites the committed files.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd

from labeling_pipeline.core.simulate.annotators import annotators
from labeling_pipeline.core.simulate.streams import ANCHOR_ID, ANCHOR_TEXT, SAMPLE_SEED, draw
from labeling_pipeline.core.simulate.texts import DOG_WHISTLE
from labeling_pipeline.core.stable_hash import unit_hash
from labeling_pipeline.platforms.deliver import deliver
from labeling_pipeline.platforms.sample_gold import gold
from labeling_pipeline.platforms.sample_story import recorded_predictions, recorded_verdicts, recorded_votes

START = datetime(2026, 3, 2, 10, 0)
POOL = 2600
# Production: (day a file arrives, comments in it). Every comment was posted since the file before it.
ARRIVALS = (*((day, 245) for day in (2, 6, 9, 12)), *((day, 210) for day in (18, 24)))
RECORDED = 15


def sample_files(seed: int = SAMPLE_SEED) -> dict[str, pd.DataFrame]:
    """Every file of the sample inbox: ``kind/name.csv`` → its rows."""
    gold_frame = gold(seed)
    taken = set(gold_frame["text"]) | {ANCHOR_TEXT}
    recorded = _fresh("recorded", RECORDED, seed, taken)
    pool = _fresh("pool", POOL, seed, taken)
    production = _fresh("production", sum(count for _, count in ARRIVALS), seed, taken)
    people = annotators(seed)[["annotator_id", "kind", "country", "age_group", "consent"]]
    files = {
        "annotators/annotators.csv": people,
        "gold/gold.csv": gold_frame,
        "comments/comments.csv": _first_comments(pool, recorded, seed),
        "predictions/recorded-predictions.csv": recorded_predictions(START),
        "votes/day-00-recorded-votes.csv": recorded_votes(recorded, START, seed),
    }
    for day, verdicts in recorded_verdicts(recorded, START, seed).items():
        files[f"verdicts/day-{day:02d}-recorded-verdicts.csv"] = verdicts
    begin, done = 0, 0
    for day, count in ARRIVALS:
        part = production.iloc[done : done + count]
        files[f"comments/day-{day:02d}-comments.csv"] = _posted(part, START + timedelta(days=begin), day - begin, seed)
        begin, done = day, done + count
    return files


def write_sample(folder: Path, seed: int = SAMPLE_SEED) -> list[Path]:
    """Write every file of the sample inbox under ``folder``; the same bytes for the same seed."""
    written = []
    for name, frame in sample_files(seed).items():
        kind, file = name.split("/")
        written.append(deliver(folder, kind, file, frame, START))
    return written


def _fresh(stream: str, count: int, seed: int, taken: set[str]) -> pd.DataFrame:
    """The first ``count`` comments of a stream whose text nobody has used; adds them to ``taken``."""
    drawn = draw(stream, int(count * 1.1) + 5, seed).drop_duplicates("text")
    drawn = drawn[~drawn["text"].isin(taken)].head(count)
    taken.update(drawn["text"])
    return drawn


def _first_comments(pool: pd.DataFrame, recorded: pd.DataFrame, seed: int) -> pd.DataFrame:
    anchor = pd.DataFrame(
        {
            "comment_id": [ANCHOR_ID],
            "text": [ANCHOR_TEXT],
            "posted_at": [START + timedelta(minutes=23)],
            "author_id": ["u-6027"],
            "thread_id": ["v-3201"],
            "context": ["prior comment thread targeting v-3201's creator"],
        }
    )
    before = _posted(pd.concat([pool, recorded]), START - timedelta(days=21), 21, seed)
    return pd.concat([before, anchor], ignore_index=True)


def _posted(comments: pd.DataFrame, since: datetime, days: int, seed: int) -> pd.DataFrame:
    """Inbox rows of comments posted evenly over ``days`` from ``since``, in the order they were posted."""
    ids = comments["comment_id"].reset_index(drop=True)
    seconds = (unit_hash("posted|" + ids, seed) * (days * 86400 - 120)).astype(int)
    video = [f"v-{3000 + int(chance * 400)}" for chance in unit_hash("video|" + ids, seed)]
    coded = comments["slice"].eq(DOG_WHISTLE).to_numpy()
    reply = unit_hash("reply|" + ids, seed) < 0.3
    context = [
        f"prior comment thread targeting {v}'s creator" if c else f"reply in a thread about {v}" if r else ""
        for v, c, r in zip(video, coded, reply, strict=True)
    ]
    frame = pd.DataFrame(
        {
            "comment_id": ids,
            "text": comments["text"].to_numpy(),
            "posted_at": pd.Timestamp(since) + pd.to_timedelta(seconds, unit="s"),
            "author_id": [f"u-{1000 + int(chance * 5000)}" for chance in unit_hash("author|" + ids, seed)],
            "thread_id": video,
            "context": context,
        }
    )
    return frame.sort_values(["posted_at", "comment_id"], ignore_index=True)


if __name__ == "__main__":
    for path in write_sample(Path(sys.argv[1])):
        print(path)
