"""What the account says of a participant, found in what was said."""

from __future__ import annotations

from tests.deidentification.conftest import Say


def test_the_name_written_out_is_a_person_even_where_the_address_is_made_of_it(say: Say) -> None:
    _, result = say(
        "I'm maria lopez, or maria.lopez online.",
        "Maria here.",
        full_name="Maria Lopez",
        email="maria.lopez@mail.example",
    )
    assert [(f.entity_type, f.replacement) for f in result.findings] == [
        ("PERSON", "[PERSON_1]"),
        ("USER_NAME", "[USER_NAME_1]"),
        ("PERSON", "[PERSON_1]"),
    ]
