"""What may stand in place of an identifier that says less: categories, by entity type.

Source: the quasi-identifier categories of the domain's description. A reviewer may write
another; these are one key away.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.quasi_identifiers import QuasiCategory

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

#: As what a trait that few share is marked when it is generalised, and by which words.
TRAITS: Mapping[QuasiCategory, tuple[str, tuple[str, ...]]] = {
    QuasiCategory.OCCUPATION: (
        "OCCUPATION",
        ("[a craft]", "[an office job]", "[a creative job]", "[a technical job]", "[a care job]"),
    ),
    QuasiCategory.EMPLOYER: ("ORGANIZATION", GENERALISATIONS["ORGANIZATION"]),
    QuasiCategory.PLACE: ("LOCATION", GENERALISATIONS["LOCATION"]),
    QuasiCategory.EDUCATION: ("EDUCATION", ("[a degree]", "[a vocational training]")),
    QuasiCategory.AGE: ("AGE", GENERALISATIONS["AGE"]),
    QuasiCategory.RESEARCH_AREA: ("RESEARCH_AREA", ("[a field of research]",)),
    QuasiCategory.TOOL: ("TOOL", ("[a tool]", "[a program]", "[a machine]")),
    QuasiCategory.PUBLICATION: ("PUBLICATION", ("[a publication]", "[a journal]")),
    QuasiCategory.CAREER_STAGE: ("CAREER_STAGE", ("[a stage of a career]",)),
    QuasiCategory.PROJECT: ("PROJECT", ("[a project]", "[a creative work]")),
}
