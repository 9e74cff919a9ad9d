"""Accepting or returning what a vendor delivers, by a sample of answers that are known.

Belongs here: the sampling plan, its two risks, the decision, and what is sent back. Does not: which answers are known
(honeypots, fit gold, verdicts), or leaving returned votes out (``stages``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from labeling_pipeline.core.errors import InputError, SettingError
from labeling_pipeline.core.rates import jeffreys

Decision = Literal["accepted", "returned", "undecided"]
BATCH_COLUMNS = (
    "batch", "n_assignments", "n_known", "n_wrong", "value", "low", "high", "sample_size", "acceptance_number",
    "producer_risk", "consumer_risk", "decision", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class Quality:
    """Error rates and the risks taken with them.

    A batch with an error rate up to ``good`` is returned with probability ``producer_risk`` at most, one of ``bad`` or
    more is accepted with probability ``consumer_risk`` at most.
    """

    good: float = 0.25
    bad: float = 0.40
    producer_risk: float = 0.05
    consumer_risk: float = 0.10

    def __post_init__(self) -> None:
        if not 0 <= self.good < self.bad <= 1:
            raise SettingError(
                f"vendor.good_error_rate = {self.good}, vendor.bad_error_rate = {self.bad}",
                expected="two error rates from 0 to 1, the good one lower",
            )
        for name in ("producer_risk", "consumer_risk"):
            if not 0 < getattr(self, name) < 1:
                raise SettingError(f"vendor.{name} = {getattr(self, name)}", expected="a number between 0 and 1")


@dataclass(frozen=True)
class Plan:
    """Look at ``sample_size`` answers, accept with up to ``acceptance_number`` wrong ones; the risks that leaves."""

    sample_size: int
    acceptance_number: int
    producer_risk: float
    consumer_risk: float

    def keeps(self, quality: Quality) -> bool:
        """Whether both risks are as small as was wanted."""
        return self.producer_risk <= quality.producer_risk and self.consumer_risk <= quality.consumer_risk


def sampling_plan(batch: int, quality: Quality) -> Plan:
    """The smallest sample of a batch of so many answers that keeps both risks, exactly; at worst the whole batch.

    Wrong answers in a sample drawn without replacement are hypergeometric; a batch "of an error rate" has the nearest
    whole number of wrong answers on the side that is easier to tell.

    Source: single sampling by attributes, Dodge & Romig 1929, doi:10.1002/j.1538-7305.1929.tb01240.x

    >>> plan = sampling_plan(1_000, Quality(good=0.01, bad=0.05))
    >>> plan.sample_size, plan.acceptance_number
    (128, 3)
    """
    if batch < 1:
        raise InputError(f"a batch of {batch} answers", expected="1 or more")
    good, bad = _wrong_in(batch, quality)
    for number in range(batch + 1):
        size = _least_sample(batch, bad, number, quality.consumer_risk)
        plan = _risks(batch, good, bad, size, number)
        if plan.keeps(quality):
            return plan
    return _risks(batch, good, bad, batch, good)


def plan_for_sample(batch: int, sample: int, quality: Quality) -> Plan:
    """The acceptance number for a sample that is given (the honeypots that were mixed in), and the risks it leaves.

    The number keeps the producer's risk and is the smallest that does; where the sample is too small the consumer's
    risk is then larger than wanted, and says so.
    """
    if not 0 <= sample <= batch:
        raise InputError(f"a sample of {sample} from {batch} answers", expected="no more than there are")
    good, bad = _wrong_in(batch, quality)
    plan = _risks(batch, good, bad, sample, 0)
    for number in range(sample + 1):
        plan = _risks(batch, good, bad, sample, number)
        if plan.producer_risk <= quality.producer_risk:
            break
    return plan


def judge_batches(answers: pd.DataFrame, known: pd.DataFrame, quality: Quality) -> pd.DataFrame:
    """Every batch accepted, returned or undecided, with the sample, the plan and both risks.

    Args:
        answers: batch, comment_id, annotator_id, label: one row per assignment delivered.
        known: comment_id, label: right answers, hidden among the rest; others of the batch are not looked at.

    Undecided is a batch that its plan would accept although the consumer's risk is larger than wanted: too few known
    answers. It counts as accepted until experts look at more. Returns columns `BATCH_COLUMNS`, one row per batch.
    """
    truth = known.drop_duplicates("comment_id").set_index("comment_id")["label"]
    rows = []
    for batch, part in answers.groupby("batch", sort=True):
        looked = part[part["comment_id"].isin(truth.index)]
        wrong = int((looked["label"].to_numpy() != looked["comment_id"].map(truth).to_numpy()).sum())
        plan = plan_for_sample(len(part), len(looked), quality)
        low, high = jeffreys(wrong, len(looked)) if len(looked) else (np.float64(0), np.float64(1))
        decision, reason = _decide(wrong, plan, quality)
        value = wrong / len(looked) if len(looked) else None
        rows.append(
            (batch, len(part), len(looked), wrong, value, float(low), float(high), plan.sample_size,
             plan.acceptance_number, plan.producer_risk, plan.consumer_risk, decision, reason)
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(BATCH_COLUMNS))


def rework(answers: pd.DataFrame, batches: pd.DataFrame) -> pd.DataFrame:
    """What goes back to the vendor: every assignment of a returned batch, once, with the reason.

    Which answers were wrong is not said: it would give the honeypots away. Returns batch, comment_id, annotator_id,
    reason, sorted.
    """
    returned = batches.loc[batches["decision"] == "returned", ["batch", "reason"]]
    rows = answers[["batch", "comment_id", "annotator_id"]].drop_duplicates().merge(returned, on="batch")
    return rows.sort_values(["batch", "comment_id", "annotator_id"], ignore_index=True)


def _decide(wrong: int, plan: Plan, quality: Quality) -> tuple[Decision, str]:
    seen = f"{wrong} of {plan.sample_size} known answers are wrong, {plan.acceptance_number} may be"
    if wrong > plan.acceptance_number:
        return "returned", f"{seen}; a good batch comes to this with probability {plan.producer_risk:.3f} at most"
    if plan.consumer_risk > quality.consumer_risk:
        return "undecided", f"{seen}; a bad batch would pass with probability {plan.consumer_risk:.2f}"
    return "accepted", f"{seen}; a bad batch comes to this with probability {plan.consumer_risk:.3f} at most"


def _wrong_in(batch: int, quality: Quality) -> tuple[int, int]:
    """Wrong answers in a batch that is just good enough, and in one that is just too bad."""
    return int(np.floor(quality.good * batch + 1e-9)), int(np.ceil(quality.bad * batch - 1e-9))


def _risks(batch: int, good: int, bad: int, sample: int, number: int) -> Plan:
    from scipy.stats import hypergeom

    producer = float(hypergeom.sf(number, batch, good, sample))
    consumer = float(hypergeom.cdf(number, batch, bad, sample))
    return Plan(sample, number, max(producer, 0.0), min(consumer, 1.0))


def _least_sample(batch: int, bad: int, number: int, risk: float) -> int:
    """The smallest sample in which a bad batch shows more wrong answers than ``number`` with the risk wanted."""
    from scipy.stats import hypergeom

    low, high = min(number + 1, batch), batch
    while low < high:
        middle = (low + high) // 2
        if hypergeom.cdf(number, batch, bad, middle) <= risk:
            high = middle
        else:
            low = middle + 1
    return low
