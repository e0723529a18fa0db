"""What is known about a participant before anything is searched."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class KnownIdentifiers:
    """What the account says about the participant; never printed.

    Attributes
    ----------
    full_name
        As in the account; its order of names does not matter.
    email
        The account's e-mail address.
    """

    full_name: str | None
    email: str | None

    @classmethod
    def none(cls) -> KnownIdentifiers:
        """For a session without an account."""
        return cls(full_name=None, email=None)

    def __repr__(self) -> str:
        told = [name for name in ("full_name", "email") if getattr(self, name)]
        return f"KnownIdentifiers({', '.join(told) or 'none'}, values hidden)"
