"""What agreement, the checks of annotators and the test of groups say of real crowds.

    python -m labeling_pipeline_tests.benchmarks.real_crowds [--only alpha,clickers,copiers,groups]

Gold is used only to look at those who were flagged; the checks never see it. Where people flagged are right less often
than the others, the flags name somebody; no test can say that of groups.

Belongs here: the runs and their tables. Does not: planted annotators (see ``reliability_planted``).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from labeling_pipeline.core.agreement import agreement
from labeling_pipeline.core.groups import group_divergence
from labeling_pipeline.core.reliability import accuracy_table, bad_annotators
from labeling_pipeline.files import read_frame
from labeling_pipeline_tests.benchmarks.consensus_sets import DATA, MISSING, table

ALPHA = {
    "civil_comments": "6 types of toxicity",
    "convabuse": "severity, experts",
    "hatexplain": "",
    "hatecheck": "functional tests",
}
SEVERITY = ["1", "0", "-1", "-2", "-3"]
CROWDS = (
    *("truth_inference/d_possent", "truth_inference/sp", "hatexplain", "hatecheck", "truth_inference/cf_amt"),
    *("truth_inference/d_product", "truth_inference/dog", "truth_inference/s_adult", "truth_inference/sp_amt"),
    "convabuse",
)
MIN_GROUP = 50


def votes_of(name: str) -> pd.DataFrame:
    """Votes as task, annotator, label; of convabuse the question of severity."""
    votes = read_frame(DATA / name / "votes.csv")
    if "question" in votes.columns:
        votes = votes[votes["question"] == "severity"].drop(columns="question")
    return votes.rename(columns={"comment_id": "task", "annotator_id": "annotator", "answer": "label"})


def alpha() -> list[dict[str, object]]:
    """Krippendorff's alpha with its interval, ordinal too where classes have an order."""
    rows: list[dict[str, object]] = []
    for name, what in ALPHA.items():
        found = agreement(votes_of(name), order=SEVERITY if name == "convabuse" else None)
        nominal, ordinal = found["krippendorff_alpha"], found.get("krippendorff_alpha_ordinal")
        rows.append(
            {
                "set": f"{name} ({what})" if what else name,
                "α": nominal["value"],
                "95 % interval": f"{nominal['low']:.4f} … {nominal['high']:.4f}",
                "ordinal": "" if ordinal is None else f"{ordinal['value']:.4f}",
            }
        )
    return rows


def checked(name: str, check: str) -> pd.DataFrame:
    """What one check says of everybody on this set whom it could test."""
    found = bad_annotators(votes_of(name))
    return found[(found["check"] == check) & (found["status"] != "insufficient")]


def clickers() -> list[dict[str, object]]:
    """Those flagged as random clickers, and how often they and those cleared are right where gold is known."""
    rows: list[dict[str, object]] = []
    for name in CROWDS:
        own = checked(name, "random_clicker")
        row: dict[str, object] = {
            "set": Path(name).name,
            "tested": len(own),
            "flagged": int(own["status"].eq("flagged").sum()),
        }
        rows.append(row | accuracy_of(name, own))
    return rows


def accuracy_of(name: str, own: pd.DataFrame) -> dict[str, object]:
    """Accuracy against gold of those flagged (from, to) and of those cleared (mean); empty where there is no gold."""
    path = DATA / name / "gold.csv"
    if not path.is_file() or not own["status"].eq("flagged").any():
        return {"their accuracy": "", "mean of the others": ""}
    known = read_frame(path).rename(columns={"comment_id": "task"})[["task", "label"]]
    accuracy = accuracy_table(votes_of(name), known).set_index("annotator")["accuracy"]
    found = own["annotator"].map(accuracy).groupby(own["status"].to_numpy())
    low, high = found.min()["flagged"], found.max()["flagged"]
    return {"their accuracy": f"{low:.2f} … {high:.2f}", "mean of the others": f"{found.mean()['clear']:.2f}"}


def copiers() -> list[dict[str, object]]:
    """Those flagged as copiers, of everybody who could be tested, and how the first pair agrees beside the crowd."""
    rows: list[dict[str, object]] = []
    for name in CROWDS:
        own = checked(name, "copier")
        flagged = own[own["status"] == "flagged"]
        rows.append(
            {
                "set": Path(name).name,
                "tested": own["annotator"].nunique(),
                "flagged": flagged["annotator"].nunique(),
                "first pair": first_pair(votes_of(name), flagged.iloc[0]) if len(flagged) else "",
            }
        )
    return rows


def first_pair(votes: pd.DataFrame, row: pd.Series) -> str:
    """On how many of their common comments the two agree, and how far the crowd does."""
    one, other = (votes[votes["annotator"].astype(str) == str(row[who])] for who in ("annotator", "other"))
    both = one.merge(other, on="task")
    agrees = (both["label_x"] == both["label_y"]).mean()
    crowd = agreement(votes, n_boot=0)["percent_agreement"]["value"]
    return f"agree on {agrees:.0%} of {len(both)} comments, the crowd on {crowd:.0%}"


def groups() -> list[dict[str, object]]:
    """Countries of civil_comments, then the same with countries shuffled among the same annotators."""
    votes, people = votes_of("civil_comments"), read_frame(DATA / "civil_comments" / "annotators.csv")
    people = people.rename(columns={"annotator_id": "annotator"})
    shuffled = people.assign(country=np.random.default_rng(0).permutation(people["country"]))
    rows: list[dict[str, object]] = []
    for who, own in (("as they are", people), ("shuffled", shuffled)):
        found = group_divergence(votes, own, min_size=MIN_GROUP)
        tested = found[found["p"].notna()]
        widest = tested.loc[tested["gap"].abs().groupby(tested["group"]).idxmax()]
        rows += [
            {
                "countries": who,
                "group": row["group"],
                "annotators": row["n_annotators"],
                "widest gap": row["class"],
                "gap": row["gap"],
                "95 % interval": f"{row['low']:.4f} … {row['high']:.4f}",
                "adjusted p": row["p_adjusted"],
                "found": row["status"],
            }
            for _, row in widest.iterrows()
        ]
    return rows


PARTS: dict[str, tuple[str, Callable[[], list[dict[str, object]]]]] = {
    "alpha": ("Krippendorff's α", alpha),
    "clickers": ("Random clickers, found without gold", clickers),
    "copiers": ("Copiers, of everybody with 50 common comments", copiers),
    "groups": (f"Groups of {MIN_GROUP} annotators or more, civil_comments", groups),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(PARTS))
    options = parser.parse_args()
    if not DATA.is_dir():
        raise SystemExit(MISSING)
    for name in options.only.split(","):
        title, part = PARTS[name]
        print(f"{title}\n\n{table(part())}\n", flush=True)


if __name__ == "__main__":
    main()
