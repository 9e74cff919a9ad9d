"""docs/results.md says met where its own figures meet the bar beside them, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from labeling_pipeline_tests.benchmarks.consensus_accuracy import Measured
from labeling_pipeline_tests.benchmarks.results_lines import of_accuracy, of_confidence, of_speed

PAGE = (Path(__file__).parents[1] / "docs" / "results.md").read_text(encoding="utf-8")
LINE = re.compile(r"^\| (.+?) \| ([≥≤]) (\S+) \| (\S+) \| .* \| (met|\*\*not met\*\*) \|$", re.MULTILINE)


def number(cell: str) -> float:
    return float(cell.replace(",", ""))


def test_every_line_that_is_met_meets_its_bar() -> None:
    found = pd.DataFrame(LINE.findall(PAGE), columns=["what", "sign", "bar", "ours", "said"])
    above = found["ours"].map(number) - found["bar"].map(number)
    clear = above.abs() > 1e-3 * found["bar"].map(number).abs()  # figures are rounded; those on the bar say nothing
    is_met = above.where(found["sign"] == "≥", -above) >= 0
    assert len(found) > 50
    assert (is_met == (found["said"] == "met"))[clear].all()


@pytest.mark.parametrize(("ours", "said"), [(0.8951, "met"), (0.8949, "**not met**")])
def test_a_figure_below_its_bar_is_not_met(ours: float, said: str) -> None:
    plain: dict[str, object] = {"set": "dog", "our D-S": ours, "bar": 0.895, "crowd-kit D-S": 0.9, "majority": 0.8}
    line = of_accuracy(Measured(plain=[plain]))[0]
    assert line == {
        "what": "Dawid–Skene, dog",
        "bar": "≥ 0.8950",
        "ours": f"{ours:.4f}",
        "beside it": "crowd-kit 0.9000, majority 0.8000",
        "": said,
    }


def test_calibration_is_judged_where_gold_rows_are_many() -> None:
    losses = {f"{name}{of}": 0.1 for name in ("log-loss", "Brier") for of in ("", " of posterior", " of shares")}
    ranks = {"AUROC": 0.8, "of vote share, same labels": 0.81, "of vote share, majority's labels": 0.83}
    rows: list[dict[str, object]] = [
        {"set": name, "gold rows scored": n, "ECE": 0.09} | losses | ranks for name, n in (("few", 499), ("many", 500))
    ]
    said = {str(line["what"]): line[""] for line in of_confidence(Measured(confidence=rows))}
    assert "ECE, few" not in said
    assert said["ECE, many"] == "**not met**"
    assert said["AUROC, many; share on same labels"] == "met"
    assert said["AUROC, many; share on majority's labels"] == "**not met**"


def test_ten_times_the_tasks_are_set_beside_the_same_method() -> None:
    small = {"who": "ours, dawid_skene", "tasks": "800", "ids": "integer", "seconds": 2.0, "CPU s": 2.0, "peak MB": 300}
    large = small | {"tasks": "8,000", "seconds": 23.0, "peak MB": 1500}
    other = large | {"who": "ours, dawid_skene_plain", "seconds": 100.0}
    lines = of_speed([small, large, other], "800")
    assert [(line["ours"], line[""]) for line in lines] == [("11.5", "**not met**"), ("5.0", "met")]
