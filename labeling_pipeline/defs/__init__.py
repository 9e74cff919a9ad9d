"""Dagster: assets, checks, jobs, sensors and schedules on top of the stages.

Belongs here: everything that imports Dagster. Does not: an ``if`` about the domain (``stages``, ``core``).
"""
