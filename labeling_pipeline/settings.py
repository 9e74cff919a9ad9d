"""Every knob of a home: name, default, unit, why. ``labeling.toml`` may set any of them.

Belongs here: the settings, their limits, and the errors a wrong one gives. Does not: what a stage does with them.
"""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from pydantic.fields import FieldInfo

from labeling_pipeline.core.errors import SettingError
from labeling_pipeline.core.toml_text import syntax_error
from labeling_pipeline.quality_settings import (
    AdjudicationSettings,
    Count,
    GoldSettings,
    HoneypotSettings,
    PeopleSettings,
    Positive,
    QualitySettings,
    ReviewSettings,
    Section,
    Share,
    SliceSettings,
    Usd,
    VendorSettings,
)


class InboxSettings(Section):
    """Where files arrive and what is taken from them."""

    folders: tuple[str, ...] = Field(("inbox",), description="folders of the home that are watched for files")
    settle_s: float = Field(2.0, ge=0, description="seconds a file's size and time must be still before it is taken")
    max_cell_bytes: Positive = Field(1 << 20, description="bytes of one cell; a row with a larger one is quarantined")
    slice_columns: tuple[str, ...] = Field(("slice",), description="columns of comments and gold that name slices")
    feedback_kinds: tuple[str, ...] = Field((), description="kinds of feedback beside the built-in ones")
    columns: dict[str, dict[str, str]] = Field(
        default_factory=dict, description='names in your files → ours, per kind: columns.votes.worker = "annotator_id"'
    )


class OntologySettings(Section):
    """Which ontology counts for votes that do not say."""

    assume_schema: str | None = Field(
        None, examples=["v1"], description="schema_version of votes that name none and have no date"
    )


class PlatformSettings(Section):
    """Where annotators work."""

    name: str = Field("files", description="files (outbox/tasks) or simulated (the sample home)")
    id_key: str = Field(
        "",
        description="any secret: ids in task files are made with it, so that none tells what is a honeypot; those who"
        " answer must not know it, and answers to sheets that are out are found by it",
    )


class LabelingSettings(Section):
    """How comments become tasks, and what a vote costs."""

    first_round: Literal["all"] | Positive = Field(
        "all", description='comments asked in round 1: "all", or a number drawn at random as the seed of a large pool'
    )
    votes_per_comment: Positive = Field(3, description="crowd annotators per comment and round; the first wave")
    most_votes: Positive | None = Field(
        None,
        examples=[7],
        description="adaptive overlap: a comment we handed out gets further votes, wave by wave, up to this many"
        " (7 suits real crowds), while its label is unsure and a vote is worth its price (see adjudication.wrong_usd);"
        " without it every comment gets votes_per_comment",
    )
    most_waves: Positive = Field(6, description="waves of a comment in all, the first among them")
    wave_days: Annotated[float, Field(ge=0)] = Field(1.0, description="days from handing out a wave to having it back")
    min_batch: Count = Field(0, description="assignments a vendor takes at least in one wave")
    crowd_budget_usd: Usd | None = Field(
        None,
        examples=[500.0],
        description="USD for crowd assignments, honeypots among them; nothing beyond it is handed out",
    )
    experts_first: bool = Field(
        False,
        description="comments of watched slices, and those found to need context, go to experts instead of the crowd,"
        " up to adjudication.capacity",
    )
    crowd_price_usd: Usd = Field(0.04, description="USD per crowd assignment (one annotator, one comment, one round)")
    expert_price_usd: Usd = Field(5.0, description="USD per expert verdict")


class ConsensusSettings(Section):
    """How votes become one label."""

    method: str = Field("auto", description="a method of core.consensus, or auto")
    seed: Count = Field(0, description="seed of everything random in the consensus")
    drafts_vote: bool = Field(
        False,
        description="drafts of models from elsewhere (inbox/predictions) vote as one annotator per model_version,"
        " believed as far as they prove right; they are then no source of the fusion besides",
    )


class WeakSupervisionSettings(Section):
    """Labeling functions of the home, in labeling_functions.toml or labeling_functions.py."""

    method: str = Field("auto", description="a label model of core.weak_supervision, or auto")
    class_balance: dict[str, float] = Field(
        {}, description="every class with its share of the whole stream, where that is known; {} to estimate it"
    )
    function_seconds: float = Field(
        600.0,
        gt=0,
        description="how long a Python function may be called in one run; it abstains on the rest, and is told",
    )


class FusionSettings(Section):
    """What counts beside the crowd's votes."""

    sources: tuple[Literal["weak", "draft", "signals"], ...] = Field(
        ("weak", "draft", "signals"),
        description="weak labels, drafts of models from elsewhere, people's acts in production; [] for votes alone",
    )


class TrainingSettings(Section):
    """Retraining."""

    every_days: Positive = Field(14, description="days between retrainings; drift can ask for one sooner")
    drift_after_days: Positive = Field(7, description="days after a training from which drift may ask for the next")
    min_labels: Positive = Field(20, description="labels in an export below which no model is trained")
    holdout_share: Share = Field(0.1, description="share of labeled comments held out, by a stable hash")
    seed: Count = Field(0, description="seed of the training")


class SelectionSettings(Section):
    """Which comments are asked next."""

    strategy: str = Field("margin", description="a strategy of core.selection")
    batch_size: Positive = Field(200, description="comments in the next uncertainty batch")
    random_share: Share = Field(0.1, description="share drawn at random, so that estimates stay unbiased")
    seed: Count = Field(0, description="seed of the random share")


class FeedbackSettings(Section):
    """What production tells us."""

    low_margin: Share = Field(
        0.1, description="predictions whose two best classes are closer than this are asked again"
    )
    min_batch: Positive = Field(
        25, description="comments production must have raised before a round is opened for them"
    )


class DriftSettings(Section):
    """The nightly report."""

    min_rows: Positive = Field(50, description="rows in a window below which nothing is tested")
    relabel_comments: Count = Field(50, description="recent labels experts look at after an alarm on labels or votes")
    anchors: Count = Field(
        0,
        description="comments asked again every week, of other people each time, to see whether the guideline is read"
        " as before, at votes_per_comment votes each; 0 asks none, 100 are enough to see a small change",
    )
    false_alarm_rate: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.001, description="per night, over all series together"
    )


class ReliabilitySettings(Section):
    """The weekly history of annotators."""

    half_life_weeks: Annotated[float, Field(gt=0)] = Field(26, description="weeks after which an answer counts half")
    report_every_days: Positive = Field(1, description="days between two reports on agreement")
    min_group_size: Positive = Field(10, description="annotators below which nothing is told of a group of them")


class SimulatedSettings(Section):
    """The simulated platform of the sample home."""

    seed: Count = Field(0, description="seed of the world")
    start_at: datetime = Field(datetime(2026, 3, 2, 10, 0), description="day 0")
    until_day: Count = Field(30, description="day after which nothing is answered any more")


class Settings(Section):
    """All settings of a home."""

    inbox: InboxSettings = InboxSettings()
    ontology: OntologySettings = OntologySettings()
    platform: PlatformSettings = PlatformSettings()
    labeling: LabelingSettings = LabelingSettings()
    consensus: ConsensusSettings = ConsensusSettings()
    quality: QualitySettings = QualitySettings()
    honeypots: HoneypotSettings = HoneypotSettings()
    vendor: VendorSettings = VendorSettings()
    adjudication: AdjudicationSettings = AdjudicationSettings()
    review: ReviewSettings = ReviewSettings()
    gold: GoldSettings = GoldSettings()
    people: PeopleSettings = PeopleSettings()
    weak_supervision: WeakSupervisionSettings = WeakSupervisionSettings()
    fusion: FusionSettings = FusionSettings()
    training: TrainingSettings = TrainingSettings()
    selection: SelectionSettings = SelectionSettings()
    feedback: FeedbackSettings = FeedbackSettings()
    drift: DriftSettings = DriftSettings()
    reliability: ReliabilitySettings = ReliabilitySettings()
    simulated: SimulatedSettings = SimulatedSettings()
    slices: SliceSettings = SliceSettings()


def parse_settings(text: str, source: str = "labeling.toml") -> Settings:
    """Settings from TOML text.

    Raises SettingError naming the file, the key, what was expected and what to write.

    >>> parse_settings("[selection]\\nbatch_size = 50").selection.batch_size
    50
    """
    try:
        return Settings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise syntax_error(text, source, error) from error
    except ValidationError as error:
        raise _setting_error(error, source) from error


def load_settings(path: Path) -> Settings:
    """Settings from a file; a home without one has the defaults."""
    if not path.is_file():
        return Settings()
    try:
        return parse_settings(path.read_text(encoding="utf-8"), str(path))
    except UnicodeDecodeError as error:
        raise SettingError(f"{path}: not UTF-8", expected="a text file", remedy="save it as UTF-8") from error


def _setting_error(error: ValidationError, source: str) -> SettingError:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"] if part not in ("constrained-int", "literal['all']"))
    if first["type"] == "extra_forbidden":
        return SettingError(f"{source}: unknown key {key}", expected=_known_keys(first["loc"][:-1]), remedy="rename it")
    given = f", not {first['input']!r}" if not isinstance(first["input"], dict) else ""
    expected = first["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    return SettingError(f"{source}: {key}", expected=f"{expected}{given}", remedy=f"write {_example(first['loc'])}")


def section_at(loc: tuple[int | str, ...]) -> type[Section]:
    """The table of settings a key is in."""
    section: type[Section] = Settings
    for part in loc:
        annotation = section.model_fields[str(part)].annotation if str(part) in section.model_fields else None
        if isinstance(annotation, type) and issubclass(annotation, Section):
            section = annotation
    return section


def _known_keys(loc: tuple[int | str, ...]) -> str:
    return "one of " + ", ".join(section_at(loc).model_fields)


def _example(loc: tuple[int | str, ...]) -> str:
    fields = section_at(loc).model_fields
    name = next((str(part) for part in reversed(loc) if str(part) in fields), "")
    return f"{name} = {toml_value(example_of(fields[name]))}" if name else "a table"


def example_of(entry: FieldInfo) -> object:
    """The default of a setting; where there is none, a value it may have."""
    default = entry.get_default(call_default_factory=True)
    return (entry.examples or [""])[0] if default is None else default


def toml_value(value: object) -> str:
    """A default as it would stand in a TOML file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return "[" + ", ".join(toml_value(part) for part in value) + "]"
    return "{}" if isinstance(value, dict) else str(value)
