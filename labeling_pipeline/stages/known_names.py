"""Settings that name something: a method, a class, a schema version, a column. A name nobody knows is said at once.

Belongs here: which settings are names, and of what. Does not: types and limits (``settings``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches

from labeling_pipeline.core.agreement import STATISTICS
from labeling_pipeline.core.consensus import METHODS
from labeling_pipeline.core.errors import SettingError
from labeling_pipeline.core.selection import STRATEGIES
from labeling_pipeline.core.weak_supervision import LABEL_MODELS
from labeling_pipeline.home import Home
from labeling_pipeline.platforms import PLATFORMS
from labeling_pipeline.settings import Settings

Named = tuple[str, Iterable[str], Collection[str]]  # the key, the names given there, the names there are


def check_names(home: Home) -> None:
    """Raises SettingError for the first setting of the home that names what is not there: key, names known, remedy."""
    for key, given, known in _named(home):
        for name in given:
            if name not in known:
                nearest = get_close_matches(name, known, n=1, cutoff=0.5)
                raise SettingError(
                    f"{home.root / 'labeling.toml'}: {key}: nothing is called {name!r}",
                    expected=f"one of {', '.join(known)}",
                    remedy=f'write "{nearest[0]}"' if nearest else "write one of these, or leave it out",
                )


def _named(home: Home) -> Iterator[Named]:
    settings, ontologies = home.settings, home.ontologies
    yield "platform.name", (settings.platform.name,), PLATFORMS
    yield "consensus.method", (settings.consensus.method,), ("auto", *METHODS)
    yield "selection.strategy", (settings.selection.strategy,), STRATEGIES
    yield "weak_supervision.method", (settings.weak_supervision.method,), ("auto", *LABEL_MODELS)
    for key, statistic in (
        ("quality.batch_statistic", settings.quality.batch_statistic),
        ("review.statistic", settings.review.statistic),
    ):
        yield key, (statistic,), STATISTICS
    if settings.ontology.assume_schema is not None:
        versions = [one.schema_version for one in ontologies]
        yield "ontology.assume_schema", (settings.ontology.assume_schema,), versions
    yield from _classes(settings, list(dict.fromkeys(name for one in ontologies for name in one.classes)))
    yield from _columns(settings)


def _classes(settings: Settings, classes: Collection[str]) -> Iterator[Named]:
    for section in ("quality", "people", "adjudication"):
        for key, value in getattr(settings, section):
            if key.endswith("_by_class") or key == "four_eyes":
                yield f"{section}.{key}", value, classes


def _columns(settings: Settings) -> Iterator[Named]:
    if not settings.inbox.columns:
        return
    from labeling_pipeline.warehouse.inbox.kinds import KINDS

    yield "inbox.columns", settings.inbox.columns, KINDS
    for kind, mapping in settings.inbox.columns.items():
        # Any other name is a column of the user's own; one that all but is ours was meant to be.
        meant = [name for name in mapping.values() if get_close_matches(name, KINDS[kind].columns, n=1, cutoff=0.85)]
        yield f"inbox.columns.{kind}", meant, KINDS[kind].columns
