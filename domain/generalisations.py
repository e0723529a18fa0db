"""What may stand in place of an identifier that says less: categories, by entity type.

Source: the quasi-identifier categories of the domain's description. A reviewer may write
another; these are one key away.
"""

from __future__ import annotations

from collections.abc import Mapping

GENERALISATIONS: Mapping[str, tuple[str, ...]] = {
    "PERSON": ("[a colleague]", "[a friend]", "[a relative]", "[a teacher]", "[a client]"),
    "ORGANIZATION": (
        "[a company]",
        "[a university]",
        "[a school]",
        "[a hospital]",
        "[a public body]",
        "[a charity]",
    ),
    "LOCATION": ("[a city]", "[a town]", "[a region]", "[a country]"),
    "STREET_ADDRESS": ("[an address]",),
    "NRP": ("[a nationality]", "[a religion]", "[a political group]"),
    "AGE": ("[in their twenties]", "[in their thirties]", "[in their forties]", "[over fifty]"),
    "DATE_TIME": ("[a date]", "[some years ago]"),
    "BIRTH_DATE": ("[a date of birth]",),
    "URL": ("[a website]",),
}

#: Why a finding may stay. Each is a sentence that the trail can hold without the words.
REASONS_TO_KEEP = (
    "An everyday word and no name.",
    "A product or company that everybody uses.",
    "A public figure or a published work, not somebody the participant knows.",
    "A character or a place in a story.",
)
