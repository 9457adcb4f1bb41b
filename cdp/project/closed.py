"""What all settings of a project have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """Frozen, and closed to unknown keys. An alias is the word that YAML has for a field."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True)
