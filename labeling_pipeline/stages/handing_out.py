"""Handing a round to those who answer it: who is asked what, with which honeypots, and what they are spared.

Belongs here: what the home knows of people, honeypots and harm when work goes out. Does not: opening a round
(``stages.annotation``), the deal (``core.assignment``), or how a platform is reached (``platforms``).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from labeling_pipeline.core.assignment import assign
from labeling_pipeline.core.honeypots import Honeypots, honeypot_bank, rate_report
from labeling_pipeline.core.matching import Known
from labeling_pipeline.core.people import HARMFUL_FROM, Limits, limits
from labeling_pipeline.platforms import Work, open_platform
from labeling_pipeline.stages.engine import Append, Context, Result
from labeling_pipeline.stages.overlap import MORE_VOTES, crowd_skill, doubts

# A vendor's delivery is never quite complete; a round with this share of its comments answered is over.
COMPLETE_SHARE = 0.9


def hand_out(context: Context, states: pd.DataFrame) -> Result:
    """The crowd rounds that nobody has answered yet go to the platform; what was asked of whom, and of what harm.

    ``states``: how far every round is (query rounds_state). Where people are at their daily cap, comments wait for
    another day, and go out then as a further part of their round.
    """
    unasked = context.query("comments_to_publish")
    unasked = unasked[~unasked["comment_id"].isin(context.recorded_comments())]
    by_name, desk = states.set_index("labeling_round"), _Desk(context)
    platform = open_platform(context.settings.platform.name, context.home.root, context.settings.simulated.seed)
    published, waits = [], []
    for name, comments in unasked.groupby("labeling_round"):
        state = by_name.loc[name]
        if not state["is_open"]:
            continue
        items, part = desk.assignments(str(name), comments), 1 + int(comments["n_parts"].iloc[0])
        at = state["published_at"].to_pydatetime() if part == 1 else context.now
        if len(items):
            blur = context.settings.people.blur
            nobody_named = bool(items["annotator_id"].isna().all())
            answers = desk.votes_wanted(comments) if nobody_named else 1
            platform.publish(Work(int(str(name)), "crowd", context.ontology, items, at, part, blur, answers))
            published.append(items.drop(columns="text").assign(published_at=at, labeling_round=name))
        left = desk.harmful(comments[~comments["comment_id"].isin(items["comment_id"])])
        waits.append(pd.DataFrame({"labeling_round": name, "comment_id": left, "tried_at": desk.today}))
    return _written(context, desk, published, waits)


def honeypots_of(context: Context) -> pd.DataFrame:
    """The bank, with texts: comment_id, label, text, …"""
    gold = context.query("gold_by_role", role="fit").dropna(subset="text")
    chosen = honeypot_bank(gold, context.settings.honeypots.bank_share)
    return gold[gold["comment_id"].isin(chosen["comment_id"])]


def comments_to_ask(context: Context) -> pd.Series:
    """Comments no round has asked yet. The honeypot bank is not among them: what was asked openly measures nobody."""
    comments = context.query("comments_to_ask", schema_version=context.ontology.schema_version)["comment_id"]
    if not context.settings.honeypots.rate:
        return comments
    return comments[~comments.isin(honeypots_of(context)["comment_id"])]


def handing_out_is_wanted(context: Context) -> bool:
    """Whether comments wait for people to have room, and it is another day than the last on which that was tried."""
    tried = context.query("last_tried")["tried_at"].iloc[0]
    return not context.is_over and not pd.isna(tried) and pd.Timestamp(context.now).normalize() > tried


def _written(context: Context, desk: _Desk, published: list[pd.DataFrame], waits: list[pd.DataFrame]) -> Result:
    waiting = pd.concat(waits, ignore_index=True) if waits else pd.DataFrame(columns=["labeling_round", "comment_id"])
    replace = {"waiting_for_room": waiting} if len(waiting) or context.count("waiting_for_room") else {}
    if not published:
        return Result(0, {"waiting_for_room": len(waiting)} if len(waiting) else {}, replace=replace)
    assignments = pd.concat(published, ignore_index=True)
    exposed = desk.exposures(assignments)
    # A round that others assign names nobody, and is measured when its answers are in (``stages.standing``).
    report = rate_report(assignments, context.settings.honeypots.rate)
    metrics = {
        "honeypot_rate_off": int((report["standing"] == "off").sum()),
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
    handed_out: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["annotator_id", "comment_id"]))

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
        """Honeypots that still measure: comment_id, text."""
        bank = honeypots_of(self.context)
        return bank[~bank["comment_id"].isin(self.context.query("honeypots_retired")["comment_id"])]

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
        now = self.handed_out["comment_id"].value_counts()
        shown = self._shown.add(now, fill_value=0).reindex(self.bank["comment_id"]).fillna(0)
        most = self.context.settings.honeypots.max_exposures
        return {str(one): max(most - int(n), 0) for one, n in shown.items()}

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
            settings.honeypots.short_bank if is_ours else "fewer",
        )
        asked = assign(
            comments,
            free if is_ours else ["vendor"],
            per_comment if is_ours else 1,
            settings.simulated.seed,
            int(name),
            honeypots=pots,
            asked=None if pd.isna(wave) or not is_ours else self.context.query("asked_before"),
            people=people if is_ours else None,
            known=self.known(comments),
        )
        if not is_ours:
            return asked.assign(annotator_id=None)
        self.handed_out = pd.concat([self.handed_out, asked[["annotator_id", "comment_id"]]], ignore_index=True)
        return asked

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
