"""What the terminal says of honeypots is of use to somebody."""

from __future__ import annotations

import pandas as pd

from labeling_pipeline.core.honeypot_report import ALL, accuracy_parts
from labeling_pipeline.report.honeypots import honeypot_lines
from labeling_pipeline_tests.core.test_honeypot_health import answers, bank


def test_annotators_with_too_few_answers_are_told_beside_those_measured() -> None:
    said = answers(3)
    few = said[said["annotator_id"].isin(sorted(said["annotator_id"].unique())[1:])].groupby("annotator_id").head(2)
    one = said[said["annotator_id"] == said["annotator_id"].min()]
    table = accuracy_parts(pd.concat([one, few]), bank())
    n = table.loc[table["annotator_id"] != ALL, "annotator_id"].nunique()
    violations = pd.DataFrame({"rule": pd.Series(dtype="str")})
    lines = honeypot_lines({"honeypot_accuracy": table, "honeypot_violations": violations})
    told = next(line for line in lines if "one by one" in line)
    assert f"1 of {n:,} annotators are measured one by one" in told
    assert "the others answered 2 honeypots in the median, under honeypots.min_answers" in told
