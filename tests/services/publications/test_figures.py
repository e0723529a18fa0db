"""The figure as it leaves: the same bytes wherever it is drawn, and nothing in it but the cells."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from PIL import Image

from domain.errors import Refused
from domain.publications.contents import FIGURE_PNG, FIGURE_SVG, FrozenCell, Words
from services.publications.figures import bars, draw, font_in_use
from tests.domain.publications.worlds import FROZEN, WHY, frozen

_ROOT = Path(__file__).resolve().parents[3]
WEEKS = tuple(
    FrozenCell(f"w{n}", f"{1 + n % 28} Mar 2026", None if n % 3 else 10 + n, WHY if n % 3 else None)
    for n in range(25)
)


def digests() -> str:
    """What this process draws, in a line."""
    files = {**draw(FROZEN), **{f"w.{k}": v for k, v in draw(_over_time()).items()}}
    return " ".join(hashlib.sha256(files[name]).hexdigest() for name in sorted(files))


def _over_time() -> object:
    return frozen(cells=(*WEEKS, FrozenCell("rest", "Other weeks", None, WHY)), over_time=True)


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1", "TZ": "UTC"},
        {"PYTHONHASHSEED": "2", "TZ": "Pacific/Auckland", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "1"},
    ],
)
def test_another_process_elsewhere_draws_the_same_bytes(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """A matplotlibrc of somebody's own changes nothing either."""
    (tmp_path / "matplotlibrc").write_text("font.size: 30\nhatch.color: red\nsavefig.bbox: tight\n")
    drawn = subprocess.run(
        [
            sys.executable,
            "-c",
            "from tests.services.publications.test_figures import digests; print(digests())",
        ],
        cwd=_ROOT,
        env={**os.environ, **environment, "MATPLOTLIBRC": str(tmp_path / "matplotlibrc")},
        capture_output=True,
        check=True,
        text=True,
        timeout=120,
    ).stdout.strip()
    assert drawn == digests()


@pytest.mark.parametrize("over_time", [False, True])
def test_the_pictures_are_whole_and_tell_no_time_and_no_place(over_time: bool) -> None:
    files = draw(_over_time() if over_time else FROZEN)  # type: ignore[arg-type]
    picture = Image.open(io.BytesIO(files[FIGURE_PNG]))
    picture.load()
    assert picture.width == 2_160
    assert set(picture.text) == {"Title", "Description"}
    tree = ElementTree.fromstring(files[FIGURE_SVG])
    names = {element.tag.rsplit("}")[-1] for element in tree.iter()}
    assert not names & {"script", "image", "foreignObject", "a", "text"}
    links = {
        value
        for element in tree.iter()
        for name, value in element.attrib.items()
        if name.endswith("href")
    }
    assert all(link.startswith("#") for link in links)
    for held in files.values():
        assert mpl.__version__.encode() not in held
        assert b"Software" not in held


def test_a_withheld_count_looks_alike_whatever_it_hides_and_is_said_in_words() -> None:
    said = draw(FROZEN)[FIGURE_SVG].decode()
    assert "Free: 16; Max: withheld; Pro: 1021." in said
    assert "hatch" in said or "pattern" in said
    # Nothing is drawn of a withheld cell but that it is withheld: another reason, the same picture.
    other = replace(FROZEN.cells[1], why="Another reason.")
    again = draw(frozen(cells=(FROZEN.cells[0], other, FROZEN.cells[2])))
    assert again == draw(FROZEN)


def test_words_are_drawn_as_they_are_and_never_as_mathematics_or_markup() -> None:
    said = draw(frozen(words=Words("Costs of $x$ & <b>more</b> \\frac", "", "x" * 20)))
    title = ElementTree.fromstring(said[FIGURE_SVG])[0]
    assert title.text == "Costs of $x$ & <b>more</b> \\frac"


@pytest.mark.parametrize("where", ["title", "note", "label"])
def test_a_letter_without_a_shape_is_refused_and_no_box_is_drawn(where: str) -> None:
    words = Words(
        "Über 日 Plan" if where == "title" else "A title here",
        "日" if where == "note" else "",
        "x" * 20,
    )
    cells = (FrozenCell("x", "日", 10, None),) if where == "label" else FROZEN.cells
    with pytest.raises(Refused, match=r"no letter “日”.*publication\.letters"):
        draw(frozen(words=words, cells=cells))


def test_the_font_is_the_one_that_travels_with_the_program() -> None:
    assert "site-packages" in font_in_use()
    assert font_in_use().endswith("DejaVuSans.ttf")


def test_many_withheld_counts_are_one_bar_and_the_order_tells_of_what_is_shown_alone() -> None:
    cells = (
        FrozenCell("de", "German", 12, None),
        *(FrozenCell(each, f"Tongue {each}", None, WHY) for each in "abcd"),
        FrozenCell("en", "English", 40, None),
    )
    held = draw(frozen(breakdown="language", everybody=80, cells=cells))
    fewer = draw(frozen(breakdown="language", everybody=80, cells=(*cells[:4], cells[-1])))
    one, other = (Image.open(io.BytesIO(files[FIGURE_PNG])) for files in (held, fewer))
    assert one.height < other.height
    shuffled = (cells[0], *reversed(cells[1:5]), cells[-1])
    again = draw(frozen(breakdown="language", everybody=80, cells=shuffled))
    assert Image.open(io.BytesIO(again[FIGURE_PNG])).tobytes() == one.tobytes()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"everybody": 80}, True),
        ({"everybody": None, "epsilon": Decimal(1)}, False),
        ({"several": True}, False),
    ],
)
def test_how_many_the_withheld_ones_are_together_is_drawn_where_it_is_known(
    changes: dict[str, Any], told: bool
) -> None:
    cells = (
        FrozenCell("de", "German", 12, None),
        *(FrozenCell(each, f"Tongue {each}", None, WHY) for each in "abcd"),
    )
    marks = bars(frozen(breakdown="language", cells=cells, **changes))
    assert [mark.label for mark in marks] == ["German", "4 others"]
    assert marks[-1].together == (68 if told else None)
