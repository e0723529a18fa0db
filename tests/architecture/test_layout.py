"""Where things live: pages in folders, no drawers for odds and ends, files one can read."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, files, name, parsed

_DRAWERS = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
_LONGEST_FILE = 400
#: Modules that are almost all one list of words, a word a line.
_LISTS_OF_WORDS = {"deidentification/lexicon.py"}
#: Modules of pages/ that hold no page: what pages share.
_SHARED_BY_PAGES = {
    "pages/admin/letter_counts.py",
    "pages/admin/session_numbers.py",
    "pages/admin/touched.py",
    "pages/admin/doubles.py",
    "pages/front/rooms.py",
    "pages/front/visitor.py",
    "pages/publications/lines.py",
    "pages/publications/next_step.py",
    "pages/review/desk.py",
    "pages/metrics/chart.py",
    "pages/operations/tables.py",
    "pages/review/desk_data.py",
    "pages/review/jump.py",
    "pages/review/purpose.py",
    "pages/review/rows.py",
    "pages/review/who.py",
    "pages/shares/composer.py",
    "pages/shares/contents.py",
    "pages/shares/lines.py",
    "pages/shares/next_step.py",
    "pages/shares/risk.py",
    "pages/shares/talk.py",
}
_PAGES = [path for path in files("pages") if name(path) not in _SHARED_BY_PAGES]
_TESTS = tuple(sorted((ROOT / "tests").rglob("*.py")))


def test_nothing_lies_directly_under_pages() -> None:
    """Streamlit would serve such a file by itself, before any gate of the script."""
    assert [path.name for path in (ROOT / "pages").iterdir() if path.suffix == ".py"] == []


@pytest.mark.parametrize("path", files(), ids=name)
def test_no_module_is_a_drawer_for_odds_and_ends(path: Path) -> None:
    assert _DRAWERS.isdisjoint({path.stem, *path.relative_to(ROOT).parts})


@pytest.mark.parametrize("path", _PAGES, ids=name)
def test_each_page_defines_page_and_runs_nothing_at_import(path: Path) -> None:
    body = parsed(path).body
    assert any(isinstance(node, ast.FunctionDef) and node.name == "page" for node in body)
    for node in body:
        assert isinstance(
            node,
            ast.Import
            | ast.ImportFrom
            | ast.FunctionDef
            | ast.ClassDef
            | ast.Assign
            | ast.AnnAssign
            | ast.If
            | ast.Expr,
        ), f"{name(path)}:{node.lineno} runs at import"
        if isinstance(node, ast.Expr):
            assert isinstance(node.value, ast.Constant), f"{name(path)}:{node.lineno} runs"
        if isinstance(node, ast.If):
            assert ast.unparse(node.test) == "TYPE_CHECKING"
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            drawn = [ast.unparse(n.func) for n in ast.walk(node.value) if isinstance(n, ast.Call)]
            assert not any(call.startswith("st.") for call in drawn), f"{name(path)}:{node.lineno}"


@pytest.mark.parametrize("path", _PAGES, ids=name)
def test_each_page_asks_who_is_there(path: Path) -> None:
    calls = {
        node.func.id
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert "require_visitor" in calls


@pytest.mark.parametrize("path", [*files(), *_TESTS], ids=name)
def test_no_file_is_too_long_to_read(path: Path) -> None:
    if "versions" in path.parts or name(path) in _LISTS_OF_WORDS:  # what ran once; plain data
        return
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= _LONGEST_FILE, (
        f"{name(path)} has {lines} lines: give it a second subject's file"
    )


@pytest.mark.parametrize("path", files(), ids=name)
def test_each_module_says_what_it_is_for(path: Path) -> None:
    if path.stat().st_size:
        assert ast.get_docstring(parsed(path)), f"{name(path)} has no docstring"


@pytest.mark.parametrize("path", files("pages", "components"), ids=name)
def test_no_page_sets_a_refusal_into_markdown_as_it_came(path: Path) -> None:
    """A refusal may quote what somebody typed, which Markdown would take for marks of its own."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            said = [each for each in node.args if isinstance(each, ast.Call)]
            raw = [
                each for each in said if isinstance(each.func, ast.Name) and each.func.id == "str"
            ]
            drawn = node.func.attr in {"error", "warning", "info", "success", "caption", "markdown"}
            assert not (drawn and raw), f"line {node.lineno}: write as_typed(str(error))"
