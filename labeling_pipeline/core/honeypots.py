"""Assignments with a known answer, mixed in unseen, to measure an annotator.

Belongs here: the bank, how many each annotator needs, which come next, and the accuracy measured. Does not: publishing
them (``platforms``), or pausing an annotator (``core.reliability``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from labeling_pipeline.core.errors import InputError, SettingError
from labeling_pipeline.core.rates import jeffreys
from labeling_pipeline.core.stable_hash import unit_hash

BANK_SALT = 5_871  # another draw than roles and holdouts, so that the three are independent


def honeypot_bank(gold: pd.DataFrame, share: float = 0.5) -> pd.DataFrame:
    """The comments that become honeypots: a stable share of the gold whose role is ``fit``.

    ``gold``: comment_id, label, role. Membership depends on the comment alone, so the bank grows and never reshuffles;
    gold that measures or is sealed is never in it. Returns comment_id, label, sorted by comment_id.
    """
    if not 0 <= share <= 1:
        raise SettingError(f"honeypots.bank_share = {share}", expected="a number from 0 to 1")
    fit = gold[gold["role"] == "fit"]
    chosen = fit[unit_hash(fit["comment_id"], BANK_SALT) < share]
    return chosen[["comment_id", "label"]].sort_values("comment_id", ignore_index=True)


def honeypots_needed(assignments: int, rate: float) -> int:
    """Honeypots to mix into an annotator's real assignments so that they make up ``rate`` of the whole.

    >>> honeypots_needed(10_000, 0.05)
    526
    """
    if not 0 <= rate < 1:
        raise SettingError(f"honeypots.rate = {rate}", expected="a number from 0 up to, not including, 1")
    return round(assignments * rate / (1 - rate))


def mix_in(
    real: pd.DataFrame, bank: pd.DataFrame, rate: float, *, seen: pd.DataFrame | None = None, seed: int = 0
) -> pd.DataFrame:
    """Each annotator's assignments with honeypots at the rate, shuffled; nobody gets one they have seen.

    ``real``: comment_id, annotator_id. ``seen``: the same columns, of honeypots already answered. Returns comment_id,
    annotator_id, is_honeypot, in an order that gives nothing away.
    Raises InputError with the bank size needed when the bank is too small for someone.
    """
    known: dict[str, set[str]] = {}
    if seen is not None:
        for annotator, rows in seen.groupby("annotator_id"):
            known[str(annotator)] = set(rows["comment_id"])
    parts = []
    for annotator, rows in real.groupby("annotator_id", sort=True):
        wanted = honeypots_needed(len(rows), rate)
        # A comment this annotator gets as a real one cannot be their honeypot, too.
        taken = known.get(str(annotator), set()) | set(rows["comment_id"])
        free = [c for c in bank["comment_id"] if c not in taken]
        if wanted > len(free):
            raise InputError(
                f"annotator {annotator} needs {wanted} unseen honeypots, the bank has {len(free)}",
                expected=f"{wanted - len(free)} more in the bank",
                remedy="add gold with role fit, raise honeypots.bank_share, or lower honeypots.rate",
            )
        order = np.argsort(unit_hash([f"{annotator}:{c}" for c in free], seed), kind="stable")
        pots = pd.DataFrame({"comment_id": [free[i] for i in order[:wanted]], "annotator_id": annotator})
        both = pd.concat(
            [rows[["comment_id", "annotator_id"]].assign(is_honeypot=False), pots.assign(is_honeypot=True)]
        )
        parts.append(both.iloc[np.argsort(unit_hash([f"{annotator}|{c}" for c in both["comment_id"]], seed + 1))])
    if not parts:
        return real[["comment_id", "annotator_id"]].assign(is_honeypot=False)
    return pd.concat(parts, ignore_index=True)


def honeypot_accuracy(
    answers: pd.DataFrame, bank: pd.DataFrame, *, by: Sequence[str] = ("annotator_id",), min_answers: int = 5
) -> pd.DataFrame:
    """Accuracy on honeypots with its 95 % interval, per annotator (or per any columns).

    ``answers``: annotator_id, comment_id, label; those not about the bank are left out. Returns the columns of ``by``,
    value, low, high (Jeffreys interval), n, standing: "insufficient" under ``min_answers`` answers, else "measured".

    >>> answers = pd.DataFrame({"annotator_id": ["a"] * 2, "comment_id": ["x", "y"], "label": ["s", "s"]})
    >>> bank = pd.DataFrame({"comment_id": ["x", "y"], "label": ["s", "s"]})
    >>> honeypot_accuracy(answers, bank)["standing"].tolist()
    ['insufficient']
    """
    truth = bank.set_index("comment_id")["label"]
    about = answers[answers["comment_id"].isin(truth.index)]
    right = (about["label"].to_numpy() == about["comment_id"].map(truth).to_numpy()).astype(np.float64)
    grouped = about[list(by)].assign(right=right).groupby(list(by), sort=True)["right"].agg(["sum", "size"])
    hits, n = grouped["sum"].to_numpy(), grouped["size"].to_numpy()
    table = grouped.index.to_frame(index=False)
    table["value"] = hits / np.maximum(n, 1)
    table["low"], table["high"] = jeffreys(hits, n)
    table["n"] = n
    table["standing"] = np.where(n < min_answers, "insufficient", "measured")
    return table
