"""A seeded generator of six channels and a contact list, with the truth beside them."""

from __future__ import annotations
