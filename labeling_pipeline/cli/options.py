"""Options that several commands share."""

from __future__ import annotations

import click

home_option = click.option("--home", help="The home (default: LABELING_HOME, else data).")
