"""How every test runs: Hypothesis's profiles, and a time zone that nobody expects."""

from __future__ import annotations

import os
import time

from hypothesis import HealthCheck, settings

# Code that reads the machine's zone by mistake is right on a machine set to UTC. Not here.
os.environ["TZ"] = "Asia/Kathmandu"
if hasattr(time, "tzset"):
    time.tzset()

# Deadlines measure the machine, not the code.
settings.register_profile("local", max_examples=15, deadline=None)
# CI tries the same few examples each time: a red run means the change, never the dice.
settings.register_profile(
    "ci",
    max_examples=15,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "local")
)
