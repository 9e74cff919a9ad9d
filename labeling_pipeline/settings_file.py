"""The ``labeling.toml`` a new home starts with.

Belongs here: writing the settings out with their explanations. Does not: what they are (``settings``).

An explanation stands behind ``##``, a setting behind ``#``: without it, the line can be read.
"""

from __future__ import annotations

from collections.abc import Mapping

from labeling_pipeline.settings import Settings, example_of, section_at, toml_value

# What a new home has switched on; a home without these keys keeps the defaults. Waves suit crowds as real ones are, .55
# to .9 accurate; where nobody watches a slice and no question asks for context, experts_first changes nothing.
NEW_HOME = {"most_votes": 7, "experts_first": True}


HEAD = """\
## Settings of this home. Every key stands here with its default, explained in the line above it.
## To change one, take the single # away and write another value: a number as 0.7, a word in quotes, true or false."""


def commented_toml(assume_schema: str | None = None, switched_on: Mapping[str, object] | None = None) -> str:
    """A ``labeling.toml`` with every key at its default, commented out and explained; ``assume_schema`` is set."""
    given = {**(switched_on or {}), **({"assume_schema": assume_schema} if assume_schema else {})}
    blocks = [HEAD, ""]
    for name in Settings.model_fields:
        section = section_at((name,))
        blocks.append(f"[{name}]  # {(section.__doc__ or '').strip().splitlines()[0]}")
        for key, entry in section.model_fields.items():
            shown = f"# {key} = {toml_value(example_of(entry))}"
            if key in given:
                shown = f"{key} = {toml_value(given[key])}"
            elif entry.get_default(call_default_factory=True) is None:
                shown += "  # not set; this is an example"
            blocks += [f"## {entry.description}", shown]
        blocks.append("")
    return "\n".join(blocks)
