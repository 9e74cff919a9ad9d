"""The domain, pure: frames and arrays in, frames and arrays out.

Belongs here: consensus, agreement, weak supervision, quality, selection, training, drift. Does not: DuckDB, Dagster,
the clock, global random state, the command line.
"""
