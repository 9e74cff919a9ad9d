"""The crowd's budget is hard, whoever answers: what is out and not answered is money that is gone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from labeling_pipeline.home import Home
from labeling_pipeline.stages.clock import open_context
from labeling_pipeline.stages.context import Context
from labeling_pipeline.stages.overlap import crowd_promised_usd, crowd_spent_usd
from labeling_pipeline_tests.stages.small_homes import NOW, drop, new_home, up_to_date

PRICE, BUDGET = 0.04, 6.0
LABELS = ["toxic", "acceptable"]
COLUMNS = ["comment_id", "annotator_id", "labeling_round", "question", "answer", "schema_version", "answered_at"]


def make(folder: Path, budget: float, people: int, answers: int, gold: int = 40) -> Home:
    rate = "[honeypots]\nrate = 0.1\nbank_share = 1.0\n"
    labeling = f"[labeling]\nvotes_per_comment = {answers}\nmost_votes = 7\ncrowd_budget_usd = {budget}\n"
    home = new_home(folder, labeling + rate)
    if people:
        listed = pd.DataFrame({"annotator_id": [f"a-{i:02d}" for i in range(people)], "kind": "crowd"})
        drop(home, "annotators", "annotators.csv", listed)
    ids = [f"g-{i:02d}" for i in range(gold)]
    known = pd.DataFrame({"comment_id": ids, "text": [f"gold {i}" for i in ids], "label": "toxic", "role": "fit"})
    drop(home, "gold", "gold.csv", known)
    return home


def post(home: Home, name: str, n: int) -> None:
    ids = [f"{name}-{i:03d}" for i in range(n)]
    drop(home, "comments", f"{name}.csv", pd.DataFrame({"comment_id": ids, "text": [f"text {i}" for i in ids]}))


def gone(context: Context) -> tuple[float, float]:
    return crowd_spent_usd(context), crowd_promised_usd(context)


def sheets(home: Home) -> pd.DataFrame:
    """Everything that was handed out, as the people who fill it in see it."""
    paths = sorted((home.outbox / "tasks").rglob("*.csv"))
    read = [pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths]
    return pd.concat(read, ignore_index=True) if read else pd.DataFrame(columns=COLUMNS)


def answer(home: Home, rng: np.random.Generator, name: str, share: float, is_round_said: bool) -> None:
    """A share of what is out comes back: by the names on the sheets, or where they name nobody, by the vendor's own."""
    out = sheets(home)
    if out.empty:
        return
    number = out["answer_number"] if "answer_number" in out else pd.Series("1", index=out.index)
    who = out["annotator_id"].mask(out["annotator_id"] == "", "v" + number.astype(str))
    given = out.assign(annotator_id=who, answer=rng.choice(LABELS, len(out)), answered_at="2026-05-03T08:00:00")
    given = given[rng.random(len(given)) < share]
    if not is_round_said:
        given = given.drop_duplicates(["comment_id", "annotator_id"])
    drop(home, "votes", name, given[COLUMNS if is_round_said else [one for one in COLUMNS if one != "labeling_round"]])


def test_what_a_vendor_was_asked_without_names_is_promised_for_every_answer_wanted(tmp_path: Path) -> None:
    home = make(tmp_path / "home", 10.0, people=0, answers=3)
    for name, n in (("first", 200), ("y", 1), ("z", 1)):
        post(home, name, n)
        context = up_to_date(home)
        out = sheets(home)
        spent, promised = gone(context)
        assert spent == 0
        assert promised == pytest.approx(len(out) * PRICE), "a row of the sheets is an answer to be paid"
        assert 9.0 < promised <= 10.0
    assert len(list((home.outbox / "tasks").rglob("*.csv"))) == 1, "the budget was gone with the first round"


@pytest.mark.parametrize("seed", range(4))
def test_spent_and_promised_never_exceed_the_budget_whatever_happens(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    people, answers = [(0, 3), (12, 2), (2, 3), (0, 1)][seed]
    home = make(tmp_path / "home", BUDGET, people, answers)
    with open_context(home, NOW).warehouse.kept_open():
        for step in range(4):
            if rng.random() < 0.7 or not step:
                post(home, f"s{step}", int(rng.integers(1, 40)))
            spent, promised = gone(up_to_date(home, most=8))
            assert spent + promised <= BUDGET + 1e-9
            answer(home, rng, f"answers-{step}.csv", float(rng.uniform(0.3, 1.0)), bool(rng.random() < 0.6))
        spent, promised = gone(up_to_date(home, most=8))
    assert spent > 0
    assert spent + promised <= BUDGET + 1e-9
