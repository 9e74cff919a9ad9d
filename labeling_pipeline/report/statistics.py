"""What agreement statistics are called. Belongs here: their names. Does not: the statistics (``core.agreement``)."""

from __future__ import annotations

from typing import NamedTuple


class StatisticName(NamedTuple):
    """For a line, for a table, and what it is, for who has not met it."""

    short: str
    name: str
    what: str


STATISTICS: dict[str, StatisticName] = {
    "krippendorff_alpha": StatisticName(
        "α", "Krippendorff's α", "all annotators, missing votes allowed, corrected for chance"
    ),
    "fleiss_kappa": StatisticName("Fleiss' κ", "Fleiss' κ", "all annotators, corrected for chance"),
    "cohen_kappa": StatisticName("Cohen's κ", "Cohen's κ", "mean over pairs of annotators, corrected for chance"),
    "gwet_ac1": StatisticName("AC1", "Gwet's AC1", "corrected for chance, steady where one class dominates"),
    "percent_agreement": StatisticName(
        "percent", "percent agreement", "share of agreeing pairs, not corrected for chance"
    ),
}


def short_name(statistic: str) -> str:
    """What a line calls a statistic: its own name where it has no shorter one.

    >>> short_name("gwet_ac1"), short_name("mine")
    ('AC1', 'mine')
    """
    return STATISTICS[statistic].short if statistic in STATISTICS else statistic
