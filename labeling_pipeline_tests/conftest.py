"""What holds for every test: properties are about values, and a busy machine is no counterexample."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("default_without_clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default_without_clock")
