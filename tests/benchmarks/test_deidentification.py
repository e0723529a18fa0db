"""The comparison with stock Presidio measures what it says."""

from __future__ import annotations

from pathlib import Path

from benchmarks import deidentification
from benchmarks.planting import PlantedTranscript, plant
from demonstration.planted import Manner, digest_of
from domain.quasi_identifiers import QuasiCategory
from domain.transcripts import Speaker, Turn
from jobs.labelled_rows import LabelledText

_LABELLED = (LabelledText("My name is Anna Kowalska and I restore lutes.", ((11, 24, "PERSON"),)),)


def test_every_reader_reads_the_same_and_is_counted() -> None:
    figures = deidentification.compare(9, _LABELLED, lambda _done, _total: None)

    stock, one_model, both, again = figures
    assert all(each.seconds > 0 for each in figures)
    assert all(0 < each.unplanted < each.masked < 0.2 for each in figures)
    assert both.unplanted < stock.unplanted
    assert both.left_standing[Manner.STANDARD] < stock.left_standing[Manner.STANDARD]
    assert both.left_standing == again.left_standing
    assert one_model.labelled is not None
    assert one_model.labelled.recall == 1


def test_sentences_are_planted_in_given_transcripts_at_the_places_told(tmp_path: Path) -> None:
    given = tmp_path / "interviews.csv"
    said = "I paint. It takes weeks. Nobody minds."
    given.write_text(
        f'transcript_id,text\na,"Assistant: Hello.\n\nUser: {said}"\nb,"User: {said}"\n',
        encoding="utf-8",
    )
    first, second = plant(given, 7, "en")
    assert [turn.text for turn in plant_free(first)] == ["Hello."]
    for each in (first, second):
        assert each.planted
        for planted in each.planted:
            value = each.turns[planted.span.turn].text[planted.span.start : planted.span.end]
            assert digest_of(value) == planted.value_digest


def test_planted_traits_are_counted_by_category() -> None:
    shares = deidentification.listed(9)
    assert {QuasiCategory.PLACE, QuasiCategory.EMPLOYER} <= set(shares)
    assert all(0.3 < share <= 1 for share in shares.values())


def plant_free(given: PlantedTranscript) -> list[Turn]:
    """The turns that nothing was planted in: the interviewer's."""
    return [turn for turn in given.turns if turn.speaker is Speaker.INTERVIEWER]
