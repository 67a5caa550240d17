"""Hypothesis profiles: `fast` for every run, `thorough` for nights (HYPOTHESIS_PROFILE=thorough)."""

import os

from hypothesis import HealthCheck, settings

SETTINGS = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.filter_too_much]}
settings.register_profile("fast", max_examples=40, derandomize=True, **SETTINGS)
settings.register_profile("thorough", max_examples=2000, **SETTINGS)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))
