"""Settings of quality: gate, honeypots, experts, gold, slices, people; and what a table of settings is.

Belongs here: those tables. Does not: the others, and reading ``labeling.toml`` (``settings``).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Usd = Annotated[float, Field(ge=0)]


class Section(BaseModel):
    """A table of ``labeling.toml``; an unknown key is an error, since a misspelt threshold must not go unnoticed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class QualitySettings(Section):
    """The gate. Thresholds may be set per class: min_confidence_by_class = { threats = 0.9 }"""

    min_confidence: Share = Field(0.6, description="probability of the label below which an expert is asked")
    min_confidence_by_class: dict[str, Share] = Field(default_factory=dict, description="the same, per class")
    min_confidence_by_slice: dict[str, Share] = Field(
        default_factory=dict, description="the same, per slice; the strictest that applies counts"
    )
    min_votes: Positive = Field(2, description="votes below which a label is not trusted")
    min_votes_by_class: dict[str, Positive] = Field(default_factory=dict, description="the same, per class")
    min_votes_by_slice: dict[str, Positive] = Field(default_factory=dict, description="the same, per slice")
    min_agreement: Share = Field(0.0, description="share of agreeing pairs of votes on a comment; 0 turns the rule off")
    min_agreement_by_class: dict[str, Share] = Field(default_factory=dict, description="the same, per class")
    min_agreement_by_slice: dict[str, Share] = Field(default_factory=dict, description="the same, per slice")
    max_paused_share: Share = Field(
        0.5, description="of the votes for a label, those by annotators paused later, from which an expert is asked"
    )
    batch_statistic: str = Field("krippendorff_alpha", description="agreement statistic a whole round is held against")
    min_batch_agreement: Share | None = Field(
        None,
        examples=[0.85],
        description="a round under this value goes to experts whole; none by default: real toxicity crowds"
        " reach .13-.58, and the source's .85 would block every one of them",
    )
    four_eyes: tuple[str, ...] = Field((), description="classes whose verdict needs two experts who agree")
    expert_accuracy: Share = Field(0.95, description="confidence of a verdict whose expert stated none")


class HoneypotSettings(Section):
    """Known answers mixed in unseen."""

    rate: Annotated[float, Field(ge=0, le=0.5)] = Field(0.05, description="share of an annotator's assignments")
    bank_share: Share = Field(0.5, description="share of fit gold kept for the honeypot bank")
    min_answers: Positive = Field(5, description="answers below which an accuracy is called insufficient")
    bar: Share = Field(
        0.5, description="accuracy an annotator must not be shown to be under (20 to 1); below it, they are paused"
    )
    reinstated: tuple[str, ...] = Field((), description="annotators under the bar who go on all the same")
    max_exposures: Positive = Field(200, description="annotators who may see one honeypot before it is worn out")
    short_bank: Literal["fewer", "refuse"] = Field(
        "fewer",
        description='where the bank is too small for the rate: "fewer" honeypots, counted as a violation, or "refuse"'
        " to hand the round out",
    )


class VendorSettings(Section):
    """Accepting or returning what is delivered, one file of votes at a time, by the answers that are known."""

    accept_batches: bool = Field(
        False,
        description="judge each file of votes by a sampling plan; a returned one does not count, is not paid, and lies"
        " in outbox/rework. Agree with your vendor on the two rates below first",
    )
    good_error_rate: Share = Field(0.25, description="error rate up to which a batch is good")
    bad_error_rate: Share = Field(0.40, description="error rate from which a batch is bad")
    producer_risk: Annotated[float, Field(gt=0, lt=1)] = Field(0.05, description="good batches returned, at most")
    consumer_risk: Annotated[float, Field(gt=0, lt=1)] = Field(0.10, description="bad batches accepted, at most")


class AdjudicationSettings(Section):
    """The experts' queue."""

    capacity: Count = Field(500, description="verdicts the experts can give in one round")
    budget_usd: Usd | None = Field(
        None, examples=[1000.0], description="USD that may be spent on the queue of one round; none: no limit"
    )
    wrong_usd: Usd = Field(20.0, description="what a wrong label costs, USD; orders the queue and stops at its price")
    wrong_usd_by_class: dict[str, Usd] = Field(default_factory=dict, description="the same, per true class")
    minutes: Annotated[float, Field(gt=0)] = Field(3.0, description="expert minutes a verdict takes")
    context_minutes: Annotated[float, Field(ge=0)] = Field(1.0, description="minutes more where context is to be read")
    sla_hours: Annotated[float, Field(gt=0)] = Field(72.0, description="hours within which a verdict is due")
    double_share: Share = Field(
        0.05, description="share of the comments with a verdict that a second expert decides, blind"
    )


class ReviewSettings(Section):
    """Experts look at labels on which all annotators agree."""

    per_round: Count = Field(60, description="unanimous labels of every finished round that experts look at")
    statistic: str = Field(
        "gwet_ac1", description="agreement statistic beside the accuracy; steady in one-class slices"
    )
    tolerated_error: Share = Field(0.05, description="share overturned that is no alarm yet")
    family_error: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.05, description="chance of any false alarm over all slices of one report"
    )


class GoldSettings(Section):
    """From verdicts to gold."""

    promote: bool = Field(True, description="comments on which two experts agree become gold by themselves")
    promote_batch: Positive = Field(20, description="comments experts must have made ready before the set changes")
    hold_days: Count = Field(
        14, description="days for which drawn comments are kept out of exports, until two experts made them gold or not"
    )
    hold_share: Share = Field(
        0.1, description="of a round's comments, that may be kept out; larger draws are not waited for"
    )
    drop: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.05, description="drop of a recall that gold should make visible"
    )


class PeopleSettings(Section):
    """Those who read what nobody should have to read."""

    harmful: tuple[str, ...] = Field(("threats", "threat", "hate"), description="classes that are counted as exposure")
    daily_cap: Count = Field(50, description="harmful comments one person is given on one day; 0 is none at all")
    blur: bool = Field(True, description="texts that may be harmful are shown blurred until asked for")


class SliceDefinition(Section):
    """What is in a slice; one of pattern, glossary, sql, examples, terms."""

    pattern: str | None = Field(None, description="regular expression found in the text")
    glossary: tuple[str, ...] = Field((), description="terms, as whole words")
    sql: str | None = Field(None, description="condition on raw_comments, as after WHERE")
    examples: tuple[str, ...] = Field((), description="comment ids of a discovered cluster")
    likeness: Share = Field(0.5, description="cosine to the examples' mean from which a text belongs to them")
    terms: dict[str, float] = Field(
        default_factory=dict, description="terms of a discovered cluster, each with its weight (slices propose)"
    )
    at_least: float = Field(1.0, description="what the terms of a text must weigh together")
    note: str = Field("", description="for readers")


class SliceSettings(Section):
    """Named subsets of comments, by tag (a slice column) or by rule."""

    watched: tuple[str, ...] = Field((), description="slices reported first, and protected by the promotion gate")
    define: dict[str, SliceDefinition] = Field(
        default_factory=dict, description='slices by rule: define.long_ones = { sql = "length(text) > 500" }'
    )
