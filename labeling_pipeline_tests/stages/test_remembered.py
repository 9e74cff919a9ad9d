"""What is remembered of a home: computed once between two changes, and anew after each of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from labeling_pipeline.home import Home
from labeling_pipeline.stages import STAGES
from labeling_pipeline.stages.annotation import rounds_state
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.engine import materialize
from labeling_pipeline.stages.overlap import more_votes
from labeling_pipeline.stages.remembered import Remembered
from labeling_pipeline_tests.stages.small_homes import NOW, TO_LABELS, drop, new_home, sheet_of, up_to_date
from labeling_pipeline_tests.stages.test_overlap_waves import ADAPTIVE, answer, make


def test_it_is_computed_again_after_a_change_of_content_settings_or_growth_and_only_then(tmp_path: Path) -> None:
    asked: list[int] = []

    def comments(context: Context) -> int:
        asked.append(context.count("raw_comments"))
        return asked[-1]

    remembered = Remembered(comments, ("assignments",))
    home = new_home(tmp_path / "home", "")
    drop(home, "comments", "one.csv", pd.DataFrame({"comment_id": ["c-1"], "text": ["one"]}))
    context = up_to_date(home)
    assert [remembered(context) for _ in range(3)] == [1, 1, 1]
    assert asked == [1]
    drop(home, "comments", "two.csv", pd.DataFrame({"comment_id": ["c-2"], "text": ["two"]}))
    context = up_to_date(home)
    assert (remembered(context), asked) == (2, [1, 2])
    toml = home.root / "labeling.toml"
    toml.write_text(toml.read_text() + "\n[people]\nblur = false\n")
    changed = replace(context, home=Home(home.root))
    assert (remembered(changed), remembered(changed), asked) == (2, 2, [1, 2, 2])
    other = up_to_date(new_home(tmp_path / "other", ""))
    assert (remembered(other), remembered(changed)) == (0, 2)
    assert asked == [1, 2, 2, 0], "homes do not push each other out"


def test_the_next_wave_is_what_the_home_knows_now(tmp_path: Path) -> None:
    home = make(tmp_path / "home", f"{ADAPTIVE}[adjudication]\nwrong_usd = 1.5\n")
    context = up_to_date(home)
    assert more_votes(context) == {}, "nobody has answered"
    answer(home, "round-0001")
    context = up_to_date(home)
    second = set(sheet_of(home, "round-0002")["comment"])
    assert second
    answer(home, "round-0002")
    context = up_to_date(home)
    third = {one for part in more_votes(context).values() for one in part}
    assert third != second
    assert more_votes(context) is more_votes(context), "asked again, nothing is computed"


def test_how_far_rounds_are_is_what_the_tables_say_after_every_stage(tmp_path: Path) -> None:
    home = make(tmp_path / "home", f"{ADAPTIVE}[adjudication]\nwrong_usd = 1.5\n")
    done = []
    for name in ("", "round-0001", "round-0002"):
        if name:
            answer(home, name)
        for asset in (*TO_LABELS, *TO_LABELS):
            context = open_context(home, NOW)
            materialize(asset, STAGES[asset], context)
            told = rounds_state(context)
            asked = context.query("rounds_state", votes_per_comment=context.settings.labeling.votes_per_comment)
            pd.testing.assert_frame_equal(told[list(asked.columns)], asked)
        done.append(int(told["n_done"].sum()))
    assert done == sorted(set(done)), "rounds went on"
