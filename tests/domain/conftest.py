"""Settings of the property tests."""

from __future__ import annotations

from hypothesis import settings

# A busy machine makes single examples slow; how long one takes says nothing about the rules.
settings.register_profile("domain", deadline=None)
settings.load_profile("domain")
