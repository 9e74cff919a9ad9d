"""Every statistic equals the published worked examples of its inventor."""

from __future__ import annotations

import pandas as pd
import pytest

from labeling_pipeline.core.agreement import agreement, pairwise_kappa

# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section C: 4 coders, 12 units, missing data.
# The same table is Gwet's `cac.raw4raters` (irrCAC, Handbook of Inter-Rater Reliability).
FOUR_CODERS = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""
# Fleiss (1971), table 1: 30 patients, 6 psychiatrists each, 5 diagnoses.
DIAGNOSES = """
00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""
# Gwet, `cont3x3abstractors` (irrCAC): 100 abstracts, two abstractors.
ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
# Cohen (1960) style 2 × 2 tables with the same 60 % agreement and different margins.
EVEN_MARGINS = [[45, 15], [25, 15]]
UNEVEN_MARGINS = [[25, 35], [5, 35]]


def four_coders() -> pd.DataFrame:
    rows = [
        (f"unit-{unit}", f"coder-{coder}", label)
        for coder, line in enumerate(FOUR_CODERS.split("\n")[1:-1])
        for unit, label in enumerate(line.split())
        if label != "."
    ]
    return pd.DataFrame(rows, columns=["task", "annotator", "label"])


def from_counts(table: str) -> pd.DataFrame:
    rows = [
        (f"patient-{patient}", diagnosis)
        for patient, counts in enumerate(table.split())
        for diagnosis, n in enumerate(counts)
        for _ in range(int(n))
    ]
    return pd.DataFrame(rows, columns=["task", "label"])


def from_table(table: list[list[int]]) -> pd.DataFrame:
    rows, task = [], 0
    for first, line in enumerate(table):
        for second, n in enumerate(line):
            for _ in range(n):
                rows += [(task, "a", first), (task, "b", second)]
                task += 1
    return pd.DataFrame(rows, columns=["task", "annotator", "label"])


def value(votes: pd.DataFrame, statistic: str, **options: object) -> float:
    return agreement(votes, n_boot=0, **options)[statistic]["value"]


@pytest.mark.parametrize(
    ("statistic", "published"),
    [
        ("krippendorff_alpha", 0.743),
        ("krippendorff_alpha_ordinal", 0.815),
        ("percent_agreement", 0.818),
        ("gwet_ac1", 0.775),
        ("fleiss_kappa", 0.761),
    ],
)
def test_four_coders_with_missing_votes(statistic: str, published: float) -> None:
    assert value(four_coders(), statistic, order=list("12345")) == pytest.approx(published, abs=5e-4)


def test_fleiss_psychiatric_diagnoses() -> None:
    votes = from_counts(DIAGNOSES)
    assert len(votes) == 180
    assert value(votes, "fleiss_kappa") == pytest.approx(0.430, abs=5e-4)


@pytest.mark.parametrize(
    ("statistic", "published"),
    [("cohen_kappa", 0.7964094), ("fleiss_kappa", 0.7962397), ("gwet_ac1", 0.8493305), ("percent_agreement", 0.89)],
)
def test_two_abstractors(statistic: str, published: float) -> None:
    assert value(from_table(ABSTRACTORS), statistic) == pytest.approx(published, abs=5e-7)


@pytest.mark.parametrize(("table", "kappa"), [(EVEN_MARGINS, 0.1304), (UNEVEN_MARGINS, 0.2593)])
def test_cohen_two_by_two(table: list[list[int]], kappa: float) -> None:
    votes = from_table(table)
    assert value(votes, "cohen_kappa") == pytest.approx(kappa, abs=5e-5)
    assert pairwise_kappa(votes)["kappa"].tolist() == [pytest.approx(kappa, abs=5e-5)]


@pytest.mark.parametrize(
    ("statistic", "published"), [("percent_agreement", 0.944), ("cohen_kappa", -0.0234), ("gwet_ac1", 0.9408)]
)
def test_gwet_paradox(statistic: str, published: float) -> None:
    # Gwet (2002), Kappa statistic is not satisfactory for assessing the extent of agreement between raters.
    assert value(from_table([[118, 5], [2, 0]]), statistic) == pytest.approx(published, abs=5e-5)


def test_weighted_statistics_by_hand() -> None:
    # Four units (1,1) (2,2) (1,2) (3,3): quadratic weights 1, .75, 0.
    votes = from_table([[1, 1, 0], [0, 1, 0], [0, 0, 1]])
    order = ["0", "1", "2"]
    assert value(votes, "gwet_ac1", order=order) == pytest.approx(0.6279, abs=5e-5)
    assert value(votes, "gwet_ac2", order=order) == pytest.approx(0.8182, abs=5e-5)
    # observed .9375, expected from margins (2,1,1)/4 and (1,2,1)/4: .6875 quadratic
    assert value(votes, "cohen_kappa_quadratic", order=order) == pytest.approx((0.9375 - 0.6875) / (1 - 0.6875))
