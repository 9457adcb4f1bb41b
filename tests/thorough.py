"""Laws too costly for every change: `HYPOTHESIS_PROFILE=thorough make test` tries them, too."""

from __future__ import annotations

import pytest
from hypothesis import settings

# CI has 15 minutes for everything. Each law marked so takes a company through many runs, and has
# a cheaper neighbour in CI: the ten kills, the portions of tests/resolve and tests/profiles, the
# rulings and revocations of single cases.
thorough = pytest.mark.skipif(
    settings.get_current_profile_name() != "thorough",
    reason="a costly law: HYPOTHESIS_PROFILE=thorough tries it",
)
