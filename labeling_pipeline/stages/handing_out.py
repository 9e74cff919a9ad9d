"""Handing a round to those who answer it: who is asked what, with which honeypots, and what they are spared.

Belongs here: what the home knows of people, honeypots and harm when work goes out. Does not: opening a round
(``stages.annotation``), the deal (``core.assignment``), or how a platform is reached (``platforms``).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from labeling_pipeline.core.assignment import assign
from labeling_pipeline.core.honeypot_deal import told_apart
from labeling_pipeline.core.honeypots import Honeypots, ShortBankError, honeypot_bank, honeypots_missing, rate_report
from labeling_pipeline.core.matching import Known
from labeling_pipeline.core.opaque_ids import concealed
from labeling_pipeline.core.people import HARMFUL_FROM, Limits, limits
from labeling_pipeline.platforms import Work, open_platform
from labeling_pipeline.stages.engine import Append, Context, Result, digest
from labeling_pipeline.stages.honeypot_shortage import ANYBODY, Shortage, as_metrics, shortage, still_out
from labeling_pipeline.stages.overlap import MORE_VOTES, crowd_skill, doubts

# A vendor's delivery is never quite complete; a round with this share of its comments answered is over.
COMPLETE_SHARE = 0.9
GIVEN = ["annotator_id", "comment_id", "is_honeypot", "n"]


def hand_out(context: Context, states: pd.DataFrame) -> Result:
    """The crowd rounds that nobody has answered yet go to the platform; what was asked of whom, and of what harm.

    ``states``: how far every round is (query rounds_state). Where people are at their daily cap, comments wait for
    another day, and go out then as a further part of their round. A round for which the honeypot bank is too small,
    where it is to refuse, waits for a larger one; nothing but more of its own kind waits for it.
    """
    is_out, last = states["is_open"] & (states["kind"] == "crowd"), context.state().get("crowd_votes")
    short = still_out(last.metrics, set(states.loc[is_out, "labeling_round"])) if last else []
    by_name, desk, done = states.set_index("labeling_round"), _Desk(context, short=short), _HandedOut()
    if not is_out.any():
        return _written(context, desk, done)
    unasked = context.query("comments_to_publish")
    unasked = unasked[~unasked["comment_id"].isin(context.recorded_comments())]
    platform = open_platform(context.settings.platform.name, context.home.root, context.settings.simulated.seed)
    for key, comments in unasked.groupby("labeling_round"):
        name, part = str(key), 1 + int(comments["n_parts"].iloc[0])
        state = by_name.loc[name]
        if not state["is_open"]:
            continue
        try:
            items = desk.assignments(name, comments)
        except ShortBankError as error:
            done.refuse(name, error, is_out=part > 1)
            done.wait(name, comments["comment_id"].tolist() if part > 1 else [], desk.today)
            continue
        at = state["published_at"].to_pydatetime() if part == 1 else context.now
        if len(items):
            answers = desk.votes_wanted(comments) if items["annotator_id"].isna().all() else 1
            shown = concealed(items, context.settings.platform.id_key)
            blur = context.settings.people.blur
            platform.publish(Work(int(name), "crowd", context.ontology, shown, at, part, blur, answers))
            done.published.append(items.drop(columns="text").assign(published_at=at, labeling_round=name))
        left = desk.harmful(comments[~comments["comment_id"].isin(items["comment_id"])])
        done.wait(name, left, desk.today)
    return _written(context, desk, done)


def honeypots_of(context: Context) -> pd.DataFrame:
    """The bank, with texts: comment_id, label, text, …"""
    gold = context.query("gold_by_role", role="fit").dropna(subset="text")
    chosen = honeypot_bank(gold, context.settings.honeypots.bank_share)
    return gold[gold["comment_id"].isin(chosen["comment_id"])]


def comments_to_ask(context: Context) -> pd.Series:
    """Comments no round has asked yet, and not those that only gold brought in: their labels are known.

    The honeypot bank is not among them either: what was asked openly measures nobody.
    """
    comments = context.query("comments_to_ask", schema_version=context.ontology.schema_version)["comment_id"]
    if not context.settings.honeypots.rate:
        return comments
    return comments[~comments.isin(honeypots_of(context)["comment_id"])]


def handing_out_is_wanted(context: Context) -> bool:
    """Whether what waits may go out now.

    Comments wait for people to have room, and are tried once a day; a refused round waits for another bank.
    """
    tried = context.query("last_tried")["tried_at"].iloc[0]
    if not context.is_over and not pd.isna(tried) and pd.Timestamp(context.now).normalize() > tried:
        return True
    last = context.state().get("crowd_votes")
    refused_with = last.metrics.get("refused_with") if last else None
    return refused_with is not None and refused_with != _bank_version(context)


def active_bank(context: Context) -> pd.DataFrame:
    """Honeypots that still measure, with texts."""
    bank = honeypots_of(context)
    return bank[~bank["comment_id"].isin(context.query("honeypots_retired")["comment_id"])]


def _bank_version(context: Context) -> str:
    """What decides whether a round finds honeypots enough."""
    people = context.query("crowd_annotators")["annotator_id"].tolist()
    settings = context.settings.honeypots.model_dump(mode="json")
    return digest(active_bank(context)["comment_id"].tolist(), people, settings)


@dataclass
class _HandedOut:
    """What became of the rounds of one pass: rows of ``assignments`` and ``waiting_for_room``, and what was refused."""

    published: list[pd.DataFrame] = field(default_factory=list)
    waits: list[pd.DataFrame] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    refused_rounds: list[str] = field(default_factory=list)

    def refuse(self, name: str, why: ShortBankError, *, is_out: bool) -> None:
        """This round waits for a larger bank; ``is_out``: after a part of it went out, which is to be answered."""
        self.refused.append(f"round {name} is not handed out: {why}")
        self.refused_rounds += [] if is_out else [name]

    def wait(self, name: str, comments: list[str], today: pd.Timestamp) -> None:
        """These comments of a round are tried again on another day."""
        self.waits.append(pd.DataFrame({"labeling_round": name, "comment_id": comments, "tried_at": today}))


def _written(context: Context, desk: _Desk, done: _HandedOut) -> Result:
    columns = ["labeling_round", "comment_id"]
    waiting = pd.concat(done.waits, ignore_index=True) if done.waits else pd.DataFrame(columns=columns)
    replace = {"waiting_for_room": waiting} if len(waiting) or context.count("waiting_for_room") else {}
    metrics = as_metrics(desk.short)
    if done.refused:
        metrics |= {"refused": "; ".join(done.refused), "refused_with": _bank_version(context)}
        metrics["refused_rounds"] = ",".join(done.refused_rounds)
    if not done.published:
        waits = {"waiting_for_room": len(waiting)} if len(waiting) else {}
        return Result(0, metrics | waits, replace=replace)
    assignments = pd.concat(done.published, ignore_index=True)
    exposed = desk.exposures(assignments)
    # A round that others assign names nobody, and is measured when its answers are in (``stages.standing``).
    report = rate_report(assignments, context.settings.honeypots.rate)
    metrics |= {
        "honeypot_rate_off": int((report["standing"] == "off").sum()),
        "honeypots_told_apart": sum(len(told_apart(one)) for one in done.published),
        "harmful_handed_out": len(exposed),
        "waiting_for_room": len(waiting),
    }
    append = {"assignments": Append(assignments, ("assignment_id",))}
    if len(exposed):
        append["exposures"] = Append(exposed, ("person_id", "comment_id", "source", "day"))
    return Result(len(assignments), metrics, replace=replace, append=append)


@dataclass
class _Desk:
    """What is known while work goes out: asked of the warehouse once, and with it what this pass handed out already."""

    context: Context
    handed_out: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=GIVEN))
    short: list[Shortage] = field(default_factory=list)

    @property
    def today(self) -> pd.Timestamp:
        """Midnight, since exposure is counted by the day."""
        return pd.Timestamp(self.context.now).normalize()

    @cached_property
    def crowd(self) -> pd.DataFrame:
        """Whom we may ask, with what they agreed to."""
        return self.context.query("crowd_annotators")

    @cached_property
    def harm(self) -> pd.DataFrame:
        """Comments that count as exposure: comment_id, class, expected."""
        harmful = list(self.context.settings.people.harmful)
        return self.context.query("harm_expected", harmful=harmful, least=HARMFUL_FROM)

    @cached_property
    def bank(self) -> pd.DataFrame:
        """Honeypots that still measure: comment_id, text, …"""
        return active_bank(self.context)

    @cached_property
    def _given(self) -> pd.Series:
        settings, today = self.context.settings.people, self.today.to_pydatetime()
        read = self.context.query("harmful_given", day=today, harmful=list(settings.harmful))
        return read.set_index("person_id")["n"]

    @cached_property
    def _shown(self) -> pd.Series:
        return self.context.query("honeypot_exposures").set_index("comment_id")["n"]

    @cached_property
    def _seen(self) -> pd.DataFrame:
        return self.context.query("honeypots_seen")

    def people(self) -> Limits:
        """What each may still be given today."""
        now = self.handed_out[self.handed_out["comment_id"].isin(self.harm["comment_id"])]["annotator_id"]
        given = self._given.add(now.value_counts(), fill_value=0)
        counts = {str(who): int(n) for who, n in given.items()}
        today = limits(self.crowd, counts, self.context.settings.people.daily_cap)
        return replace(today, harmful=frozenset(self.harm["comment_id"]))

    def room(self) -> dict[str, int]:
        """How many annotators may still see each honeypot."""
        now = self.handed_out.groupby("comment_id")["n"].sum()
        shown = self._shown.add(now, fill_value=0).reindex(self.bank["comment_id"]).fillna(0)
        most = self.context.settings.honeypots.max_exposures
        return {str(one): max(most - int(n), 0) for one, n in shown.items()}

    def owed(self, answers: int) -> dict[str, float]:
        """Honeypots everybody is short of, by rounding so far; ``answers``: how many a line that names nobody asks."""
        rate, n = self.context.settings.honeypots.rate, self.context.settings.labeling.votes_per_comment
        before = self.context.query("honeypots_given", votes_per_comment=n).set_index("annotator_id")
        now = self.handed_out.groupby(["annotator_id", "is_honeypot"])["n"].sum().unstack(fill_value=0)
        real = before["n_real"].add(now.get(False, pd.Series(dtype=int)), fill_value=0)
        pots = before["n_honeypots"].add(now.get(True, pd.Series(dtype=int)), fill_value=0)
        short = real * rate / (1 - rate) - pots
        return {str(who): float(n) / (answers if who == ANYBODY else 1) for who, n in short.items()}

    def votes_wanted(self, comments: pd.DataFrame) -> int:
        """How many annotators a round asks about each of its comments."""
        wave = comments["votes_per_comment"].iloc[0]
        return self.context.settings.labeling.votes_per_comment if pd.isna(wave) else int(wave)

    def harmful(self, comments: pd.DataFrame) -> list[str]:
        """Those of the comments that count as exposure."""
        return comments.loc[comments["comment_id"].isin(self.harm["comment_id"]), "comment_id"].tolist()

    def assignments(self, name: str, comments: pd.DataFrame) -> pd.DataFrame:
        """Who is asked what; where fewer annotators are known than votes are wanted, the vendor chooses them."""
        settings, wave = self.context.settings, comments["votes_per_comment"].iloc[0]
        per_comment = self.votes_wanted(comments)
        people = self.people()
        free = [one for one in self.crowd["annotator_id"] if one not in people.away]
        is_ours = len(free) >= per_comment
        pots = Honeypots(
            self.bank[["comment_id", "text"]],
            settings.honeypots.rate,
            pd.concat([self._seen, self.handed_out], ignore_index=True),
            self.room(),
            settings.honeypots.short_bank,
            self.owed(per_comment),
        )
        asked = assign(
            comments,
            free if is_ours else [ANYBODY],
            per_comment if is_ours else 1,
            settings.simulated.seed,
            int(name),
            honeypots=pots,
            asked=None if pd.isna(wave) or not is_ours else self.context.query("asked_before"),
            people=people if is_ours else None,
            known=self.known(comments),
        )
        part, missing = 1 + int(comments["n_parts"].iloc[0]), honeypots_missing(asked, pots)
        if (short := shortage(name, part, settings.honeypots.rate, missing, asked)) is not None:
            self.short.append(short)
        given = asked.assign(n=1 if is_ours else per_comment)[GIVEN]
        self.handed_out = pd.concat([self.handed_out, given], ignore_index=True) if len(self.handed_out) else given
        return asked if is_ours else asked.assign(annotator_id=None)

    def known(self, comments: pd.DataFrame) -> Known | None:
        """What helps to choose whom to ask for one more vote; of any other round chance decides."""
        return self._known if comments["reason"].iloc[0] == MORE_VOTES else None

    @cached_property
    def _known(self) -> Known:
        return Known(doubts(self.context), crowd_skill(self.context))

    def exposures(self, assignments: pd.DataFrame) -> pd.DataFrame:
        """The harm that was handed out, as it is logged: a row per person and comment."""
        named = assignments[assignments["annotator_id"].notna()].rename(columns={"annotator_id": "person_id"})
        rows = named[["person_id", "comment_id"]].merge(self.harm, on="comment_id")
        return rows.assign(day=self.today, source="round").drop_duplicates(["person_id", "comment_id"])
