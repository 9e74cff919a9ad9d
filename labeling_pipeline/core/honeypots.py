"""Assignments with a known answer, mixed in unseen, to measure an annotator.

Belongs here: the bank, its size, which honeypots each annotator gets next, and the accuracy measured. Does not: the
work they are hidden in (``core.assignment``), publishing, or pausing an annotator (``core.reliability``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from labeling_pipeline.core.errors import InputError, SettingError
from labeling_pipeline.core.honeypot_deal import Alike, Shelf, deal, round_up
from labeling_pipeline.core.people import Limits
from labeling_pipeline.core.rates import jeffreys
from labeling_pipeline.core.stable_hash import unit_hash

ShortBank = Literal["refuse", "fewer"]
# Under 200 assignments one honeypot more or less moves the rate by over half a point, which then tells nothing.
RATE_LEAST, RATE_TOLERANCE = 200, 0.005
BANK_SALT = 5_871  # another draw than roles and holdouts, so that the three are independent


class ShortBankError(InputError):
    """The bank is too small for a round, and is not to give fewer."""


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


@dataclass(frozen=True)
class BankNeed:
    """What a rate asks of the bank: per annotator, of all together, and whether the bank there is will do.

    ``unseen``: with as many, none has to be on more sheets than a comment is.
    """

    per_annotator: int
    exposures: int
    needed: int
    there: int
    unseen: int

    @property
    def is_met(self) -> bool:
        return self.there >= self.needed


def bank_need(
    assignments: int, annotators: int, rate: float, *, bank: int, seen: int = 0, most_exposures: int | None = None,
    per_comment: int = 1,
) -> BankNeed:  # fmt: skip
    """How large the bank has to be for a round (or a whole campaign) of so many real assignments.

    Everyone needs different honeypots, and may share them with others; ``seen`` is how many the annotator who saw most
    has seen already. Where one honeypot may be shown ``most_exposures`` times, all exposures together ask for more.
    ``per_comment``: how many annotators get a comment, and a honeypot that counting is not to find.

    >>> bank_need(2_400_000, 240, 0.05, bank=600, per_comment=3)
    BankNeed(per_annotator=526, exposures=126316, needed=526, there=600, unseen=42106)
    >>> bank_need(2_400_000, 240, 0.05, bank=600, most_exposures=100).needed
    1264
    """
    each = honeypots_needed(-(-assignments // max(annotators, 1)), rate)
    exposures = honeypots_needed(assignments, rate)
    shared = 0 if most_exposures is None else -(-exposures // max(most_exposures, 1))
    unseen = max(each + seen, -(-exposures // max(per_comment, 1)))
    return BankNeed(each, exposures, max(each + seen, shared), bank, unseen)


def check_bank(need: BankNeed, rate: float) -> None:
    """Refuse a rate (or a cap on exposures) that the bank cannot serve. Raises InputError with the size needed."""
    if rate and not need.is_met:
        raise InputError(
            f"a honeypot rate of {rate:g} needs {need.needed} honeypots ({need.per_annotator} different ones for each "
            f"annotator, {need.exposures} exposures), the bank has {need.there}",
            expected=f"{need.needed - need.there} more in the bank",
            remedy="add gold with role fit, raise honeypots.bank_share, or lower honeypots.rate",
        )


@dataclass(frozen=True)
class Honeypots:
    """What is mixed into a round: a bank (comment_id, text), at this share of the whole.

    ``seen``: comment_id, annotator_id of honeypots already shown; nobody gets one twice. ``room``: honeypot →
    annotators who may still see it; any number where it is not named. ``short_bank``: what happens when an annotator
    needs more unseen ones than there are: "refuse", or "fewer" to hand out what there is. ``owed``: annotator →
    honeypots that earlier rounds were short of (less than 0: had too many), by rounding; never more than one counts.
    """

    bank: pd.DataFrame
    rate: float
    seen: pd.DataFrame | None = None
    room: Mapping[str, int] = field(default_factory=dict)
    short_bank: ShortBank = "fewer"
    owed: Mapping[str, float] = field(default_factory=dict)


def draw_honeypots(
    real: pd.DataFrame, pots: Honeypots, rng: np.random.Generator, people: Limits | None = None,
    before: pd.Series | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Honeypots for everyone's real assignments, so that they make up their rate of the whole, to less than one.

    ``real``: comment_id, annotator_id. Nobody gets as a honeypot what is among their real assignments, nor more harm
    than ``people`` may be given today, the harm in ``real`` included. Each honeypot goes to as many annotators as a
    comment of ``real`` does, and was seen before by as many, as far as the bank allows (``core.honeypot_deal``).
    ``before``: comment_id once for everybody who was asked about it in earlier rounds.

    Returns comment_id, text, annotator_id, is_honeypot. Raises InputError with the number missing when the bank is too
    small for someone and is to refuse.
    """
    honeypots_needed(0, pots.rate)  # a wrong rate is refused even where nobody is asked anything
    everyones, comments = _wanted(real, pots), _comments(real, before)
    names = [str(one) for one in everyones.index]
    shelf = _shelf(real, pots, everyones.index.tolist(), people or Limits())
    # Off by less than one, over all rounds together: what this rounding adds or leaves is owed the next time.
    wanted, supply = everyones.to_numpy(dtype=np.float64), shelf.supply()
    least = np.floor(wanted).astype(np.int64)  # one left out by rounding is owed
    counts, alike = round_up(wanted, supply, comments, rng)
    place, who = deal(counts, alike, shelf, rng)
    got = np.bincount(who, minlength=len(names))
    if pots.short_bank == "refuse" and len(short := np.flatnonzero(got < least)):
        _refuse(names[short[0]], int(least[short[0]]), int(got[short[0]]))
    chosen = pots.bank[["comment_id", "text"]].iloc[place].reset_index(drop=True)
    return chosen.assign(annotator_id=np.asarray(names, dtype=object)[who], is_honeypot=True)


def honeypots_missing(dealt: pd.DataFrame, pots: Honeypots) -> pd.Series:
    """What a draw was short of: annotator → honeypots missing, for those who got fewer than their rate asks for.

    ``dealt``: annotator_id, is_honeypot of everything a round gave out. One left out by rounding is owed, not missing.

    >>> one = pd.DataFrame({"annotator_id": "x", "is_honeypot": [False] * 19 + [True]})
    >>> honeypots_missing(one, Honeypots(pd.DataFrame(), 0.2)).to_dict()
    {'x': 3}
    """
    is_pot = dealt["is_honeypot"].astype(bool)
    wanted = np.floor(_wanted(dealt[~is_pot], pots))
    short = wanted - dealt.loc[is_pot, "annotator_id"].value_counts().reindex(wanted.index, fill_value=0)
    found: pd.Series = short[short > 0].astype(np.int64)
    return found


def _wanted(real: pd.DataFrame, pots: Honeypots) -> pd.Series:
    """Annotator → honeypots that belong among their real assignments, with what is owed; before rounding."""
    loads = real.groupby("annotator_id").size()
    owed = loads.index.map(lambda one: min(max(pots.owed.get(str(one), 0.0), -1.0), 1.0)).to_numpy(dtype=np.float64)
    return pd.Series(loads * (pots.rate / (1 - pots.rate)) + owed)


def _comments(real: pd.DataFrame, before: pd.Series | None) -> Alike:
    votes = real.groupby("comment_id").size()
    asked = pd.Series(dtype=np.int64) if before is None else before[before.isin(votes.index)].value_counts()
    earlier = asked.reindex(votes.index, fill_value=0)
    return Alike(votes.to_numpy().astype(np.int64), earlier.to_numpy().astype(np.int64))


def _shelf(real: pd.DataFrame, pots: Honeypots, names: list[str], limits: Limits) -> Shelf:
    """The bank while a round is made: who may still get which honeypot, and how much harm each may still be given."""
    bank = pots.bank["comment_id"].tolist()
    place, who = dict(zip(bank, range(len(bank)), strict=True)), {str(one): n for n, one in enumerate(names)}
    own = real.loc[real["comment_id"].isin(bank), ["annotator_id", "comment_id"]]
    seen = own if pots.seen is None else pd.concat([pots.seen[["annotator_id", "comment_id"]], own])
    had: dict[int, set[int]] = {}
    for annotator, comment in zip(seen["annotator_id"], seen["comment_id"], strict=True):
        if comment in place and str(annotator) in who:
            had.setdefault(place[comment], set()).add(who[str(annotator)])
    harmful, most = set(limits.harmful), np.iinfo(np.int64).max
    given = real.loc[real["comment_id"].isin(harmful), "annotator_id"].value_counts().reindex(names, fill_value=0)
    left = [0 if str(one) in limits.opted_out else limits.left.get(str(one), most) for one in names]
    shown = seen["comment_id"].iloc[: len(seen) - len(own)].value_counts().reindex(bank, fill_value=0)
    return Shelf(
        shown.to_numpy().astype(np.int64),
        np.asarray([pots.room.get(one, most) for one in bank], dtype=np.int64),
        {pot: sorted(people) for pot, people in had.items()},
        np.asarray([one in harmful for one in bank], dtype=bool),
        np.maximum(np.asarray(left, dtype=np.int64) - given.to_numpy(dtype=np.int64), 0),
    )


def _refuse(annotator: str, wanted: int, there: int) -> None:
    raise ShortBankError(
        f"annotator {annotator} needs {wanted} unseen honeypots, the bank has {there}",
        expected=f"{wanted - there} more in the bank",
        remedy="add gold with role fit, raise honeypots.bank_share, or lower honeypots.rate",
    )


def rate_report(assignments: pd.DataFrame, rate: float) -> pd.DataFrame:
    """The honeypot rate every annotator was really given, and who lies outside: for work that others assigned.

    ``assignments``: annotator_id, comment_id, is_honeypot. Returns annotator_id, n, honeypots, rate, is_rate_off
    (further than `RATE_TOLERANCE` from the one wanted, in `RATE_LEAST` assignments or more), repeated (honeypots shown
    more than once), standing: "few" under `RATE_LEAST` assignments, "off" where the rate is or a honeypot was repeated,
    else "kept".
    """
    known = assignments[assignments["annotator_id"].notna()]
    pots = known[known["is_honeypot"].astype(bool)]
    table = known.groupby("annotator_id", sort=True).size().rename("n").reset_index()
    per = pots.groupby("annotator_id")["comment_id"].agg(["size", "nunique"]).reindex(table["annotator_id"]).fillna(0)
    table["honeypots"] = per["size"].to_numpy(dtype=np.int64)
    table["rate"] = table["honeypots"] / table["n"]
    is_far = (table["rate"] - rate).abs() > RATE_TOLERANCE + 1e-12  # 11 of 200 are within
    table["is_rate_off"] = is_far & (table["n"] >= RATE_LEAST)
    table["repeated"] = (per["size"] - per["nunique"]).to_numpy(dtype=np.int64)
    is_off = table["is_rate_off"] | (table["repeated"] > 0)
    table["standing"] = np.select([table["n"] < RATE_LEAST, is_off], ["few", "off"], "kept")
    return table


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
