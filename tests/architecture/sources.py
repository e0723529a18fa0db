"""The product's own source files, parsed; what the tests of this folder look at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "pages",
    "components",
    "services",
    "domain",
    "deidentification",
    "data_access",
    "gate",
    "jobs",
    "demonstration",
)
SINGLE = ("app.py", "cli.py", "settings.py")


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, as ``import`` or ``from`` names it."""

    module: str
    line: int
    for_types_only: bool


@cache
def files(*packages: str) -> tuple[Path, ...]:
    """Python files of the packages (of all, when none is named), single modules included."""
    found = [path for name in packages or PACKAGES for path in (ROOT / name).rglob("*.py")]
    found += [ROOT / name for name in SINGLE if not packages]
    return tuple(sorted(found))


@cache
def parsed(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name(path: Path) -> str:
    """A file's path as a person would say it."""
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[Import]:
    """Every import of a file, wherever in it; ``from a import b`` counts as ``a`` and ``a.b``."""
    tree = parsed(path)
    types_only = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, node in types_only)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)}:{node.lineno} imports relatively"
            module = node.module or ""
            yield Import(module, node.lineno, node in types_only)
            for alias in node.names:
                yield Import(f"{module}.{alias.name}", node.lineno, node in types_only)
