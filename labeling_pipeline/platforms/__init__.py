"""Where annotators work: each platform hands out a round's work and brings back what was answered.

Belongs here: the protocol and the registry. A new platform is one file and one line in ``PLATFORMS``. Does not: who is
asked what (``core.assignment``), or reading what came back (the inbox does, as for every file).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

import pandas as pd

from labeling_pipeline.core.errors import SettingError
from labeling_pipeline.core.ontology import Ontology
from labeling_pipeline.core.registry import load


@dataclass(frozen=True)
class Work:
    """What one round asks for.

    items, crowd: assignment_id, comment_id, text, annotator_id (is_honeypot may be there, and is never shown).
    items, expert: comment_id, text, expert_id; context, where there is one, is shown.
    part: what people had no room for goes out on another day, as the next part of its round.
    answers: of each item, where items name nobody: whoever hands it on asks as many people, each of them once.
    blur: whoever shows the texts should hide each until its reader opens it; said of all, since it would tell of one.
    """

    labeling_round: int
    kind: Literal["crowd", "expert"]
    ontology: Ontology
    items: pd.DataFrame
    published_at: datetime
    part: int = 1
    blur: bool = True
    answers: int = 1


class Platform(Protocol):
    """Three calls; each may be made twice with the same result, so a killed run only has to call again."""

    def publish(self, work: Work) -> list[Path]:
        """Hand the work out; the files written, if any."""
        ...

    def collect(self, work: Work, now: datetime) -> list[Path]:
        """Put what was answered by ``now`` into the inbox as ordinary files; those files (none: nothing new)."""
        ...

    def cancel(self, labeling_round: int) -> list[Path]:
        """Withdraw a round; the files withdrawn, if any."""
        ...


# name → where its class is; loaded when opened, since a platform's module imports the words above
PLATFORMS: dict[str, str] = {
    "files": "labeling_pipeline.platforms.files:FilesPlatform",
    "simulated": "labeling_pipeline.platforms.simulated:SimulatedPlatform",
}


def open_platform(name: str, root: Path, seed: int = 0) -> Platform:
    """The platform of a home (``root``: the home's folder). Raises SettingError on a name that is not there."""
    if name not in PLATFORMS:
        remedy = 'write name = "files" under [platform]'
        raise SettingError(f"platform.name is {name!r}", expected=" or ".join(PLATFORMS), remedy=remedy)
    platform: Platform = load(PLATFORMS, name, "platform")(root, seed)
    return platform
