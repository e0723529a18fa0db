"""Who may import whom, where import-linter cannot see: single modules, submodules of Streamlit."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, ROOT, Import, files, imports, name

_BELOW_THE_SCREEN = ("services", "data_access", "deidentification", "domain", "jobs")
#: Public types that Streamlit gives no public name. For annotations only, never at run time.
_TYPES_WITHOUT_A_PUBLIC_NAME = {
    "streamlit.navigation.page": "what st.Page returns, for the signature of rooms_for",
}


def _within(module: str, packages: Iterable[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def _offences(path: Path, forbidden: Iterable[str]) -> list[str]:
    return [
        f"{name(path)}:{found.line} imports {found.module}"
        for found in imports(path)
        if _within(found.module, forbidden)
    ]


def test_the_contracts_of_import_linter_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("path", files(*_BELOW_THE_SCREEN), ids=name)
def test_nothing_below_the_screen_imports_streamlit(path: Path) -> None:
    assert _offences(path, ["streamlit"]) == []


@pytest.mark.parametrize("path", files("domain"), ids=name)
def test_the_domain_imports_nothing_of_ours_but_itself(path: Path) -> None:
    ours = [package for package in PACKAGES if package != "domain"]
    assert _offences(path, [*ours, "settings", "cli", "app"]) == []


def test_the_settings_import_nothing_of_ours() -> None:
    assert _offences(ROOT / "settings.py", [*PACKAGES, "cli", "app"]) == []


def test_the_front_door_imports_no_floor_below_the_pages() -> None:
    floors = ["services", "data_access", "deidentification", "settings", "gate", "jobs"]
    assert _offences(ROOT / "app.py", floors) == []


@pytest.mark.parametrize("path", files("pages", "components", "gate"), ids=name)
def test_nothing_of_the_web_process_imports_a_model(path: Path) -> None:
    assert _offences(path, ["deidentification", "spacy", "presidio_analyzer", "onnxruntime"]) == []


def test_the_command_line_draws_nothing() -> None:
    assert _offences(ROOT / "cli.py", ["streamlit", "pages", "components", "gate"]) == []


def _is_private_to_streamlit(found: Import) -> bool:
    return found.module.startswith("streamlit.") and not (
        found.for_types_only and _within(found.module, _TYPES_WITHOUT_A_PUBLIC_NAME)
    )


@pytest.mark.parametrize(
    "path", [path for path in files() if "gate" not in path.relative_to(ROOT).parts], ids=name
)
def test_only_the_gate_imports_from_inside_streamlit(path: Path) -> None:
    found = [
        f"{name(path)}:{i.line} {i.module}" for i in imports(path) if _is_private_to_streamlit(i)
    ]
    assert found == []


def test_every_listed_exception_is_still_needed() -> None:
    used = {found.module for path in files("pages", "components") for found in imports(path)}
    assert set(_TYPES_WITHOUT_A_PUBLIC_NAME) <= used


def test_inside_the_gate_one_module_holds_what_is_private_to_streamlit() -> None:
    holders = {
        name(path)
        for path in files("gate")
        for found in imports(path)
        if found.module.startswith("streamlit.")
    }
    assert holders == {"gate/internals.py"}
