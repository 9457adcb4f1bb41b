"""Laws too costly for every change: `HYPOTHESIS_PROFILE=thorough make test` tries them, too."""

from __future__ import annotations

import pytest
from hypothesis import settings

thorough = pytest.mark.skipif(
    settings.get_current_profile_name() != "thorough",
    reason="a costly law: HYPOTHESIS_PROFILE=thorough tries it",
)
